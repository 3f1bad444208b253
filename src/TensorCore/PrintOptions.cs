namespace TensorCore;

/// <summary>How <see cref="Tensor.ToString(PrintOptions)"/> writes a tensor. The defaults are NumPy's.</summary>
public sealed record PrintOptions
{
    /// <summary>Digits after the point at most; numbers that need fewer show fewer.</summary>
    public int Precision { get; init; } = 8;

    /// <summary>Above this many elements the middle of long axes is left out.</summary>
    public int Threshold { get; init; } = 1000;

    /// <summary>How many elements of a shortened axis are shown at each end.</summary>
    public int EdgeItems { get; init; } = 3;

    /// <summary>Lines of numbers are broken before this column.</summary>
    public int LineWidth { get; init; } = 75;

    /// <summary>Adds a last line with dtype, shape and device, and whether a gradient is required.</summary>
    public bool ShowType { get; init; }
}
