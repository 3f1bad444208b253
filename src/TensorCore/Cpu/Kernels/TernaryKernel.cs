using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void Ternary<TFunction>(TFunction f, Tensor a, Tensor b, Tensor c, Tensor y)
        where TFunction : struct, ITernary
    {
        TernaryKernel<TFunction> kernel = new() { F = f, A = a, B = b, C = c, Y = y };
        Launch.Elements(ref kernel, y.DType, y.Count);
    }

    private unsafe struct TernaryKernel<TFunction> : IKernel
        where TFunction : struct, ITernary
    {
        public TFunction F;
        public Operand A, B, C, Y;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            TFunction f = F;
            for (nint i = (nint)begin; i < end; i += V.Count)
            {
                int lanes = (int)Math.Min(V.Count, end - i);
                V.StorePartial(f.Compute(V.LoadPartial(A.P, i, lanes), V.LoadPartial(B.P, i, lanes), V.LoadPartial(C.P, i, lanes)), Y.P, i, lanes);
            }
        }
    }
}
