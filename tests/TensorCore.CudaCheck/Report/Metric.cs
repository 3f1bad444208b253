namespace TensorCore.CudaCheck;

/// <summary>A figure that the budget bounds.</summary>
/// <param name="Name">Its name in the budget.</param>
/// <param name="IsUpperBound">Whether more is worse.</param>
/// <param name="Of">The figure; null where it is not taken.</param>
internal sealed record Metric(string Name, bool IsUpperBound, Func<Measurement, int?> Of)
{
    /// <summary>All of them; what a budget leaves out is 0.</summary>
    public static IReadOnlyList<Metric> All { get; } =
    [
        new("registers", true, m => m.Figures.Resources.Registers),
        new("spills", true, m => m.Figures.Resources.SpillBytes),
        new("local", true, m => m.Figures.Resources.StackBytes),
        new("shared", true, m => m.SharedBytes),
        new("occupancy", false, m => (int)(100 * m.Occupancy.Share)),
        new("loads128", false, m => m.Figures.Code?.Loads128),
        new("stores128", false, m => m.Figures.Code?.Stores128),
        new("copies128", false, m => m.Figures.Code?.Copies128),
        new("tensor", false, m => m.Figures.Code?.Tensor),
        new("mainLoop", false, m => m.MainLoop),
    ];

    /// <summary>True if a value is outside a bound.</summary>
    public bool IsWorse(int? value, int bound) => IsUpperBound ? value > bound : value < bound;

    /// <summary>The worst of several; null where none is taken.</summary>
    public int? Worst(IEnumerable<Measurement> measurements) => IsUpperBound ? measurements.Max(Of) : measurements.Min(Of);
}
