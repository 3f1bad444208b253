using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public unsafe void Linear(Tensor x, Tensor w, Tensor? bias, Activation activation, Tensor y, Tensor? pre)
    {
        if (y.Count == 0) return;
        int n = y.Sizes[^1], k = x.Sizes[^1];
        int m = checked((int)(y.Count / n));
        // Rows with an even step are one matrix whatever the leading axes are; otherwise x is copied.
        if (RowsOf(x, m, k) is not Tensor rows)
        {
            x = x.Contiguous();
            rows = x.ViewAs([m, k], [Math.Max(k, 1), 1], x.Offset);
        }
        MatrixLayout layoutX = MatrixLayout.Of(ref rows), layoutW = MatrixLayout.Of(ref w);
        void* b = bias is null ? null : bias.Pointer, p = pre is null ? null : pre.Pointer;
        Gemm.Run(y.DType, layoutX.Transposed, layoutW.Transposed, m, n, k, 1, rows.Pointer, layoutX.Ld, w.Pointer, layoutW.Ld, 0, y.Pointer, n,
            Epilogue.Of(b, activation, p, n));
        GC.KeepAlive(rows);
        GC.KeepAlive(w);
        GC.KeepAlive(bias);
        GC.KeepAlive(pre);
        GC.KeepAlive(y);
    }

    /// <summary>x (…, k) as a matrix of m rows that are evenly spaced in memory, or null.</summary>
    private static Tensor? RowsOf(Tensor x, int m, int k)
    {
        if (x.Count == 0) return null;
        long step = 0, count = 1;
        for (int i = x.Rank - 2; i >= 0; i--)
        {
            if (x.Sizes[i] == 1) continue;
            if (count == 1) step = x.Strides[i];
            else if (x.Strides[i] != step * count) return null;
            count *= x.Sizes[i];
        }
        return x.ViewAs([m, k], [count == 1 ? k : step, x.Strides[^1]], x.Offset);
    }

    public void ActivationBackward(Activation activation, Tensor? kept, Tensor dy, Tensor dp, Tensor? db, long rows, long cols)
    {
        if (cols == 0) return;
        // About 32K elements a piece, at least 16 rows so that the partial sums are little beside dy itself.
        long rowsPerPiece = Math.Max(Math.Max(1, Launch.ElementsPerPiece >> 11), Launch.ElementsPerPiece / cols);
        long pieces = (rows + rowsPerPiece - 1) / rowsPerPiece;
        Tensor? partial = db is null ? null : pieces == 1 ? db : Tensor.Empty([checked((int)pieces), checked((int)cols)], dy.DType, dy.Device);
        if (pieces == 0)
        {
            if (db is not null) Fill(db, 0);
            return;
        }
        ActivationBackwardKernel kernel = new() { Activation = activation, Kept = kept, Dy = dy, Dp = dp, Db = partial, Cols = cols, Rows = rows, RowsPerPiece = rowsPerPiece };
        Launch.Pieces(ref kernel, dy.DType, pieces, 1);
        if (pieces > 1 && db is not null) Reduce(default(SumReduction), partial!, db, 1, pieces, cols);
    }

    /// <summary>One piece: some rows of dp, and their sum as one row of partial sums.</summary>
    private unsafe struct ActivationBackwardKernel : IKernel
    {
        public Activation Activation;
        public Operand Kept, Dy, Dp, Db;
        public long Rows, Cols, RowsPerPiece;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            for (long piece = begin; piece < end; piece++)
            {
                long first = piece * RowsPerPiece, last = Math.Min(Rows, first + RowsPerPiece);
                byte* db = Db.Exists ? (byte*)Db.P + (piece * Cols * V.LaneSize) : null;
                for (long row = first; row < last; row++)
                {
                    nint at = (nint)(row * Cols * V.LaneSize);
                    byte* dy = (byte*)Dy.P + at, dp = (byte*)Dp.P + at, kept = (byte*)Kept.P + at;
                    switch (Activation)
                    {
                        case Activation.None: Row<V, NoSlope>(kept, dy, null, db, row == first); break;
                        case Activation.Relu: Row<V, ReluSlope>(kept, dy, dp, db, row == first); break;
                        default: Row<V, GeluTanhSlope>(kept, dy, dp, db, row == first); break;
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Row<V, TSlope>(byte* kept, byte* dy, byte* dp, byte* db, bool first)
            where V : struct, ISimd<V>
            where TSlope : struct, ISlope
        {
            bool slopes = typeof(TSlope) != typeof(NoSlope);
            nint j = 0;
            for (; j <= (nint)Cols - V.Count; j += V.Count)
            {
                V d = V.Load(dy, j);
                if (slopes)
                {
                    d = TSlope.Times(d, V.Load(kept, j));
                    V.Store(d, dp, j);
                }
                if (db != null) V.Store(first ? d : V.Load(db, j) + d, db, j);
            }
            int rest = (int)(Cols - j);
            if (rest == 0) return;
            V tail = V.LoadPartial(dy, j, rest);
            if (slopes)
            {
                tail = TSlope.Times(tail, V.LoadPartial(kept, j, rest));
                V.StorePartial(tail, dp, j, rest);
            }
            if (db != null) V.StorePartial(first ? tail : V.LoadPartial(db, j, rest) + tail, db, j, rest);
        }
    }

    /// <summary>dy·act′ from what the forward pass kept.</summary>
    private interface ISlope
    {
        static abstract V Times<V>(V dy, V kept)
            where V : struct, ISimd<V>;
    }

    private readonly struct NoSlope : ISlope
    {
        public static V Times<V>(V dy, V kept)
            where V : struct, ISimd<V> => dy;
    }

    private readonly struct ReluSlope : ISlope
    {
        public static V Times<V>(V dy, V kept)
            where V : struct, ISimd<V> => V.Select(V.LessThan(V.Zero, kept), dy, V.Zero);
    }

    /// <summary>With s = σ(2u), u = √(2/π)·(x + 0.044715·x³):  d/dx x·s = s + x·s·(1 − s)·2u′.</summary>
    private readonly struct GeluTanhSlope : ISlope
    {
        private const double Twice = 2 * 0.7978845608028653558798921198687;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Times<V>(V dy, V x)
            where V : struct, ISimd<V>
        {
            // Beyond ±40 the slope is exactly 0 or 1; without the limit ∞·0 would make it NaN.
            x = V.Clamp(x, V.Const(-40), V.Const(40));
            V x2 = x * x;
            V s = V.Sigmoid(x * V.Fma(V.Const(Twice * 0.044715), x2, V.Const(Twice)));
            V slope = V.Fma(V.Const(3 * Twice * 0.044715), x2, V.Const(Twice));
            return dy * V.Fma(x * s * (V.One - s), slope, s);
        }
    }
}
