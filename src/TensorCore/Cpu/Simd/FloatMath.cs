using System.Runtime.CompilerServices;

namespace TensorCore.Cpu;

/// <summary>
/// Transcendental functions of float32 lanes, written once for every width. The polynomials are minimax fits (Remez exchange
/// in 60-digit arithmetic) of the function named beside them; docs/simd.md lists the measured errors. With hardware FMA all
/// widths give the same bits.
/// </summary>
/// <remarks>
/// Constants like <c>Ln2Hi</c> carry so few bits that their product with the integer beside them is exact even without FMA
/// (Cody and Waite, Software Manual for the Elementary Functions, 1980).
/// </remarks>
public static unsafe class FloatMath
{
    private const double Log2E = 1.4426950408889634;
    private const double Ln2Hi = 0.693145751953125; // 15 bits; |n| ≤ 150 has 8
    private const double Ln2Lo = 1.4286068203094173e-06;

    // Adding 1.5·2²³ leaves no bits below 1, which rounds to an integer; subtracting it again gives that integer as a float.
    private const double RoundToInteger = 12582912;
    private const double MinNormal = 1.1754943508222875e-38;
    private const double LogMinNormal = -87.33654022216797; // the smallest float whose exponential is normal

    /// <inheritdoc cref="ISimd{V}.Exp"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V>(V x) where V : struct, ISimd<V>
    {
        // Results below the normal range become 0: producing denormals costs this kind of processor about 150 cycles a
        // vector, and attention masks with −10³⁰ would pay it for most of their elements (measured: 4.7 against 0.21 ns).
        V y = ExpInRange(V.Clamp(x, V.Const(LogMinNormal), V.Const(89)));
        return V.Select(V.LessThan(x, V.Const(LogMinNormal)), V.Zero, y);
    }

    // e^x = 2ⁿ·e^r, n = round(x / ln 2), |r| ≤ ln 2 / 2, for −87.4 < x ≤ 89.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpInRange<V>(V x) where V : struct, ISimd<V>
    {
        V n = V.Fma(x, V.Const(Log2E), V.Const(RoundToInteger)) - V.Const(RoundToInteger);
        V r = V.Fma(n, V.Const(-Ln2Hi), x);
        r = V.Fma(n, V.Const(-Ln2Lo), r);
        V p = V.Const(0.0013814653659856724); // (e^r − 1 − r) / r², relative error of e^r 2^−28.3
        p = V.Fma(p, r, V.Const(0.00836870997717607));
        p = V.Fma(p, r, V.Const(0.04166838672919543));
        p = V.Fma(p, r, V.Const(0.16666520689078015));
        p = V.Fma(p, r, V.Const(0.49999993453588204));
        p = V.Fma(p, r, V.One);
        p = V.Fma(p, r, V.One);
        return V.ScaleB(p, n);
    }

    // e^x − 1 = 2ⁿ·(p + 1) − 1 with p = e^r − 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SplitExpm1<V>(V x, out V n) where V : struct, ISimd<V>
    {
        n = V.Fma(x, V.Const(Log2E), V.Const(RoundToInteger)) - V.Const(RoundToInteger);
        V r = V.Fma(n, V.Const(-Ln2Hi), x);
        r = V.Fma(n, V.Const(-Ln2Lo), r);
        V q = V.Const(0.001394643971454685); // (e^r − 1 − r) / r², relative error of e^r − 1 2^−26.2
        q = V.Fma(q, r, V.Const(0.008366577533101978));
        q = V.Fma(q, r, V.Const(0.041666282201320036));
        q = V.Fma(q, r, V.Const(0.166665430394347));
        q = V.Fma(q, r, V.Const(0.5));
        return V.Fma(r * r, q, r);
    }

    /// <inheritdoc cref="ISimd{V}.Expm1"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Expm1<V>(V x) where V : struct, ISimd<V>
    {
        V p = SplitExpm1(V.Clamp(x, V.Const(-18), V.Const(89)), out V n); // e⁻¹⁸ < 2⁻²⁵: −1 below
        V y = V.ScaleB(p + (V.One - V.ScaleB(V.One, -n)), n);
        return CopySign(y, x); // r loses the sign of −0
    }

