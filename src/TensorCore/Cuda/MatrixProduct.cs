namespace TensorCore.Cuda;

/// <summary>
/// A batch of matrix products of one shape as the GPU does them: y = activation(a·b (+ y) + bias), summed along the axes that y lacks. Axes that only repeat an operand become
/// part of the product itself where memory allows: rows of a tall A against one B, or, where y is summed over them, more steps of k.
/// </summary>
internal sealed class MatrixProduct
{
    private readonly List<Axis> _batch = [], _sums = [];

    /// <summary>One axis of the batch: its size and the elements from one product to the next.</summary>
    public readonly record struct Axis(int Size, long A, long B, long Y)
    {
        public static Axis None => new(1, 0, 0, 0);
    }

    /// <param name="a">(…, m, k), any strides; copied if a product cannot read them.</param>
    /// <param name="b">(…, k, n), likewise.</param>
    /// <param name="y">(…, m, n), contiguous.</param>
    public MatrixProduct(Tensor a, Tensor b, Tensor y)
    {
        MatrixLayout layoutA = MatrixLayout.Of(ref a), layoutB = MatrixLayout.Of(ref b);
        (A, B, Y) = (a, b, y);
        (TransA, Lda, TransB, Ldb) = (layoutA.Transposed, layoutA.Ld, layoutB.Transposed, layoutB.Ld);
        (M, N, K) = (a.Sizes[^2], b.Sizes[^1], a.Sizes[^1]);
        int rank = Math.Max(a.Rank, Math.Max(b.Rank, y.Rank));
        // From the innermost outwards, so that the folds below see the nearest axis first.
        for (int i = 3; i <= rank; i++)
        {
            int size = Math.Max(SizeAt(a, i), Math.Max(SizeAt(b, i), SizeAt(y, i)));
            if (SizeAt(a, i) == 0 || SizeAt(b, i) == 0) size = 0;
            if (size != 1) Fold(new Axis(size, StrideAt(a, i), StrideAt(b, i), StrideAt(y, i)));
        }
    }

    public Tensor A { get; }

    public Tensor B { get; }

    public Tensor Y { get; }

    public bool TransA { get; private set; }

    public bool TransB { get; }

    public int M { get; private set; }

    public int N { get; }

    public int K { get; private set; }

    public int Lda { get; private set; }

    public int Ldb { get; }

    /// <summary>y is added to.</summary>
    public bool Accumulate { get; init; }

    /// <summary>(n), added to every row.</summary>
    public Tensor? Bias { get; init; }

    public Activation Activation { get; init; }

    /// <summary>Where the pre-activation goes, laid out as y.</summary>
    public Tensor? Pre { get; init; }

    /// <summary>Axes of y, the innermost first.</summary>
    public IReadOnlyList<Axis> Batch => _batch;

    /// <summary>Axes that y is summed over.</summary>
    public IReadOnlyList<Axis> Sums => _sums;

    /// <summary>There is nothing to add up: an inner size of 0, or a sum over an axis of size 0.</summary>
    public bool IsEmptySum => K == 0 || _sums.Exists(axis => axis.Size == 0);

    private static int SizeAt(Tensor t, int fromEnd) => fromEnd <= t.Rank ? t.Sizes[^fromEnd] : 1;

    private static long StrideAt(Tensor t, int fromEnd) => SizeAt(t, fromEnd) == 1 ? 0 : t.Strides[^fromEnd];

    private void Fold(Axis axis)
    {
        if (_batch.Count == 0 && _sums.Count == 0)
        {
            // The rows of a product of one row can lie at any distance.
            long lda = M == 1 && !TransA && axis.A >= K && axis.A <= int.MaxValue ? axis.A : Lda;
            bool moreRows = axis.B == 0 && !TransA && axis.A == M * lda && axis.Y == (long)M * N;
            if (moreRows && (long)M * axis.Size <= int.MaxValue)
            {
                (M, Lda) = (M * axis.Size, (int)lda);
                return;
            }
            // One column with its elements side by side is as well a row of the transpose.
            bool oneRow = !TransA && K == 1 && Lda == 1;
            int ld = oneRow ? M : Lda;
            bool moreSteps = axis.Y == 0 && (TransA || oneRow) && !TransB && axis.A == (long)K * ld && axis.B == (long)K * Ldb;
            if (moreSteps && (long)K * axis.Size <= int.MaxValue)
            {
                (TransA, Lda) = (true, ld);
                K *= axis.Size;
                return;
            }
        }
        List<Axis> axes = axis.Y == 0 ? _sums : _batch;
        if (axes.Count > 0)
        {
            Axis inner = axes[^1];
            bool joined = axis.A == inner.A * inner.Size && axis.B == inner.B * inner.Size && axis.Y == inner.Y * inner.Size;
            if (joined && (long)inner.Size * axis.Size <= int.MaxValue)
            {
                axes[^1] = inner with { Size = inner.Size * axis.Size };
                return;
            }
        }
        axes.Add(axis);
    }
}
