namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Mean and variance of some numbers.</summary>
/// <param name="Mean">Σx / n.</param>
/// <param name="Variance">Σ(x − mean)² / n.</param>
public readonly record struct Moments(double Mean, double Variance)
{
    /// <summary>√variance.</summary>
    public double Deviation => Math.Sqrt(Variance);

    /// <summary>Of some numbers; NaN of none.</summary>
    public static Moments Of(IReadOnlyCollection<double> x)
    {
        double mean = x.Sum() / x.Count;
        return new(mean, x.Sum(v => (v - mean) * (v - mean)) / x.Count);
    }

    /// <summary>
    /// Whitening: (x − mean) / √(variance + 10⁻⁸). Advantages of any scale then make steps of the same size, and about half of the tokens become likelier, half less.
    /// (<c>utils/core.py</c>, <c>whiten</c>, of lm-human-preferences, the code of Ziegler et al. 2019, arXiv:1909.08593.)
    /// </summary>
    public double Whiten(double x) => (x - Mean) / Math.Sqrt(Variance + 1e-8);

    /// <summary>Pearson's correlation of two lists of the same length; 0 if one of them is constant.</summary>
    public static double Correlation(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        Moments a = Of(x), b = Of(y);
        double product = Enumerable.Range(0, x.Count).Sum(i => (x[i] - a.Mean) * (y[i] - b.Mean)) / x.Count;
        return a.Variance < 1e-12 || b.Variance < 1e-12 ? 0 : product / (a.Deviation * b.Deviation);
    }
}