    /// <inheritdoc cref="ISimd{V}.Tanh"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V>(V x) where V : struct, ISimd<V>
    {
        // tanh a = (e²ᵃ − 1) / (e²ᵃ + 1); 1 − tanh 9.1 < 2⁻²⁵.
        V a = V.Clamp(V.Abs(x), V.Zero, V.Const(9.1));
        V p = SplitExpm1(a + a, out V n);
        V s = V.ScaleB(V.One, n);
        V m = V.Fma(s, p, s - V.One);
        return WithSign(m / (m + V.Const(2)), x);
    }

    /// <inheritdoc cref="ISimd{V}.Sigmoid"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<V>(V x) where V : struct, ISimd<V> => V.One / (V.One + Exp(-x));

    /// <inheritdoc cref="ISimd{V}.Log"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<V>(V x) where V : struct, ISimd<V>
    {
        V denormal = V.LessThan(x, V.Const(MinNormal));
        V m = V.SplitExponent(V.Select(denormal, x * V.Const(33554432), x), out V e); // 2²⁵
        e -= V.And(denormal, V.Const(25));
        return LogEdges(x, LogOnePlus(m - V.One, e));
    }

    /// <inheritdoc cref="ISimd{V}.Log1p"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log1p<V>(V x) where V : struct, ISimd<V>
    {
        // 1 + x rounds, so only its exponent e is used; 2⁻ᵉ(1 + x) − 1 = x·2⁻ᵉ + (2⁻ᵉ − 1) rounds once.
        V u = V.One + x;
        V.SplitExponent(u, out V e);
        V scale = V.ScaleB(V.One, -e);
        V f = V.Fma(x, scale, scale - V.One);
        return CopySign(LogEdges(u, LogOnePlus(f, e)), x);
    }

    // ln((1 + f)·2ᵉ) for 1 + f in [√½, √2].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogOnePlus<V>(V f, V e) where V : struct, ISimd<V>
    {
        V p = V.Const(-0.07859544060586925); // (ln(1 + f) − f + f²/2) / f³, relative error of the logarithm 2^−27.3
        p = V.Fma(p, f, V.Const(0.12881596641385795));
        p = V.Fma(p, f, V.Const(-0.13128756376001888));
        p = V.Fma(p, f, V.Const(0.14181199721949433));
        p = V.Fma(p, f, V.Const(-0.16624554785605927));
        p = V.Fma(p, f, V.Const(0.20002285934863154));
        p = V.Fma(p, f, V.Const(-0.25000810373884447));
        p = V.Fma(p, f, V.Const(0.3333331673000383));
        V z = f * f;
        V y = f * z * p;
        y = V.Fma(e, V.Const(Ln2Lo), y);
        y = V.Fma(z, V.Const(-0.5), y);
        return V.Fma(e, V.Const(Ln2Hi), f + y);
    }

    // ln ∞ = ∞, ln NaN = NaN, ln 0 = −∞, ln of a negative number = NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogEdges<V>(V x, V y) where V : struct, ISimd<V>
    {
        y = V.Select(V.LessThan(x, V.Const(double.PositiveInfinity)), y, x);
        V atMostZero = V.Select(V.Equal(x, V.Zero), V.Const(double.NegativeInfinity), V.Const(double.NaN));
        return V.Select(V.LessOrEqual(x, V.Zero), atMostZero, y);
    }

    /// <inheritdoc cref="ISimd{V}.Erf"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Erf<V>(V x) where V : struct, ISimd<V>
    {
        // Below 1: x + x·P(x²). Above: 1 − e^(−Q(a)), Q = −ln erfc; erfc 4 < 2⁻²⁵.
        V a = V.Clamp(V.Abs(x), V.Zero, V.Const(4));
        V z = a * a;
        V p = V.Const(7.85385136572092e-05); // erf a / a − 1, relative error of erf 2^−29.6
        p = V.Fma(p, z, V.Const(-0.0008010190548801163));
        p = V.Fma(p, z, V.Const(0.005188327326226083));
        p = V.Fma(p, z, V.Const(-0.026853811739347023));
        p = V.Fma(p, z, V.Const(0.11283585143783045));
        p = V.Fma(p, z, V.Const(-0.3761262584382184));
        p = V.Fma(p, z, V.Const(0.12837916572681948));
        V q = V.Const(-0.0001863780443174962); // −ln erfc a, relative error of erf 2^−29.8
        q = V.Fma(q, a, V.Const(0.002947647875804653));
        q = V.Fma(q, a, V.Const(-0.021838025756105873));
        q = V.Fma(q, a, V.Const(0.10310668185203874));
        q = V.Fma(q, a, V.Const(0.6381449084929839));
        q = V.Fma(q, a, V.Const(1.127089149199145));
        q = V.Fma(q, a, V.Const(0.00034153203233239513));
        V y = V.Select(V.LessThan(a, V.One), V.Fma(a, p, a), V.One - ExpInRange(-q));
        return WithSign(y, x);
    }

