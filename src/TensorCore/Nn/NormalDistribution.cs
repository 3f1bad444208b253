using TensorCore.Cpu;

namespace TensorCore.Nn;

/// <summary>The standard normal distribution function and its inverse, in double.</summary>
internal static class NormalDistribution
{
    private const double InvSqrt2Pi = 0.39894228040143267794;

    /// <summary>Φ(z) for any z; exact relative to its size for z ≤ 0 down to −38.</summary>
    public static double Cdf(double z)
    {
        if (z > 0) return 1 - Cdf(-z);
        if (z > -3)
        {
            Span<D1> lane = [D1.Erf(D1.Const(z / Math.Sqrt(2)))];
            return 0.5 * (1 + D1.Sum(lane[0]));
        }
        // Laplace's continued fraction: Φ(−x) = φ(x)/(x + 1/(x + 2/(x + 3/…))); 80 terms give full double precision from 3 on.
        double x = -z, tail = x;
        for (int k = 80; k >= 1; k--) tail = x + (k / tail);
        return InvSqrt2Pi * Math.Exp(-x * x / 2) / tail;
    }

    /// <summary>
    /// Φ⁻¹(u) by bisection of Φ on a bracket, then Newton's step z ← z − (Φ(z) − u)/φ(z) until it no longer moves; ±∞ at 0 and 1.
    /// </summary>
    public static double Quantile(double u)
    {
        if (u <= 0) return double.NegativeInfinity;
        if (u >= 1) return double.PositiveInfinity;
        if (u > 0.5) return -Quantile(1 - u);
        // ln Φ(z) ≈ −z²/2 in the tail: a start from which Newton on ln Φ, which is concave, converges from any side.
        double z = -Math.Sqrt(Math.Max(0, -2 * Math.Log(2 * u)));
        for (int i = 0; i < 50; i++)
        {
            double p = Cdf(z), density = InvSqrt2Pi * Math.Exp(-z * z / 2);
            double step = Math.Log(p / u) * p / density;
            z -= step;
            if (Math.Abs(step) <= 1e-15 * Math.Max(1, Math.Abs(z))) break;
        }
        return z;
    }
}
