namespace TensorCore.CudaCheck;

/// <summary>A figure that the budget bounds.</summary>
/// <param name="Name">Its name in the budget.</param>
/// <param name="IsUpperBound">Whether more is worse.</param>
/// <param name="Of">The figure.</param>
internal sealed record Metric(string Name, bool IsUpperBound, Func<Measurement, int> Of)
{
    // Below this the share says nothing: such a kernel is not about multiply-adds.
    private const double LeastShare = 0.25;

    /// <summary>All of them; what a budget leaves out is 0.</summary>
    public static IReadOnlyList<Metric> All { get; } =
    [
        new("registers", true, m => m.Figures.Registers),
        new("spills", true, m => m.Figures.SpillBytes),
        new("local", true, m => m.Figures.LocalAccesses),
        new("shared", true, m => m.SharedBytes),
        new("occupancy", false, m => (int)(100 * m.Occupancy.Share)),
        new("loads128", false, m => m.Figures.Loads128),
        new("stores128", false, m => m.Figures.Stores128),
        new("copies128", false, m => m.Figures.Copies128),
        new("hmma", false, m => m.Figures.TensorCore),
        new("mainLoop", false, m => m.Figures.MainLoopShare < LeastShare ? 0 : (int)(100 * m.Figures.MainLoopShare)),
    ];

    /// <summary>True if a value is outside a bound.</summary>
    public bool IsWorse(int value, int bound) => IsUpperBound ? value > bound : value < bound;

    /// <summary>The worst of several.</summary>
    public int Worst(IEnumerable<Measurement> measurements) => IsUpperBound ? measurements.Max(Of) : measurements.Min(Of);
}
