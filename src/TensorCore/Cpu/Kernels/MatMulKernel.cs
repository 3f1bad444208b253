using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public unsafe void MatMul(Tensor a, Tensor b, Tensor y, bool accumulate)
    {
        if (y.Count == 0) return;
        MatrixLayout layoutA = MatrixLayout.Of(ref a), layoutB = MatrixLayout.Of(ref b);
        BatchedProduct product = new(a, layoutA, b, layoutB, y) { Accumulate = accumulate };
        if (product.IsEmptySum)
        {
            if (!accumulate) Fill(y, 0);
            return;
        }
        product.Run();
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(y);
    }

    /// <summary>
    /// The batch axes of a product. Axes that only repeat an operand become part of the product itself where memory allows: rows of a tall A against
    /// one B, or, where y is summed over them, more steps of k. What is left is a batch and a loop around it.
    /// </summary>
    private unsafe ref struct BatchedProduct
    {
        private readonly DType _dtype;
        private readonly void* _a, _b, _y;
        private readonly bool _transB;
        private readonly int _ldb, _n;
        private readonly List<Axis> _axes;
        private bool _transA;
        private int _m, _k, _lda;

        private record struct Axis(int Size, long A, long B, long Y);

        public BatchedProduct(Tensor a, MatrixLayout layoutA, Tensor b, MatrixLayout layoutB, Tensor y)
        {
            _dtype = y.DType;
            _a = a.Pointer;
            _b = b.Pointer;
            _y = y.Pointer;
            (_transA, _lda, _transB, _ldb) = (layoutA.Transposed, layoutA.Ld, layoutB.Transposed, layoutB.Ld);
            (_m, _n, _k) = (a.Sizes[^2], b.Sizes[^1], a.Sizes[^1]);
            _axes = [];
            int rank = Math.Max(a.Rank, Math.Max(b.Rank, y.Rank));
            // From the innermost outwards, so that the folds below see the nearest axis first.
            for (int i = 3; i <= rank; i++)
            {
                int size = Math.Max(SizeAt(a, i), Math.Max(SizeAt(b, i), SizeAt(y, i)));
                if (SizeAt(a, i) == 0 || SizeAt(b, i) == 0) size = 0;
                if (size != 1) Fold(new Axis(size, StrideAt(a, i), StrideAt(b, i), StrideAt(y, i)));
            }
        }

        public bool Accumulate { get; init; }

        /// <summary>True if y is summed over an axis of size 0.</summary>
        public readonly bool IsEmptySum => _axes.Exists(axis => axis.Size == 0);

        private static int SizeAt(Tensor t, int fromEnd) => fromEnd <= t.Rank ? t.Sizes[^fromEnd] : 1;

        private static long StrideAt(Tensor t, int fromEnd) => SizeAt(t, fromEnd) == 1 ? 0 : t.Strides[^fromEnd];

        private void Fold(Axis axis)
        {
            if (_axes.Count == 0)
            {
                bool moreRows = axis.B == 0 && !_transA && axis.A == (long)_m * _lda && axis.Y == (long)_m * _n;
                if (moreRows && (long)_m * axis.Size <= int.MaxValue)
                {
                    _m *= axis.Size;
                    return;
                }
                // One column with its elements side by side is as well a row of the transpose.
                bool oneRow = !_transA && _k == 1 && _lda == 1;
                int lda = oneRow ? _m : _lda;
                bool moreSteps = axis.Y == 0 && (_transA || oneRow) && !_transB && axis.A == (long)_k * lda && axis.B == (long)_k * _ldb;
                if (moreSteps && (long)_k * axis.Size <= int.MaxValue)
                {
                    (_transA, _lda) = (true, lda);
                    _k *= axis.Size;
                    return;
                }
            }
            else
            {
                Axis inner = _axes[^1];
                bool joined = axis.A == inner.A * inner.Size && axis.B == inner.B * inner.Size && axis.Y == inner.Y * inner.Size;
                if (joined && (long)inner.Size * axis.Size <= int.MaxValue)
                {
                    _axes[^1] = inner with { Size = inner.Size * axis.Size };
                    return;
                }
            }
            _axes.Add(axis);
        }

        public readonly void Run()
        {
            // The largest axis that y has is the batch; the others are looped over, those that y is summed over innermost.
            Axis batch = new(1, 0, 0, 0);
            int chosen = -1;
            for (int i = 0; i < _axes.Count; i++)
                if (_axes[i].Y != 0 && _axes[i].Size > batch.Size) (batch, chosen) = (_axes[i], i);
            List<Axis> loop = [];
            long rounds = 1, summed = 1;
            for (int pass = 0; pass < 2; pass++)
            {
                for (int i = 0; i < _axes.Count; i++)
                {
                    if (i == chosen || (_axes[i].Y == 0) != (pass == 0)) continue;
                    loop.Add(_axes[i]);
                    rounds *= _axes[i].Size;
                    if (pass == 0) summed *= _axes[i].Size;
                }
            }
            int bytes = _dtype.Size();
            for (long round = 0; round < rounds; round++)
            {
                long rest = round, a = 0, b = 0, y = 0;
                foreach (Axis axis in loop)
                {
                    (rest, long at) = Math.DivRem(rest, axis.Size);
                    (a, b, y) = (a + (at * axis.A), b + (at * axis.B), y + (at * axis.Y));
                }
                double beta = Accumulate || round % summed != 0 ? 1 : 0;
                Gemm.RunBatched(_dtype, _transA, _transB, _m, _n, _k,
                    1, (byte*)_a + (a * bytes), _lda, batch.A, (byte*)_b + (b * bytes), _ldb, batch.B, beta, (byte*)_y + (y * bytes), _n, batch.Y, batch.Size);
            }
        }
    }
}
