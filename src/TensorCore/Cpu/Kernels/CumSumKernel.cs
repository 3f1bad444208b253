using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void CumSum(Tensor x, Tensor y, long outer, long n, long inner, bool reverse)
    {
        if (y.Count == 0) return;
        CumSumKernel kernel = new() { X = x, Y = y, N = n, Inner = inner, Reverse = reverse };
        Launch.Rows(ref kernel, x.DType, outer, n * inner);
    }

    private unsafe struct CumSumKernel : IKernel
    {
        public Operand X, Y;
        public long N, Inner;
        public bool Reverse;

        // Lanes run over the inner axis; along the axis itself each sum needs the one before.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            for (long o = begin; o < end; o++)
            {
                byte* x = (byte*)X.P + (o * N * Inner * V.LaneSize), y = (byte*)Y.P + (o * N * Inner * V.LaneSize);
                for (nint i = 0; i < Inner; i += V.Count)
                {
                    int lanes = (int)Math.Min(V.Count, Inner - i);
                    V sum = V.Zero;
                    for (long k = 0; k < N; k++)
                    {
                        nint at = (nint)((Reverse ? N - 1 - k : k) * Inner) + i;
                        sum += V.LoadPartial(x, at, lanes);
                        V.StorePartial(sum, y, at, lanes);
                    }
                }
            }
        }
    }
}
