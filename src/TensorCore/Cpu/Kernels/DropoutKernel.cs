using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void Dropout(Tensor x, Tensor y, double p, ulong seed, ulong stream)
    {
        DropoutKernel kernel = new() { X = x, Y = y, Keep = 1 - p, Seed = seed, Stream = stream };
        Launch.Elements(ref kernel, x.DType, x.Count);
    }

    private unsafe struct DropoutKernel : IKernel
    {
        // 1,024 bits as floats are 4 KiB on the stack.
        private const int Block = 1024;
        public Operand X, Y;
        public double Keep;
        public ulong Seed, Stream;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            float* bits = stackalloc float[Block];
            double* wide = stackalloc double[Block];
            V scale = V.Const(1 / Keep);
            for (long at = begin; at < end; at += Block)
            {
                int n = (int)Math.Min(Block, end - at);
                Philox.FillBernoulliMask(bits, n, Seed, Stream, Keep, 1f, at);
                void* mask = bits;
                if (V.LaneSize == sizeof(double))
                {
                    for (int i = 0; i < n; i++) wide[i] = bits[i];
                    mask = wide;
                }
                for (int i = 0; i < n; i += V.Count)
                {
                    int lanes = Math.Min(V.Count, n - i);
                    V dropped = V.Equal(V.LoadPartial(mask, i, lanes), V.Zero);
                    V.StorePartial(V.Select(dropped, V.Zero, V.LoadPartial(X.P, (nint)at + i, lanes) * scale), Y.P, (nint)at + i, lanes);
                }
            }
        }
    }
}
