using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    // Up to this many queries are taken one by one against the keys as they lie: decoding reads each key once and packs nothing.
    private const int FewQueries = 4;

    public void Attention(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor logSumExp)
    {
        if (logSumExp.Count == 0) return;
        AttentionKernel kernel = new()
        {
            Q = AttentionRows.Read(q),
            K = AttentionRows.Read(k),
            Values = AttentionRows.Read(v),
            Mask = AttentionRows.ReadMask(mask),
            Y = AttentionRows.Write(y),
            LogSumExp = logSumExp,
            DType = y.DType,
            Queries = q.Sizes[^2],
            Keys = k.Sizes[^2],
            D = q.Sizes[^1],
            E = v.Sizes[^1],
            Causal = causal,
            Scale = scale,
        };
        long heads = logSumExp.Count / kernel.Queries;
        if (kernel.Queries <= FewQueries)
        {
            Launch.Rows(ref kernel, y.DType, heads, (long)kernel.Queries * kernel.Keys * (kernel.D + kernel.E));
            return;
        }
        PackKeysKernel pack = new() { K = kernel.K, Keys = kernel.Keys, D = kernel.D };
        pack.HeadStep = (long)(kernel.Keys + PackKeysKernel.MaxPanel) * kernel.D;
        Tensor packed = Tensor.Empty([checked((int)heads), checked((int)pack.HeadStep)], y.DType, y.Device);
        pack.Packed = packed;
        Launch.Rows(ref pack, y.DType, heads, (long)kernel.Keys * kernel.D);
        kernel.PackedK = packed;
        kernel.HeadStep = pack.HeadStep;
        kernel.Blocks = (kernel.Queries + AttentionKernel.QueryBlock - 1) / AttentionKernel.QueryBlock;
        Launch.Rows(ref kernel, y.DType, heads * kernel.Blocks, (long)AttentionKernel.QueryBlock * kernel.Keys * (1 + (kernel.D / 16)));
    }

    /// <summary>Kᵀ of each head in panels as the micro-kernel reads its left operand: feature by feature, MR keys side by side.</summary>
    private unsafe struct PackKeysKernel : IKernel
    {
        public const int MaxPanel = 16; // the widest panel, rounded up
        public AttentionRows K;
        public Operand Packed;
        public int Keys, D;
        public long HeadStep;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            int width = MicroKernel<V>.MR;
            for (long head = begin; head < end; head++)
            {
                byte* packed = (byte*)Packed.P + (head * HeadStep * V.LaneSize);
                for (int key = 0; key < Keys; key += width, packed += (nint)width * D * V.LaneSize)
                    Packing<V>.Transpose(K.At(head, key, V.LaneSize), (nint)K.Step * V.LaneSize, Math.Min(width, Keys - key), D, packed, width);
            }
        }
    }

    /// <summary>
    /// A block of queries against all keys it sees, block of keys by block of keys. Scores are held transposed, a row of NR queries for each key, so
    /// that every lane is a query of its own: largest score, sum and correction are lane by lane, and the block of weights is at once the right
    /// operand of Yᵀ += Vᵀ·Pᵀ, whose left operand is V as it lies.
    /// </summary>
    private unsafe struct AttentionKernel : IKernel
    {
        /// <summary>Queries of an item.</summary>
        public const int QueryBlock = 64;

        // 126 keys (a multiple of both 14 and 6) × 32 queries of weights are 16 KiB: with as many values they stay in the L1 cache of 48 KiB.
        private const int KeyBlock = 126;

        public AttentionRows Q, K, Values, Mask, Y;
        public Operand PackedK, LogSumExp;
        public DType DType;
        public int Queries, Keys, D, E, Blocks;
        public bool Causal;
        public double Scale;
        public long HeadStep;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            for (long item = begin; item < end; item++)
            {
                if (!PackedK.Exists)
                {
                    for (int i = 0; i < Queries; i++) One<V>(item, i);
                    continue;
                }
                (long head, long block) = Math.DivRem(item, Blocks);
                int first = (int)block * QueryBlock, last = Math.Min(Queries, first + QueryBlock);
                for (int q0 = first; q0 < last; q0 += MicroKernel<V>.NR) Block<V>(head, q0, Math.Min(MicroKernel<V>.NR, last - q0));
            }
        }

        /// <summary>What one thread needs for a block: rows of NR lanes.</summary>
        private readonly struct Buffers<V>
            where V : struct, ISimd<V>
        {
            public readonly byte* Query, Scores, Mask, Y, Max, Sum, Rows;

            public Buffers(int d, int e)
            {
                nint row = (nint)MicroKernel<V>.NR * V.LaneSize;
                byte* p = ThreadScratch.Take((d + (2 * e) + (2 * KeyBlock) + 2) * row);
                Query = p;
                Y = Query + (d * row);
                Scores = Y + (e * row);
                Mask = Scores + (KeyBlock * row);
                Max = Mask + (KeyBlock * row);
                Sum = Max + row;
                Rows = Sum + row;
            }
        }

        private readonly void Block<V>(long head, int q0, int queries)
            where V : struct, ISimd<V>
        {
            int lane = V.LaneSize, nr = MicroKernel<V>.NR, mr = MicroKernel<V>.MR;
            nint row = (nint)nr * lane;
            Buffers<V> to = new(D, E);
            Packing<V>.Transpose(Q.At(head, q0, lane), (nint)Q.Step * lane, queries, D, to.Query, nr);
            Finish<V>.Scale(to.Query, row, D, nr, Scale);
            for (int i = 0; i < nr; i += V.Count)
            {
                V.Store(V.Const(double.NegativeInfinity), to.Max, i);
                V.Store(V.Zero, to.Sum, i);
            }
            // Query q0 + lane sees the keys up to diagonal + lane.
            int diagonal = q0 + Keys - Queries;
            int visible = Causal ? Math.Min(Keys, diagonal + queries) : Keys;
            byte* packed = (byte*)PackedK.P + (head * HeadStep * lane);
            for (int k0 = 0; k0 < visible; k0 += KeyBlock)
            {
                int keys = Math.Min(KeyBlock, visible - k0);
                for (int p = 0; p < keys; p += mr)
                {
                    byte* panel = packed + ((nint)(k0 + p) * D * lane);
                    TileArguments scores = new()
                    {
                        K = D,
                        A = panel,
                        AStep = (nint)mr * lane,
                        B = to.Query,
                        BStep = row,
                        C = to.Scores + (p * row),
                        Ldc = row,
                        Ahead = panel + ((nint)mr * D * lane),
                        AheadStep = (nint)mr * lane,
                    };
                    MicroKernel<V>.Run(Math.Min(mr, keys - p), 2, scores);
                }
                if (Mask.Exists) AddMask<V>(to, head, q0, queries, k0, keys);
                if (Causal && k0 + keys - 1 > diagonal) HideFuture<V>(to.Scores, k0, keys, diagonal);
                Weigh<V>(to, keys, E, k0 == 0);
                AddValues<V>(to, head, k0, keys);
            }
            if (visible == 0) Finish<V>.Scale(to.Y, row, E, nr, 0);
            Write<V>(to, head, q0, queries);
        }

        /// <summary>Yᵀ += Vᵀ·Pᵀ, some features at a time, as evenly as possible.</summary>
        private readonly void AddValues<V>(in Buffers<V> to, long head, int k0, int keys)
            where V : struct, ISimd<V>
        {
            int lane = V.LaneSize, mr = MicroKernel<V>.MR, tiles = (E + mr - 1) / mr;
            nint row = (nint)MicroKernel<V>.NR * lane, step = (nint)Values.Step * lane;
            byte* values = Values.At(head, k0, lane);
            for (int tile = 0; tile < tiles; tile++)
            {
                int from = (int)((long)E * tile / tiles), until = (int)((long)E * (tile + 1) / tiles);
                TileArguments product = new()
                {
                    K = keys,
                    A = values + ((nint)from * lane),
                    AStep = step,
                    B = to.Scores,
                    BStep = row,
                    C = to.Y + (from * row),
                    Ldc = row,
                    Add = k0 > 0,
                    Ahead = values + (keys * step) + ((nint)from * lane),
                    AheadStep = step,
                };
                MicroKernel<V>.Run(until - from, 2, product);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void AddMask<V>(in Buffers<V> to, long head, int q0, int queries, int k0, int keys)
            where V : struct, ISimd<V>
        {
            int nr = MicroKernel<V>.NR;
            Packing<V>.Transpose(Mask.At(head, q0, V.LaneSize) + ((nint)k0 * V.LaneSize), (nint)Mask.Step * V.LaneSize, queries, keys, to.Mask, nr);
            for (nint i = 0; i < (nint)keys * nr; i += V.Count) V.Store(V.Load(to.Scores, i) + V.Load(to.Mask, i), to.Scores, i);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void HideFuture<V>(byte* scores, int k0, int keys, int diagonal)
            where V : struct, ISimd<V>
        {
            int nr = MicroKernel<V>.NR;
            byte* index = stackalloc byte[V.Count * V.LaneSize];
            for (int i = 0; i < V.Count; i++) V.StorePartial(V.Const(i), index, i, 1);
            V first = V.Load(index, 0), second = first + V.Const(V.Count), hidden = V.Const(double.NegativeInfinity);
            for (int key = Math.Max(0, diagonal + 1 - k0); key < keys; key++)
            {
                V ahead = V.Const(k0 + key - diagonal);
                nint at = (nint)key * nr;
                V.Store(V.Select(V.LessThan(first, ahead), hidden, V.Load(scores, at)), scores, at);
                V.Store(V.Select(V.LessThan(second, ahead), hidden, V.Load(scores, at + V.Count)), scores, at + V.Count);
            }
        }

        /// <summary>
        /// Scores become weights e^(s − max), and what was summed under a smaller maximum is corrected by e^(old − new). If the maximum is −∞, no key
        /// has been seen, and 0 stands in for it so that the weights are 0 and not NaN.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Weigh<V>(in Buffers<V> to, int keys, int e, bool first)
            where V : struct, ISimd<V>
        {
            int nr = MicroKernel<V>.NR;
            byte* scores = to.Scores;
            V oldX = V.Load(to.Max, 0), oldY = V.Load(to.Max, V.Count);
            V maxX = oldX, maxY = oldY, otherX = oldX, otherY = oldY;
            nint end = (nint)keys * nr, i = 0;
            // Two chains for each half: a maximum takes four cycles.
            for (; i <= end - (2 * nr); i += 2 * nr)
            {
                maxX = V.Max(maxX, V.Load(scores, i));
                maxY = V.Max(maxY, V.Load(scores, i + V.Count));
                otherX = V.Max(otherX, V.Load(scores, i + nr));
                otherY = V.Max(otherY, V.Load(scores, i + nr + V.Count));
            }
            if (i < end)
            {
                maxX = V.Max(maxX, V.Load(scores, i));
                maxY = V.Max(maxY, V.Load(scores, i + V.Count));
            }
            maxX = V.Max(maxX, otherX);
            maxY = V.Max(maxY, otherY);
            V none = V.Const(double.NegativeInfinity);
            V shiftX = V.Select(V.Equal(maxX, none), V.Zero, maxX), shiftY = V.Select(V.Equal(maxY, none), V.Zero, maxY);
            V sumX = V.Zero, sumY = V.Zero;
            for (i = 0; i < end; i += nr)
            {
                V x = V.Exp(V.Load(scores, i) - shiftX), y = V.Exp(V.Load(scores, i + V.Count) - shiftY);
                V.Store(x, scores, i);
                V.Store(y, scores, i + V.Count);
                sumX += x;
                sumY += y;
            }
            V.Store(maxX, to.Max, 0);
            V.Store(maxY, to.Max, V.Count);
            V fixX = V.Exp(oldX - shiftX), fixY = V.Exp(oldY - shiftY);
            V.Store(V.Fma(V.Load(to.Sum, 0), fixX, sumX), to.Sum, 0);
            V.Store(V.Fma(V.Load(to.Sum, V.Count), fixY, sumY), to.Sum, V.Count);
            // Later blocks seldom hold a new maximum for any of the queries.
            if (first || !(V.AnyTrue(V.LessThan(fixX, V.One)) || V.AnyTrue(V.LessThan(fixY, V.One)))) return;
            for (i = 0; i < (nint)e * nr; i += nr)
            {
                V.Store(V.Load(to.Y, i) * fixX, to.Y, i);
                V.Store(V.Load(to.Y, i + V.Count) * fixY, to.Y, i + V.Count);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Write<V>(in Buffers<V> to, long head, int q0, int queries)
            where V : struct, ISimd<V>
        {
            int nr = MicroKernel<V>.NR, lane = V.LaneSize;
            for (int half = 0; half < nr; half += V.Count)
            {
                V sum = V.Load(to.Sum, half);
                V empty = V.Equal(sum, V.Zero);
                V factor = V.Select(empty, V.Zero, V.One / sum);
                for (int i = 0; i < E; i++) V.Store(V.Load(to.Y, (i * nr) + half) * factor, to.Y, (i * nr) + half);
                // +∞ where no key was seen: backward's e^(s − L) is then 0.
                V log = V.Select(empty, V.Const(double.PositiveInfinity), V.Load(to.Max, half) + V.Log(sum));
                int n = Math.Clamp(queries - half, 0, V.Count);
                V.StorePartial(log, LogSumExp.P, (nint)(head * Queries) + q0 + half, n);
            }
            Y.WriteTransposed<V>(head, q0, queries, to.Y, (nint)nr * lane, E, to.Rows);
        }

        /// <summary>One query against the keys as they lie: two products of a vector with a matrix.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void One<V>(long head, int query)
            where V : struct, ISimd<V>
        {
            int lane = V.LaneSize, keys = Causal ? query + 1 + Keys - Queries : Keys;
            byte* mask = Mask.Exists ? Mask.At(head, query, lane) : null;
            V none = V.Const(double.NegativeInfinity);
            // Keys at the end that the mask removes, beyond a sequence shorter than others of its batch, are not read.
            while (mask != null && keys >= V.Count && AllRemoved(V.Load(mask, keys - V.Count), none)) keys -= V.Count;
            byte* y = Y.At(head, query, lane), scores = ThreadScratch.Take(((long)Keys + V.Count) * lane);
            Gemm.Run(DType, false, true, 1, keys, D, Scale, Q.At(head, query, lane), D, K.At(head, 0, lane), Ld(K, D), 0, scores, Math.Max(keys, 1));
            V.Store(none, scores, keys); // lanes that count for nothing in the maximum and become e^−∞ = 0 in the sum
            V max = none;
            for (int i = 0; i < keys; i += V.Count)
            {
                V s = V.Load(scores, i);
                if (mask != null) V.Store(s += V.LoadPartial(mask, i, Math.Min(V.Count, keys - i)), scores, i);
                max = V.Max(max, s);
            }
            double largest = V.MaxLane(max), shift = double.IsNegativeInfinity(largest) ? 0 : largest;
            V by = V.Const(shift), sum = V.Zero;
            for (int i = 0; i < keys; i += V.Count)
            {
                V p = V.Exp(V.Load(scores, i) - by);
                V.Store(p, scores, i);
                sum += p;
            }
            double total = V.Sum(sum);
            Gemm.Run(DType, false, false, 1, E, keys, total == 0 ? 0 : 1 / total, scores, Math.Max(keys, 1), Values.At(head, 0, lane), Ld(Values, E), 0, y, Math.Max(E, 1));
            V.StorePartial(V.Const(total == 0 ? double.PositiveInfinity : largest + Math.Log(total)), LogSumExp.P, (nint)(head * Queries) + query, 1);
        }

        private static bool AllRemoved<V>(V mask, V none)
            where V : struct, ISimd<V> => !V.AnyTrue(V.Equal(V.Select(V.Equal(mask, none), V.Zero, V.One), V.One));

        private static int Ld(in AttentionRows rows, int width) => (int)Math.Max(rows.Step, Math.Max(width, 1));
    }
}
