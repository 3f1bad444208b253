namespace TensorCore.Examples.ChatGpt.Serving.Metering;

/// <summary>Counts observations below each of several bounds, from any thread.</summary>
/// <param name="bounds">Ascending; above the last there is one more.</param>
public sealed class Histogram(params double[] bounds)
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    /// <summary>The bounds.</summary>
    public IReadOnlyList<double> Bounds => bounds;

    /// <summary>Counts a value.</summary>
    public void Observe(double value)
    {
        int i = 0;
        while (i < bounds.Length && value > bounds[i]) i++;
        lock (_counts)
        {
            _counts[i]++;
            _sum += value;
        }
    }

    /// <summary>For each bound, and then for all, how many values were not above it; and the sum of all.</summary>
    public (long[] Cumulative, double Sum) Read()
    {
        lock (_counts)
        {
            long[] cumulative = [.. _counts];
            for (int i = 1; i < cumulative.Length; i++) cumulative[i] += cumulative[i - 1];
            return (cumulative, _sum);
        }
    }
}
