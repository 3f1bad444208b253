using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    // Pieces of work wanted: with fewer heads than this, each head's keys are shared out over several pieces.
    private const int BackwardPieces = 16;

    public void AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor logSumExp, Tensor dy, Tensor dq, Tensor dk, Tensor dv)
    {
        if (logSumExp.Count == 0)
        {
            // No queries: the keys' gradients are empty sums.
            if (dk.Count > 0) ZeroRows(dk);
            if (dv.Count > 0) ZeroRows(dv);
            return;
        }
        AttentionBackwardKernel kernel = new()
        {
            Q = AttentionRows.Read(q),
            K = AttentionRows.Read(k),
            Values = AttentionRows.Read(v),
            Mask = AttentionRows.ReadMask(mask),
            Y = AttentionRows.Read(y),
            Dy = AttentionRows.Read(dy),
            Dq = AttentionRows.Write(dq),
            Dk = AttentionRows.Write(dk),
            Dv = AttentionRows.Write(dv),
            LogSumExp = logSumExp,
            Queries = q.Sizes[^2],
            Keys = k.Sizes[^2],
            D = q.Sizes[^1],
            E = v.Sizes[^1],
            Causal = causal,
            Scale = scale,
        };
        long heads = logSumExp.Count / kernel.Queries;
        int keyBlocks = Math.Max(1, (kernel.Keys + AttentionBackwardKernel.Side - 1) / AttentionBackwardKernel.Side);
        kernel.Parts = (int)Math.Clamp((BackwardPieces + heads - 1) / heads, 1, keyBlocks);
        kernel.PartStep = AttentionBackwardKernel.Padded(kernel.Queries) * kernel.D;
        if (kernel.Parts > 1) kernel.Partial = Tensor.Empty([checked((int)heads), kernel.Parts, checked((int)kernel.PartStep)], y.DType, y.Device);
        Launch.Rows(ref kernel, y.DType, heads * kernel.Parts, (long)kernel.Queries * kernel.Keys * (1 + (kernel.D / 8)) / kernel.Parts);
        if (kernel.Parts == 1) return;
        AttentionQueryGradientKernel sum = new() { Kernel = kernel };
        Launch.Rows(ref sum, y.DType, heads, (long)kernel.Queries * kernel.D * kernel.Parts);
    }

    private static void ZeroRows(Tensor x) => CopyStrided(Tensor.Zeros([], x.DType).Expand(x.Shape), x);

    /// <summary>
    /// The gradients of one head, or of every Parts-th block of its keys. Blocks of Side queries × Side keys of P and dS are computed again from L;
    /// a line of NR keys lies side by side, so that P and dS are the right operands of dVᵀ += dYᵀ·P and dKᵀ += Qᵀ·dS, whose left operands are dY and Q
    /// as they lie. Only dQᵀ += Kᵀ·dSᵀ needs a transposed block.
    /// </summary>
    private unsafe struct AttentionBackwardKernel : IKernel
    {
        /// <summary>Queries and keys of a block: 64 × 64 of P, of dS and of its transpose are 16 KiB each.</summary>
        public const int Side = 64;

        public static long Padded(int queries) => (queries + Side - 1L) / Side * Side;

        public AttentionRows Q, K, Values, Mask, Y, Dy, Dq, Dk, Dv;
        public Operand LogSumExp, Partial;
        public int Queries, Keys, D, E, Parts;
        public long PartStep;
        public bool Causal;
        public double Scale;

        /// <summary>What a thread needs. Packed operands are blocks of NR rows, feature by feature, zero beyond the last row.</summary>
        private readonly struct Buffers<V>
            where V : struct, ISimd<V>
        {
            /// <summary>Of all queries of the head: scaled Qᵀ, dYᵀ, δ and dQᵀ.</summary>
            public readonly byte* Query, Dy, Delta, Dq;

            /// <summary>Of a block of keys: Kᵀ, Vᵀ, dKᵀ, dVᵀ.</summary>
            public readonly byte* Key, Value, Dk, Dv;

            /// <summary>Of a block of queries and keys: P, dS, dSᵀ; and room for transposed rows.</summary>
            public readonly byte* P, Ds, DsT, Rows;

            public Buffers(int queries, int d, int e)
            {
                int lane = V.LaneSize;
                long all = Padded(queries);
                long bytes = ((all * ((2 * d) + e + 1)) + (Side * 2L * (d + e)) + (3 * Side * Side) + (Side * (long)Math.Max(d, e))) * lane;
                Query = ThreadScratch.Take(bytes);
                Dq = Query + (all * d * lane);
                Dy = Dq + (all * d * lane);
                Key = Dy + (all * e * lane);
                Value = Key + (Side * d * lane);
                Dk = Value + (Side * e * lane);
                Dv = Dk + (Side * d * lane);
                P = Dv + (Side * e * lane);
                Ds = P + (Side * Side * lane);
                DsT = Ds + (Side * Side * lane);
                Rows = DsT + (Side * Side * lane);
                Delta = Rows + (Side * (long)Math.Max(d, e) * lane);
            }
        }

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            Buffers<V> to = new(Queries, D, E);
            for (long item = begin; item < end; item++)
            {
                (long head, long part) = Math.DivRem(item, Parts);
                byte* dq = Partial.Exists ? (byte*)Partial.P + (item * PartStep * V.LaneSize) : to.Dq;
                PackQueries<V>(to, head);
                new Span<byte>(dq, checked((int)(PartStep * V.LaneSize))).Clear();
                for (int k0 = (int)part * Side; k0 < Keys; k0 += Parts * Side) KeyBlock<V>(to, head, k0, dq);
                if (Parts == 1) WriteDq<V>(head, dq, to.Rows);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void PackQueries<V>(in Buffers<V> to, long head)
            where V : struct, ISimd<V>
        {
            int lane = V.LaneSize, nr = MicroKernel<V>.NR;
            for (int q0 = 0; q0 < Queries; q0 += nr)
            {
                int rows = Math.Min(nr, Queries - q0);
                byte* query = to.Query + ((nint)q0 * D * lane);
                Packing<V>.Transpose(Q.At(head, q0, lane), (nint)Q.Step * lane, rows, D, query, nr);
                Finish<V>.Scale(query, nr * lane, D, nr, Scale);
                Packing<V>.Transpose(Dy.At(head, q0, lane), (nint)Dy.Step * lane, rows, E, to.Dy + ((nint)q0 * E * lane), nr);
            }
            for (int i = 0; i < Queries; i++)
            {
                byte* y = Y.At(head, i, lane), dy = Dy.At(head, i, lane);
                V sum = V.Zero;
                int j = 0;
                for (; j <= E - V.Count; j += V.Count) sum = V.Fma(V.Load(y, j), V.Load(dy, j), sum);
                if (j < E) sum += V.LoadPartial(y, j, E - j) * V.LoadPartial(dy, j, E - j);
                V.StorePartial(V.Const(V.Sum(sum)), to.Delta, i, 1);
            }
        }

        private readonly void KeyBlock<V>(in Buffers<V> to, long head, int k0, byte* dq)
            where V : struct, ISimd<V>
        {
            int lane = V.LaneSize, nr = MicroKernel<V>.NR, keys = Math.Min(Side, Keys - k0), side = Math.Max(Side, nr);
            for (int k = 0; k < keys; k += nr)
            {
                int rows = Math.Min(nr, keys - k);
                Packing<V>.Transpose(K.At(head, k0 + k, lane), (nint)K.Step * lane, rows, D, to.Key + ((nint)k * D * lane), nr);
                Packing<V>.Transpose(Values.At(head, k0 + k, lane), (nint)Values.Step * lane, rows, E, to.Value + ((nint)k * E * lane), nr);
            }
            new Span<byte>(to.Dk, side * D * lane).Clear();
            new Span<byte>(to.Dv, side * E * lane).Clear();
            // Query q sees keys up to q + Keys − Queries.
            int seenFrom = Causal ? Math.Max(0, k0 - (Keys - Queries)) / Side * Side : 0;
            for (int q0 = seenFrom; q0 < Queries; q0 += Side)
            {
                int queries = Math.Min(Side, Queries - q0);
                Scores<V>(to.Query + ((nint)q0 * D * lane), D, to.Key, to.P, queries, keys);
                Scores<V>(to.Dy + ((nint)q0 * E * lane), E, to.Value, to.Ds, queries, keys);
                for (int i = 0; i < queries; i++) Row<V>(to, head, q0 + i, k0, keys, to.P + ((nint)i * Side * lane), to.Ds + ((nint)i * Side * lane));
                AddProduct<V>(Dy.At(head, q0, lane), (nint)Dy.Step * lane, E, to.P, Side * lane, queries, to.Dv, keys);
                AddProduct<V>(Q.At(head, q0, lane), (nint)Q.Step * lane, D, to.Ds, Side * lane, queries, to.Dk, keys);
                Packing<V>.Transpose(to.Ds, Side * lane, queries, keys, to.DsT, Side);
                AddProduct<V>(K.At(head, k0, lane), (nint)K.Step * lane, D, to.DsT, Side * lane, keys, dq + ((nint)q0 * D * lane), queries);
            }
            for (int k = 0; k < keys; k += nr)
            {
                int rows = Math.Min(nr, keys - k);
                byte* dk = to.Dk + ((nint)k * D * lane);
                Finish<V>.Scale(dk, nr * lane, D, nr, Scale);
                Dk.WriteTransposed<V>(head, k0 + k, rows, dk, nr * lane, D, to.Rows);
                Dv.WriteTransposed<V>(head, k0 + k, rows, to.Dv + ((nint)k * E * lane), nr * lane, E, to.Rows);
            }
        }

        /// <summary>scores[q, k] = Σ left[·, q]·right[·, k] for packed blocks, rows Side apart.</summary>
        private static void Scores<V>(byte* left, int features, byte* right, byte* scores, int queries, int keys)
            where V : struct, ISimd<V>
        {
            int lane = V.LaneSize, nr = MicroKernel<V>.NR, mr = MicroKernel<V>.MR;
            for (int q = 0; q < queries; q += nr)
            {
                int rows = Math.Min(nr, queries - q), tiles = (rows + mr - 1) / mr;
                for (int tile = 0; tile < tiles; tile++)
                {
                    int from = rows * tile / tiles, until = rows * (tile + 1) / tiles;
                    for (int k = 0; k < keys; k += nr)
                    {
                        TileArguments t = new()
                        {
                            K = features,
                            A = left + (((nint)q * features) + from) * lane,
                            AStep = (nint)nr * lane,
                            B = right + ((nint)k * features * lane),
                            BStep = (nint)nr * lane,
                            C = scores + (((nint)(q + from) * Side) + k) * lane,
                            Ldc = (nint)Side * lane,
                            Ahead = right,
                        };
                        MicroKernel<V>.Run(until - from, 2, t);
                    }
                }
            }
        }

        /// <summary>sum[feature, ·] += Σ over steps of left[step, feature]·right[step, ·], for sums in blocks of NR lanes.</summary>
        private static void AddProduct<V>(byte* left, nint leftStep, int features, byte* right, nint rightStep, int steps, byte* sum, int lanes)
            where V : struct, ISimd<V>
        {
            int lane = V.LaneSize, nr = MicroKernel<V>.NR, mr = MicroKernel<V>.MR, tiles = (features + mr - 1) / mr;
            for (int j = 0; j < lanes; j += nr)
            {
                for (int tile = 0; tile < tiles; tile++)
                {
                    int from = (int)((long)features * tile / tiles), until = (int)((long)features * (tile + 1) / tiles);
                    TileArguments t = new()
                    {
                        K = steps,
                        A = left + ((nint)from * lane),
                        AStep = leftStep,
                        B = right + ((nint)j * lane),
                        BStep = rightStep,
                        C = sum + (((nint)j * features) + ((nint)from * nr)) * lane,
                        Ldc = (nint)nr * lane,
                        Add = true,
                        Ahead = right,
                    };
                    MicroKernel<V>.Run(until - from, 2, t);
                }
            }
        }

        /// <summary>One query's row: p = e^(s − L), ds = p·(dp − δ); 0 for keys it does not see.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Row<V>(in Buffers<V> to, long head, int query, int k0, int keys, byte* p, byte* ds)
            where V : struct, ISimd<V>
        {
            V log = V.Broadcast(LogSumExp.P, (nint)(head * Queries) + query), delta = V.Broadcast(to.Delta, query);
            byte* mask = Mask.Exists ? Mask.At(head, query, V.LaneSize) + ((nint)k0 * V.LaneSize) : null;
            int seen = Causal ? Math.Clamp(query + Keys - Queries + 1 - k0, 0, keys) : keys;
            int i = 0;
            for (; i < seen; i += V.Count)
            {
                int n = Math.Min(V.Count, seen - i);
                V s = V.Load(p, i) - log;
                if (mask != null) s += n == V.Count ? V.Load(mask, i) : V.LoadPartial(mask, i, n);
                V weight = V.Exp(s), slope = weight * (V.Load(ds, i) - delta);
                if (n == V.Count)
                {
                    V.Store(weight, p, i);
                    V.Store(slope, ds, i);
                }
                else
                {
                    V.Store(V.Zero, p, i);
                    V.Store(V.Zero, ds, i);
                    V.StorePartial(weight, p, i, n);
                    V.StorePartial(slope, ds, i, n);
                }
            }
            for (; i < keys; i += V.Count)
            {
                V.Store(V.Zero, p, i);
                V.Store(V.Zero, ds, i);
            }
        }

        /// <summary>Writes the rows of dQ from their transposed blocks.</summary>
        public readonly void WriteDq<V>(long head, byte* dq, byte* rows)
            where V : struct, ISimd<V>
        {
            int lane = V.LaneSize, nr = MicroKernel<V>.NR;
            for (int q0 = 0; q0 < Queries; q0 += nr)
            {
                byte* block = dq + ((nint)q0 * D * lane);
                Finish<V>.Scale(block, nr * lane, D, nr, Scale);
                Dq.WriteTransposed<V>(head, q0, Math.Min(nr, Queries - q0), block, nr * lane, D, rows);
            }
        }
    }

    /// <summary>Adds up the parts of each head's dQᵀ, in order, and writes dQ.</summary>
    private unsafe struct AttentionQueryGradientKernel : IKernel
    {
        public AttentionBackwardKernel Kernel;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            long step = Kernel.PartStep;
            byte* rows = ThreadScratch.Take((long)MicroKernel<V>.NR * Kernel.D * V.LaneSize);
            for (long head = begin; head < end; head++)
            {
                byte* sum = (byte*)Kernel.Partial.P + (head * Kernel.Parts * step * V.LaneSize);
                for (int part = 1; part < Kernel.Parts; part++)
                    Finish<V>.Merge(sum + (part * step * V.LaneSize), 0, sum, 0, 1, checked((int)step), 1, add: true);
                Kernel.WriteDq<V>(head, sum, rows);
            }
        }
    }
}
