using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void Binary<TFunction>(TFunction f, Tensor a, Tensor b, Tensor y)
        where TFunction : struct, IBinary
    {
        if (y.Count == 0) return;
        if (!BroadcastLoop.Fits(a)) a = a.Contiguous();
        if (!BroadcastLoop.Fits(b)) b = b.Contiguous();
        BroadcastLoop loop = new(y.Sizes, a.Strides, b.Strides);
        BinaryKernel<TFunction> kernel = new() { F = f, A = a, B = b, Y = y, Loop = loop };
        if (loop.Rows == 1) Launch.Elements(ref kernel, y.DType, loop.Inner);
        else Launch.Rows(ref kernel, y.DType, loop.Rows, loop.Inner);
    }

    private unsafe struct BinaryKernel<TFunction> : IKernel
        where TFunction : struct, IBinary
    {
        public TFunction F;
        public Operand A, B, Y;
        public BroadcastLoop Loop;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            if (Loop.Rows == 1)
            {
                Row<V>(0, 0, 0, (nint)begin, (nint)end);
                return;
            }
            for (long row = begin; row < end; row++)
            {
                Loop.Offsets(row, out long a, out long b);
                Row<V>((nint)a, (nint)b, (nint)(row * Loop.Inner), 0, (nint)Loop.Inner);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Row<V>(nint offsetA, nint offsetB, nint offsetY, nint i, nint end)
            where V : struct, ISimd<V>
        {
            TFunction f = F;
            byte* a = (byte*)A.P + (offsetA * V.LaneSize), b = (byte*)B.P + (offsetB * V.LaneSize), y = (byte*)Y.P + (offsetY * V.LaneSize);
            nint last = end - V.Count;
            if (Loop.InnerA == 0)
            {
                V va = V.Broadcast(a, 0);
                if (Loop.InnerB == 0)
                {
                    V vy = f.Forward(va, V.Broadcast(b, 0));
                    for (; i <= last; i += V.Count) V.Store(vy, y, i);
                    V.StorePartial(vy, y, i, (int)(end - i));
                    return;
                }
                for (; i <= last; i += V.Count) V.Store(f.Forward(va, V.Load(b, i)), y, i);
                if (i < end) V.StorePartial(f.Forward(va, V.LoadPartial(b, i, (int)(end - i))), y, i, (int)(end - i));
            }
            else if (Loop.InnerB == 0)
            {
                V vb = V.Broadcast(b, 0);
                for (; i <= last; i += V.Count) V.Store(f.Forward(V.Load(a, i), vb), y, i);
                if (i < end) V.StorePartial(f.Forward(V.LoadPartial(a, i, (int)(end - i)), vb), y, i, (int)(end - i));
            }
            else
            {
                for (; i <= last; i += V.Count) V.Store(f.Forward(V.Load(a, i), V.Load(b, i)), y, i);
                if (i < end) V.StorePartial(f.Forward(V.LoadPartial(a, i, (int)(end - i)), V.LoadPartial(b, i, (int)(end - i))), y, i, (int)(end - i));
            }
        }
    }
}
