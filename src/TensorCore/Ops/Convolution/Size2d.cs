namespace TensorCore;

/// <summary>
/// A number for each of the two image axes: a stride, a padding, a kernel size. One number stands for both: <c>stride: 2</c> or
/// <c>stride: (2, 1)</c>.
/// </summary>
/// <param name="Height">Along the rows, axis −2.</param>
/// <param name="Width">Along the columns, axis −1.</param>
public readonly record struct Size2d(int Height, int Width)
{
    /// <summary>The same number along both axes.</summary>
    public static implicit operator Size2d(int both) => new(both, both);

    /// <summary>Height and width.</summary>
    public static implicit operator Size2d((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>As <c>3×3</c>.</summary>
    public override string ToString() => $"{Height}×{Width}";
}
