using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void Compare<TComparison>(Tensor a, Tensor b, Tensor y)
        where TComparison : struct, IComparison
    {
        if (y.Count == 0) return;
        if (!BroadcastLoop.Fits(a)) a = a.Contiguous();
        if (!BroadcastLoop.Fits(b)) b = b.Contiguous();
        BroadcastLoop loop = new(y.Sizes, a.Strides, b.Strides);
        CompareKernel<TComparison> kernel = new() { A = a, B = b, Y = y, Loop = loop };
        Launch.Rows(ref kernel, a.DType, loop.Rows, loop.Inner);
    }

    private unsafe struct CompareKernel<TComparison> : IKernel
        where TComparison : struct, IComparison
    {
        public Operand A, B, Y;
        public BroadcastLoop Loop;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            TComparison comparison = default;
            double* lanes = stackalloc double[8]; // one register
            for (long row = begin; row < end; row++)
            {
                Loop.Offsets(row, out long offsetA, out long offsetB);
                byte* a = (byte*)A.P + (offsetA * V.LaneSize), b = (byte*)B.P + (offsetB * V.LaneSize), y = (byte*)Y.P + (row * Loop.Inner);
                for (nint i = 0; i < Loop.Inner; i += V.Count)
                {
                    int n = (int)Math.Min(V.Count, Loop.Inner - i);
                    V va = Loop.InnerA == 0 ? V.Broadcast(a, 0) : V.LoadPartial(a, i, n);
                    V vb = Loop.InnerB == 0 ? V.Broadcast(b, 0) : V.LoadPartial(b, i, n);
                    V.Store(comparison.Mask(va, vb), lanes, 0);
                    // A mask lane is all ones or zero: its lowest byte tells.
                    for (int k = 0; k < n; k++) y[i + k] = (byte)(((byte*)lanes)[k * V.LaneSize] & 1);
                }
            }
        }
    }
}
