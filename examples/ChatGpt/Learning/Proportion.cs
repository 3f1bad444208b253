namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>So many of so many, and what that says of the whole that they were drawn from.</summary>
/// <param name="Count">How many were.</param>
/// <param name="Of">Of how many.</param>
public readonly record struct Proportion(int Count, int Of)
{
    // The quantile of the normal distribution with 2.5 % above it.
    private const double Z = 1.959963984540054;

    /// <summary>p = count / of; NaN of none.</summary>
    public double Value => (double)Count / Of;

    /// <summary>
    /// The 95 % interval of Wilson: (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n). Unlike p ± z·√(p(1 − p)/n) it stays inside [0, 1] and keeps a width at 0 and 1.
    /// (Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".)
    /// </summary>
    public (double Lower, double Upper) Interval
    {
        get
        {
            if (Of == 0)
                return (0, 1);
            double n = Of, p = Value, z2 = Z * Z;
            double centre = p + (z2 / (2 * n)), half = Z * Math.Sqrt((p * (1 - p) / n) + (z2 / (4 * n * n)));
            return (Math.Max(0, (centre - half) / (1 + (z2 / n))), Math.Min(1, (centre + half) / (1 + (z2 / n))));
        }
    }

    /// <summary>How many of the items are.</summary>
    public static Proportion Among<T>(IReadOnlyCollection<T> items, Func<T, bool> are) => new(items.Count(are), items.Count);
}
