using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    // A row longer than this is cut into chunks whose results are combined afterwards: the cut depends on the shape alone.
    private static long ReduceChunk => Math.Max(1, Launch.ElementsPerPiece / 2);

    public void Reduce<TReduction>(TReduction reduction, Tensor x, Tensor y, long outer, long n, long inner)
        where TReduction : struct, IReduction
    {
        if (inner == 1)
        {
            long chunks = Math.Max(1, (n + ReduceChunk - 1) / ReduceChunk);
            Tensor partial = chunks == 1 ? y : Tensor.Empty([checked((int)(outer * chunks))], y.DType, y.Device);
            ReduceRowsKernel<TReduction> rows = new() { R = reduction, X = x, Y = partial, N = n, Chunks = chunks };
            Launch.Rows(ref rows, x.DType, outer * chunks, Math.Min(n, ReduceChunk));
            if (chunks > 1) Reduce(reduction, partial, y, outer, chunks, 1);
            return;
        }
        ReduceColumnsKernel<TReduction> columns = new() { R = reduction, X = x, Y = y, N = n, Inner = inner };
        long blocks = (inner + ReduceColumnsKernel<TReduction>.Block - 1) / ReduceColumnsKernel<TReduction>.Block;
        Launch.Rows(ref columns, x.DType, outer * blocks, n * Math.Min(inner, ReduceColumnsKernel<TReduction>.Block));
    }

    private unsafe struct ReduceRowsKernel<TReduction> : IKernel
        where TReduction : struct, IReduction
    {
        public TReduction R;
        public Operand X, Y;
        public long N, Chunks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            TReduction r = R;
            double* lanes = stackalloc double[8]; // one register, at most 64 bytes
            for (long item = begin; item < end; item++)
            {
                (long row, long chunk) = Math.DivRem(item, Chunks);
                byte* x = (byte*)X.P + (((row * N) + (chunk * ReduceChunk)) * V.LaneSize);
                nint n = (nint)(Chunks == 1 ? N : Math.Min(ReduceChunk, N - (chunk * ReduceChunk)));
                V a = r.Identity<V>(), b = a, c = a, d = a;
                nint i = 0;
                for (; i <= n - (4 * V.Count); i += 4 * V.Count)
                {
                    a = r.Combine(a, V.Load(x, i));
                    b = r.Combine(b, V.Load(x, i + V.Count));
                    c = r.Combine(c, V.Load(x, i + (2 * V.Count)));
                    d = r.Combine(d, V.Load(x, i + (3 * V.Count)));
                }
                for (; i <= n - V.Count; i += V.Count) a = r.Combine(a, V.Load(x, i));
                // The last few elements are combined one by one into a register that is the identity elsewhere.
                if (i < n)
                {
                    V.Store(r.Identity<V>(), lanes, 0);
                    V.StorePartial(V.LoadPartial(x, i, (int)(n - i)), lanes, 0, (int)(n - i));
                    b = r.Combine(b, V.Load(lanes, 0));
                }
                Store<V>(r.Combine(r.Combine(a, b), r.Combine(c, d)), r, item);
            }
        }

        private readonly void Store<V>(V v, TReduction r, long item)
            where V : struct, ISimd<V>
        {
            // Integers do not pass through double: beyond 2⁵³ it would round them.
            if (V.Count == 1) V.Store(v, Y.P, (nint)item);
            else V.StorePartial(V.Const(r.Lanes(v)), Y.P, (nint)item, 1);
        }
    }

    private unsafe struct ReduceColumnsKernel<TReduction> : IKernel
        where TReduction : struct, IReduction
    {
        public const long Block = 1024; // columns a piece takes: a row's part stays in the L1 cache
        public TReduction R;
        public Operand X, Y;
        public long N, Inner;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            TReduction reduction = R;
            long blocks = (Inner + Block - 1) / Block;
            for (long item = begin; item < end; item++)
            {
                (long o, long block) = Math.DivRem(item, blocks);
                nint from = (nint)(block * Block), to = (nint)Math.Min(Inner, (block + 1) * Block);
                byte* x = (byte*)X.P + (o * N * Inner * V.LaneSize), y = (byte*)Y.P + (o * Inner * V.LaneSize);
                nint i = from;
                for (; i <= to - (4 * V.Count); i += 4 * V.Count)
                {
                    V a = reduction.Identity<V>(), b = a, c = a, d = a;
                    for (long k = 0; k < N; k++)
                    {
                        nint at = (nint)(k * Inner) + i;
                        a = reduction.Combine(a, V.Load(x, at));
                        b = reduction.Combine(b, V.Load(x, at + V.Count));
                        c = reduction.Combine(c, V.Load(x, at + (2 * V.Count)));
                        d = reduction.Combine(d, V.Load(x, at + (3 * V.Count)));
                    }
                    V.Store(a, y, i);
                    V.Store(b, y, i + V.Count);
                    V.Store(c, y, i + (2 * V.Count));
                    V.Store(d, y, i + (3 * V.Count));
                }
                for (; i < to; i += V.Count)
                {
                    int lanes = (int)Math.Min(V.Count, to - i);
                    V a = reduction.Identity<V>();
                    for (long k = 0; k < N; k++) a = reduction.Combine(a, V.LoadPartial(x, (nint)(k * Inner) + i, lanes));
                    V.StorePartial(a, y, i, lanes);
                }
            }
        }
    }
}
