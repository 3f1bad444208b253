namespace TensorCore.Cpu;

internal static class Scalar
{
    public static double Expm1(double x)
    {
        double u = Math.Exp(x), v = u - 1;
        return u == 1 ? x : v is -1 or double.PositiveInfinity ? v : v * x / Math.Log(u);
    }

    public static double Log1p(double x)
    {
        double u = 1 + x;
        return u == 1 || double.IsInfinity(u) ? x : Math.Log(u) * x / (u - 1);
    }

    // erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!, all terms of one sign.
    public static double Erf(double x)
    {
        if (double.IsNaN(x) || Math.Abs(x) > 6)
            return double.IsNaN(x) ? x : Math.Sign(x);
        double sum = 0, term = x;
        for (int n = 0; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++, term *= 2 * x * x / (2 * n + 1))
            sum += term;
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
