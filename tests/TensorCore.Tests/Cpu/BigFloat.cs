using System.Numerics;

namespace TensorCore.Tests.Cpu;

/// <summary>
/// A number m·2ᵉ of 320 bits: the reference that float64 functions are measured against. Series and Newton steps only, slow and plain.
/// </summary>
internal readonly struct BigFloat
{
    private const int Bits = 320;

    private readonly BigInteger _m;
    private readonly int _e;

    private BigFloat(BigInteger m, int e)
    {
        int excess = m.IsZero ? 0 : (int)(BigInteger.Abs(m).GetBitLength() - Bits);
        _m = excess > 0 ? m >> excess : m;
        _e = m.IsZero ? 0 : excess > 0 ? e + excess : e;
    }

    public static implicit operator BigFloat(int value) => new(value, 0);

    public static implicit operator BigFloat(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52) & 0x7FF;
        long mantissa = (bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52);
        return new(value < 0 ? -mantissa : mantissa, Math.Max(exponent, 1) - 1075);
    }

    /// <summary>⌊log₂|x|⌋.</summary>
    public int Exponent => (int)BigInteger.Abs(_m).GetBitLength() - 1 + _e;

    public static BigFloat operator -(BigFloat a) => new(-a._m, a._e);

    public static BigFloat operator -(BigFloat a, BigFloat b) => a + -b;

    public static BigFloat operator *(BigFloat a, BigFloat b) => new(a._m * b._m, a._e + b._e);

    public static BigFloat operator /(BigFloat a, BigFloat b)
    {
        int shift = Bits + 1 + (int)BigInteger.Abs(b._m).GetBitLength();
        return new((a._m << shift) / b._m, a._e - b._e - shift);
    }

    public static BigFloat operator +(BigFloat a, BigFloat b)
    {
        if (a._m.IsZero || b._m.IsZero)
            return a._m.IsZero ? b : a;
        if (a.Exponent < b.Exponent)
            (a, b) = (b, a);
        if (a.Exponent - b.Exponent > 2 * Bits)
            return a;
        int low = Math.Min(a._e, b._e);
        return new((a._m << (a._e - low)) + (b._m << (b._e - low)), low);
    }

    public BigFloat ScaleB(int n) => new(_m, _e + n);

    public static explicit operator double(BigFloat x)
    {
        int excess = x._m.IsZero ? 0 : (int)BigInteger.Abs(x._m).GetBitLength() - 64;
        return Math.ScaleB((double)(excess > 0 ? x._m >> excess : x._m), x._e + Math.Max(excess, 0));
    }

    private bool Negligible(BigFloat beside) => _m.IsZero || Exponent < beside.Exponent - Bits;

    public static BigFloat Ln2 { get; } = 2 * Artanh((BigFloat)1 / 3);

    // Machin: π = 16·arctan 1/5 − 4·arctan 1/239.
    public static BigFloat Pi { get; } = 16 * Arctan((BigFloat)1 / 5) - 4 * Arctan((BigFloat)1 / 239);

    private static BigFloat Artanh(BigFloat x) => OddSeries(x, x * x);

    private static BigFloat Arctan(BigFloat x) => OddSeries(x, -(x * x));

    private static BigFloat OddSeries(BigFloat x, BigFloat ratio)
    {
        BigFloat sum = x, power = x;
        for (int k = 3; ; k += 2)
        {
            power *= ratio;
            BigFloat term = power / k;
            if (term.Negligible(sum))
                return sum;
            sum += term;
        }
    }

    public static BigFloat Exp(BigFloat x)
    {
        int n = (int)Math.Round((double)x / Math.Log(2));
        BigFloat r = (x - n * Ln2).ScaleB(-8), sum = 1, term = 1;
        for (int k = 1; !(term = term * r / k).Negligible(1); k++)
            sum += term;
        for (int i = 0; i < 8; i++)
            sum *= sum;
        return sum.ScaleB(n);
    }

    public static BigFloat Expm1(BigFloat x)
    {
        if (x.Exponent > -4)
            return Exp(x) - 1;
        BigFloat sum = x, term = x;
        for (int k = 2; !(term = term * x / k).Negligible(x); k++)
            sum += term;
        return sum;
    }

    // ln(1 + f) = 2·artanh(f / (2 + f)) near 1, else by halving the exponent away.
    public static BigFloat Log1p(BigFloat f)
    {
        if (f._m.IsZero || f.Exponent < -1)
            return f._m.IsZero ? f : 2 * Artanh(f / (2 + f));
        return Log(1 + f);
    }

    public static BigFloat Log(BigFloat x)
    {
        int n = x.Exponent;
        BigFloat m = x.ScaleB(-n);
        if ((double)m > 1.5)
            (m, n) = (m.ScaleB(-1), n + 1);
        BigFloat f = m - 1;
        return (f._m.IsZero ? f : 2 * Artanh(f / (1 + m))) + n * Ln2;
    }

    public static BigFloat Tanh(BigFloat x)
    {
        BigFloat m = Expm1(2 * x);
        return m / (m + 2);
    }

    public static BigFloat Sigmoid(BigFloat x) => 1 / (1 + Exp(-x));

    // Σ (−1)ⁿ x^(2n+1) / (n!·(2n+1)): at |x| ≤ 6 the terms reach 2⁴⁸, which 320 bits bear.
    public static BigFloat Erf(BigFloat x)
    {
        BigFloat sum = x, power = x, z = -(x * x);
        for (int n = 1; ; n++)
        {
            power = power * z / n;
            BigFloat term = power / (2 * n + 1);
            if (term.Negligible(x))
                break;
            sum += term;
        }

        return 2 * sum / Sqrt(Pi);
    }

    private static BigFloat Sqrt(BigFloat x)
    {
        BigFloat y = Math.Sqrt((double)x);
        for (int i = 0; i < 4; i++)
            y = (y + x / y).ScaleB(-1);
        return y;
    }

    public static BigFloat Sin(BigFloat x) => SinQuarters(x, 0);

    public static BigFloat Cos(BigFloat x) => SinQuarters(x, 1);

    private static BigFloat SinQuarters(BigFloat x, int quarters)
    {
        long n = (long)Math.Round((double)x / (Math.PI / 2));
        BigFloat r = x - new BigFloat(n, 0) * Pi.ScaleB(-1), z = -(r * r);
        bool cosine = ((n + quarters) & 1) != 0;
        BigFloat first = cosine ? 1 : r, sum = first, term = first;
        for (int k = cosine ? 2 : 3; !(term = term * z / (k * (k - 1))).Negligible(first); k += 2)
            sum += term;
        return ((n + quarters) & 2) != 0 ? -sum : sum;
    }

    public static BigFloat Pow(BigFloat x, BigFloat y) => Exp(y * Log(x));

    /// <summary>|y − this| in units of the last place that a float64 of this size has.</summary>
    public double UlpsFrom(double y)
    {
        BigFloat difference = y - this;
        int ulp = Math.Max(Exponent - 52, -1074);
        return Math.Abs((double)difference.ScaleB(-ulp));
    }
}
