namespace TensorCore;

public static unsafe partial class Philox
{
    /// <summary>
    /// Two independent standard normal numbers from u in (0, 1] and v in [0, 1): √(−2 ln u)·(cos φ, sin φ), φ uniform on the circle.
    /// </summary>
    /// <remarks>Source: Box and Muller, "A note on the generation of random normal deviates", 1958.</remarks>
    internal static (double, double) BoxMuller(double u, double v)
    {
        double r = Math.Sqrt(-2 * Log(u));

        // v = (quadrant + f)/4. Within a quadrant the angle runs over [−π/4, π/4), where the series is short; the
        // quadrant then turns the point by exact quarter circles. (φ is 2πv − π/4, as uniform as 2πv.)
        double q = 4 * v;
        int quadrant = (int)q;
        (double sin, double cos) = SinCos((q - quadrant - 0.5) * (Math.PI / 2));
        double x = r * cos, y = r * sin;
        return quadrant switch
        {
            0 => (x, y),
            1 => (-y, x),
            2 => (-x, -y),
            _ => (y, -x),
        };
    }

    /// <summary>ln u for positive normal u, to about 2 units in the last place.</summary>
    /// <remarks>
    /// u = 2ᵉ·m with m in [√½, √2); s = (m − 1)/(m + 1); ln m = 2·artanh s = 2s·(1 + s²/3 + s⁴/5 + …). |s| ≤ 0.172, so the first term left out,
    /// s²²/23, is below 6e-19.
    /// </remarks>
    internal static double Log(double u)
    {
        long bits = BitConverter.DoubleToInt64Bits(u);
        int e = (int)(bits >> 52) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (m >= 1.4142135623730951)
        {
            m *= 0.5;
            e++;
        }

        double s = (m - 1) / (m + 1), t = s * s;
        double sum = 1.0 / 21;
        sum = Math.FusedMultiplyAdd(sum, t, 1.0 / 19);
        sum = Math.FusedMultiplyAdd(sum, t, 1.0 / 17);
        sum = Math.FusedMultiplyAdd(sum, t, 1.0 / 15);
        sum = Math.FusedMultiplyAdd(sum, t, 1.0 / 13);
        sum = Math.FusedMultiplyAdd(sum, t, 1.0 / 11);
        sum = Math.FusedMultiplyAdd(sum, t, 1.0 / 9);
        sum = Math.FusedMultiplyAdd(sum, t, 1.0 / 7);
        sum = Math.FusedMultiplyAdd(sum, t, 1.0 / 5);
        sum = Math.FusedMultiplyAdd(sum, t, 1.0 / 3);
        sum = Math.FusedMultiplyAdd(sum, t, 1);
        return Math.FusedMultiplyAdd(e, 0.6931471805599453, 2 * s * sum);
    }

    /// <summary>sin x and cos x for |x| ≤ π/4 by their series; the first terms left out, x¹⁹/19! and x²⁰/20!, are below 1e-19.</summary>
    internal static (double Sin, double Cos) SinCos(double x)
    {
        double t = x * x;
        double sin = 1.0 / 355687428096000; // 1/17!
        sin = Math.FusedMultiplyAdd(sin, t, -1.0 / 1307674368000); // 1/15!
        sin = Math.FusedMultiplyAdd(sin, t, 1.0 / 6227020800);
        sin = Math.FusedMultiplyAdd(sin, t, -1.0 / 39916800);
        sin = Math.FusedMultiplyAdd(sin, t, 1.0 / 362880);
        sin = Math.FusedMultiplyAdd(sin, t, -1.0 / 5040);
        sin = Math.FusedMultiplyAdd(sin, t, 1.0 / 120);
        sin = Math.FusedMultiplyAdd(sin, t, -1.0 / 6);
        sin = Math.FusedMultiplyAdd(sin * t, x, x);

        double cos = -1.0 / 6402373705728000; // 1/18!
        cos = Math.FusedMultiplyAdd(cos, t, 1.0 / 20922789888000); // 1/16!
        cos = Math.FusedMultiplyAdd(cos, t, -1.0 / 87178291200);
        cos = Math.FusedMultiplyAdd(cos, t, 1.0 / 479001600);
        cos = Math.FusedMultiplyAdd(cos, t, -1.0 / 3628800);
        cos = Math.FusedMultiplyAdd(cos, t, 1.0 / 40320);
        cos = Math.FusedMultiplyAdd(cos, t, -1.0 / 720);
        cos = Math.FusedMultiplyAdd(cos, t, 1.0 / 24);
        cos = Math.FusedMultiplyAdd(cos, t, -0.5);
        cos = Math.FusedMultiplyAdd(cos, t, 1);
        return (sin, cos);
    }
}
