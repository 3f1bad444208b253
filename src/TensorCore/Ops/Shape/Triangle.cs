namespace TensorCore;

public sealed partial class Tensor
{
    /// <summary>
    /// The matrices in the last two axes with 0 above a diagonal: elements (i, j) with j − i ≤ <paramref name="diagonal"/> stay. Exactly 0, also in place of NaN and ∞.
    /// </summary>
    /// <exception cref="ShapeException">Fewer than two axes.</exception>
    public Tensor Tril(int diagonal = 0) => Triangle("tril", diagonal, lower: true);

    /// <summary>The matrices in the last two axes with 0 below a diagonal: elements (i, j) with j − i ≥ <paramref name="diagonal"/> stay.</summary>
    /// <exception cref="ShapeException">Fewer than two axes.</exception>
    public Tensor Triu(int diagonal = 0) => Triangle("triu", diagonal, lower: false);

    private Tensor Triangle(string op, int diagonal, bool lower)
    {
        if (Rank < 2) throw new ShapeException($"{op} of {Shape}: it needs at least two axes");
        Tensor keep = TriangleMask(_sizes[^2], _sizes[^1], diagonal, lower, Device);
        return Where(keep, this, Zeros([], DType, Device));
    }

    private static unsafe Tensor TriangleMask(int rows, int columns, int diagonal, bool lower, Device device)
    {
        Tensor mask = Empty([rows, columns], DType.Bool, Device.Cpu);
        bool* p = (bool*)mask.Pointer;
        for (int i = 0; i < rows; i++)
        {
            // Below the diagonal's column of this row, and from it on.
            long split = Math.Clamp((long)i + diagonal + (lower ? 1 : 0), 0, columns);
            new Span<bool>(p + ((long)i * columns), (int)split).Fill(lower);
            new Span<bool>(p + ((long)i * columns) + split, (int)(columns - split)).Fill(!lower);
        }
        GC.KeepAlive(mask);
        return mask.To(device);
    }

    /// <summary>
    /// The elements (i, i + <paramref name="offset"/>) of two axes, as a view; they become the last axis of the result.
    /// </summary>
    /// <exception cref="ShapeException">The two axes are one, or there is no such axis.</exception>
    public Tensor Diagonal(int offset = 0, int axis1 = -2, int axis2 = -1)
    {
        int a = Shape.Axis(axis1), b = Shape.Axis(axis2);
        if (a == b) throw new ShapeException($"diagonal of {Shape} over axes {axis1} and {axis2}: they are one axis");
        return Op.Apply(new Slice(DiagonalRegion(Shape, offset, a, b)), this);
    }

    /// <summary>Matrices that have the last axis on a diagonal and 0 elsewhere: a vector of n becomes (n + |offset|, n + |offset|).</summary>
    /// <exception cref="ShapeException">A scalar has no axis.</exception>
    public Tensor DiagonalEmbed(int offset = 0)
    {
        int n = checked(Size(-1) + Math.Abs(offset));
        return Op.Apply(new Pad(DiagonalRegion(new Shape([.. _sizes[..^1], n, n]), offset, Rank - 1, Rank), 0), this);
    }

    private static Region DiagonalRegion(Shape whole, int offset, int a, int b)
    {
        int row = Math.Max(0, -offset), column = Math.Max(0, offset);
        int length = Math.Max(0, Math.Min(whole.Span[a] - row, whole.Span[b] - column));
        int[] starts = new int[whole.Rank];
        if (length > 0) (starts[a], starts[b]) = (row, column);
        int[] others = [.. Enumerable.Range(0, whole.Rank).Where(i => i != a && i != b)];
        return new Region(whole, starts, [.. others.Select(i => whole.Span[i]), length], [.. others.Select(i => new[] { (i, 1) }), [(a, 1), (b, 1)]]);
    }
}