    /// <inheritdoc cref="ISimd{V}.Sin"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sin<V>(V x) where V : struct, ISimd<V>
    {
        V y = V.Select(V.Equal(x, V.Zero), x, SinQuarters(x, V.Zero)); // x − n·π/2 loses the sign of −0
        V large = V.LessThan(V.Const(MaxAngle), V.Abs(x));
        return V.AnyTrue(large) ? LargeAngles(x, y, cosine: false) : y;
    }

    /// <inheritdoc cref="ISimd{V}.Cos"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Cos<V>(V x) where V : struct, ISimd<V>
    {
        V y = SinQuarters(x, V.One);
        V large = V.LessThan(V.Const(MaxAngle), V.Abs(x));
        return V.AnyTrue(large) ? LargeAngles(x, y, cosine: true) : y;
    }

    private const double MaxAngle = 100_000; // n below has 16 bits, and its products with 8-bit pieces of π/2 are exact

    // sin(x + quarters·π/2): n = round(x / (π/2)), r = x − n·π/2, then ±sin r or ±cos r by (n + quarters) mod 4.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SinQuarters<V>(V x, V quarters) where V : struct, ISimd<V>
    {
        V n = V.Round(x * V.Const(0.6366197723675814));
        V r = V.Fma(n, V.Const(-1.5703125), x); // π/2 in pieces of 8, 8, 8 and 24 bits
        r = V.Fma(n, V.Const(-0.000457763671875), r);
        r = V.Fma(n, V.Const(-2.5987625122070312e-05), r);
        r = V.Fma(n, V.Const(-7.549789954891882e-08), r);
        V z = r * r;
        V s = V.Const(-0.00019517234472764155); // (sin r − r) / r³, relative error of sin 2^−28
        s = V.Fma(s, z, V.Const(0.008332177683681202));
        s = V.Fma(s, z, V.Const(-0.16666654936575423));
        s = V.Fma(z * r, s, r);
        V c = V.Const(2.443308287539559e-05); // (cos r − 1 + r²/2) / r⁴, relative error of cos 2^−33
        c = V.Fma(c, z, V.Const(-0.0013887315618939266));
        c = V.Fma(c, z, V.Const(0.04166664567023257));
        c = V.Fma(c, z, V.Const(-0.5));
        c = V.Fma(c, z, V.One);

        // n/2 has a fraction where n is odd; the whole part of n/2 is odd where the sign turns.
        V half = (n + quarters) * V.Const(0.5);
        V whole = V.Floor(half);
        V quarter = whole * V.Const(0.5);
        V y = V.Select(V.Equal(half, whole), s, c);
        return V.Select(V.Equal(quarter, V.Floor(quarter)), y, -y);
    }

    // Exact reduction of angles beyond MaxAngle takes hundreds of bits of π: such lanes, rare as they are, go to the runtime.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static V LargeAngles<V>(V x, V y, bool cosine) where V : struct, ISimd<V>
    {
        float* angles = stackalloc float[V.Count];
        float* lanes = stackalloc float[V.Count];
        V.Store(x, angles, 0);
        V.Store(y, lanes, 0);
        for (int i = 0; i < V.Count; i++)
        {
            if (MathF.Abs(angles[i]) > MaxAngle)
                lanes[i] = (float)(cosine ? Math.Cos(angles[i]) : Math.Sin(angles[i]));
        }

        return V.Load(lanes, 0);
    }

    /// <summary>
    /// xʸ of float32 numbers held in float64 lanes <typeparamref name="D"/>: |y·ln x| ≤ 104 leaves the exponential with 45
    /// good bits, so that only the rounding to float32 shows.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static D PowWide<D>(D x, D y) where D : struct, ISimd<D> =>
        DoubleMath.PowEdges(x, y, DoubleMath.Exp(y * DoubleMath.Log(D.Abs(x))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V CopySign<V>(V magnitude, V sign) where V : struct, ISimd<V> =>
        WithSign(V.Abs(magnitude), sign);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V WithSign<V>(V positive, V sign) where V : struct, ISimd<V> =>
        V.Or(positive, V.And(sign, V.Const(-0.0)));
}
