using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void Unary<TFunction>(TFunction f, Tensor x, Tensor y)
        where TFunction : struct, IUnary
    {
        UnaryKernel<TFunction> kernel = new() { F = f, X = x, Y = y };
        Launch.Elements(ref kernel, x.DType, x.Count);
    }

    public void UnaryBackward<TFunction>(TFunction f, Tensor x, Tensor y, Tensor dy, Tensor dx)
        where TFunction : struct, IUnary
    {
        UnaryBackwardKernel<TFunction> kernel = new() { F = f, X = x, Y = y, Dy = dy, Dx = dx };
        Launch.Elements(ref kernel, x.DType, x.Count);
    }

    private unsafe struct UnaryKernel<TFunction> : IKernel
        where TFunction : struct, IUnary
    {
        public TFunction F;
        public Operand X, Y;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            TFunction f = F;
            void* x = X.P, y = Y.P;
            nint i = (nint)begin, last = (nint)end - V.Count;
            for (; i <= last; i += V.Count) V.Store(f.Forward(V.Load(x, i)), y, i);
            int rest = (int)(end - i);
            if (rest > 0) V.StorePartial(f.Forward(V.LoadPartial(x, i, rest)), y, i, rest);
        }
    }

    private unsafe struct UnaryBackwardKernel<TFunction> : IKernel
        where TFunction : struct, IUnary
    {
        public TFunction F;
        public Operand X, Y, Dy, Dx;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            TFunction f = F;
            void* x = X.P, y = Y.P, dy = Dy.P, dx = Dx.P;
            nint i = (nint)begin, last = (nint)end - V.Count;
            for (; i <= last; i += V.Count) V.Store(f.Backward(V.Load(x, i), V.Load(y, i), V.Load(dy, i)), dx, i);
            int rest = (int)(end - i);
            if (rest > 0) V.StorePartial(f.Backward(V.LoadPartial(x, i, rest), V.LoadPartial(y, i, rest), V.LoadPartial(dy, i, rest)), dx, i, rest);
        }
    }
}
