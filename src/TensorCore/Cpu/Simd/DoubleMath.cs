using System.Runtime.CompilerServices;

namespace TensorCore.Cpu;

/// <summary>
/// Transcendental functions of float64 lanes, written once for every width; the twin of <see cref="FloatMath"/>, whose
/// comments on the methods hold here too. The polynomials are minimax fits (Remez exchange in 60-digit arithmetic).
/// </summary>
public static unsafe partial class DoubleMath
{
    private const double Log2E = 1.4426950408889634;
    private const double Ln2Hi = 0.6931471805598903; // 42 bits; |n| ≤ 1075 has 11
    private const double Ln2Lo = 5.497923018708371e-14;
    private const double RoundToInteger = 6755399441055744; // 1.5·2⁵²
    private const double MinNormal = 2.2250738585072014e-308;
    private const double LogMinNormal = -708.3964185322641; // the smallest double whose exponential is normal

    /// <inheritdoc cref="ISimd{V}.Exp"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V>(V x) where V : struct, ISimd<V>
    {
        V y = ExpInRange(V.Clamp(x, V.Const(LogMinNormal), V.Const(710)));
        return V.Select(V.LessThan(x, V.Const(LogMinNormal)), V.Zero, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpInRange<V>(V x) where V : struct, ISimd<V>
    {
        V p = SplitExpm1(x, V.Zero, out V n);
        return V.ScaleB(V.One + p, n);
    }

    // e^(x + low) = 2ⁿ·(p + 1), p = e^r − 1, |r| ≤ ln 2 / 2; low is a correction far below x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SplitExpm1<V>(V x, V low, out V n) where V : struct, ISimd<V>
    {
        n = V.Fma(x, V.Const(Log2E), V.Const(RoundToInteger)) - V.Const(RoundToInteger);
        V r = V.Fma(n, V.Const(-Ln2Hi), x);
        r += V.Fma(n, V.Const(-Ln2Lo), low);
        V q = V.Const(2.0924437033637533e-09); // (e^r − 1 − r) / r², relative error of e^r − 1 2^−61.7
        q = V.Fma(q, r, V.Const(2.5109033649656834e-08));
        q = V.Fma(q, r, V.Const(2.7557242779347414e-07));
        q = V.Fma(q, r, V.Const(2.755724421149936e-06));
        q = V.Fma(q, r, V.Const(2.4801587360533195e-05));
        q = V.Fma(q, r, V.Const(0.00019841269886132083));
        q = V.Fma(q, r, V.Const(0.001388888888886685));
        q = V.Fma(q, r, V.Const(0.008333333333321626));
        q = V.Fma(q, r, V.Const(0.0416666666666667));
        q = V.Fma(q, r, V.Const(0.16666666666666677));
        q = V.Fma(q, r, V.Const(0.5));
        return V.Fma(r * r, q, r);
    }

    /// <inheritdoc cref="ISimd{V}.Expm1"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Expm1<V>(V x) where V : struct, ISimd<V>
    {
        V p = SplitExpm1(V.Clamp(x, V.Const(-38), V.Const(710)), V.Zero, out V n); // e⁻³⁸ < 2⁻⁵⁴
        V y = V.ScaleB(p + (V.One - V.ScaleB(V.One, -n)), n);
        return CopySign(y, x);
    }

    /// <inheritdoc cref="ISimd{V}.Tanh"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh<V>(V x) where V : struct, ISimd<V>
    {
        V a = V.Clamp(V.Abs(x), V.Zero, V.Const(19.1)); // 1 − tanh 19.1 < 2⁻⁵⁴
        V p = SplitExpm1(a + a, V.Zero, out V n);
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
        V m = SplitAny(x, out V e);
        return LogEdges(x, LogOnePlus(m - V.One, e));
    }

    /// <inheritdoc cref="ISimd{V}.Log1p"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log1p<V>(V x) where V : struct, ISimd<V>
    {
        V u = V.One + x;
        V.SplitExponent(u, out V e);
        V scale = V.ScaleB(V.One, -e);
        V f = V.Fma(x, scale, scale - V.One);
        return CopySign(LogEdges(u, LogOnePlus(f, e)), x);
    }

    // SplitExponent for denormals too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SplitAny<V>(V x, out V e) where V : struct, ISimd<V>
    {
        V denormal = V.LessThan(x, V.Const(MinNormal));
        V m = V.SplitExponent(V.Select(denormal, x * V.Const(18014398509481984), x), out e); // 2⁵⁴
        e -= V.And(denormal, V.Const(54));
        return m;
    }

    // ln((1 + f)·2ᵉ) = e·ln 2 + 2·artanh s, s = f / (2 + f): the even series in s needs half the terms of the one in f.
    // f − s·f = 2s, so that f enters unrounded and only the small rest s·(f − s²·R) carries the error of the division.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogOnePlus<V>(V f, V e) where V : struct, ISimd<V>
    {
        V s = f / (f + V.Const(2));
        V z = s * s;
        V r = V.Const(0.14795950385552403); // 2·(artanh s − s) / s³, relative error of the logarithm 2^−59.5
        r = V.Fma(r, z, V.Const(0.15314050504179846));
        r = V.Fma(r, z, V.Const(0.18183564327199275));
        r = V.Fma(r, z, V.Const(0.22222198573181837));
        r = V.Fma(r, z, V.Const(0.28571428742387345));
        r = V.Fma(r, z, V.Const(0.3999999999941468));
        r = V.Fma(r, z, V.Const(0.6666666666666734));
        V rest = V.Fma(z, r, -f) * s;
        rest = V.Fma(e, V.Const(Ln2Lo), rest);
        return V.Fma(e, V.Const(Ln2Hi), f + rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogEdges<V>(V x, V y) where V : struct, ISimd<V>
    {
        y = V.Select(V.LessThan(x, V.Const(double.PositiveInfinity)), y, x);
        V atMostZero = V.Select(V.Equal(x, V.Zero), V.Const(double.NegativeInfinity), V.Const(double.NaN));
        return V.Select(V.LessOrEqual(x, V.Zero), atMostZero, y);
    }

    /// <inheritdoc cref="ISimd{V}.Erf"/>
    // Not inlined: with its 35 polynomial terms the exponential inside no longer fits the JIT's inlining budget.
    // Not inlined, it has to ask for full optimisation itself.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static V Erf<V>(V x) where V : struct, ISimd<V>
    {
        V a = V.Clamp(V.Abs(x), V.Zero, V.Const(6)); // erfc 6 < 2⁻⁵⁴
        V y = V.Select(V.LessThan(a, V.One), ErfBelowOne(a), V.One - ExpInRange(-MinusLogErfc(a)));
        return WithSign(y, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ErfBelowOne<V>(V a) where V : struct, ISimd<V>
    {
        V z = a * a;
        V p = V.Const(5.945254692966e-11); // erf a / a − 1, relative error of erf 2^−62.7
        p = V.Fma(p, z, V.Const(-1.1365661793395931e-09));
        p = V.Fma(p, z, V.Const(1.4657878770395011e-08));
        p = V.Fma(p, z, V.Const(-1.635002506553814e-07));
        p = V.Fma(p, z, V.Const(1.6460972802586814e-06));
        p = V.Fma(p, z, V.Const(-1.4925593506029411e-05));
        p = V.Fma(p, z, V.Const(0.00012055331036866374));
        p = V.Fma(p, z, V.Const(-0.0008548326978741403));
        p = V.Fma(p, z, V.Const(0.005223977624780856));
        p = V.Fma(p, z, V.Const(-0.026866170645072893));
        p = V.Fma(p, z, V.Const(0.11283791670954857));
        p = V.Fma(p, z, V.Const(-0.3761263890318375));
        p = V.Fma(p, z, V.Const(0.1283791670955126));
        return V.Fma(a, p, a);
    }

    // −ln erfc a for 1 ≤ a ≤ 6 in t = (a − 3.5) / 2.5, |t| ≤ 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V MinusLogErfc<V>(V a) where V : struct, ISimd<V>
    {
        V t = V.Fma(a, V.Const(0.4), V.Const(-1.4));
        V q = V.Const(6.489711338859148e-06); // relative error of erf 2^−62.3
        q = V.Fma(q, t, V.Const(4.2694250469005584e-05));
        q = V.Fma(q, t, V.Const(0.0001262396620638886));
        q = V.Fma(q, t, V.Const(0.0002201878673439104));
        q = V.Fma(q, t, V.Const(0.00023068874592477892));
        q = V.Fma(q, t, V.Const(0.00014004501691764528));
        q = V.Fma(q, t, V.Const(6.426017172656827e-06));
        q = V.Fma(q, t, V.Const(-4.971526824310895e-05));
        q = V.Fma(q, t, V.Const(-2.407219890474939e-05));
        q = V.Fma(q, t, V.Const(-0.000104865020710299));
        q = V.Fma(q, t, V.Const(0.000308621835085039));
        q = V.Fma(q, t, V.Const(-0.000891146872448809));
        q = V.Fma(q, t, V.Const(0.0023748421777393808));
        q = V.Fma(q, t, V.Const(-0.00595362762384934));
        q = V.Fma(q, t, V.Const(0.014384521257398605));
        q = V.Fma(q, t, V.Const(-0.034128419620014346));
        q = V.Fma(q, t, V.Const(0.08165090898579791));
        q = V.Fma(q, t, V.Const(6.042206592168978));
        q = V.Fma(q, t, V.Const(18.165248970919944));
        return V.Fma(q, t, V.Const(14.112437402148366));
    }

    private const double MaxAngle = 100_000; // n below has 16 bits, and its products with 33-bit pieces of π/2 are exact

    /// <inheritdoc cref="ISimd{V}.Sin"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sin<V>(V x) where V : struct, ISimd<V>
    {
        V y = V.Select(V.Equal(x, V.Zero), x, SinQuarters(x, V.Zero));
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SinQuarters<V>(V x, V quarters) where V : struct, ISimd<V>
    {
        V n = V.Round(x * V.Const(0.6366197723675814));
        V r = V.Fma(n, V.Const(-1.5707963267341256), x); // π/2 in pieces of 33, 33 and 53 bits
        r = V.Fma(n, V.Const(-6.077100506303966e-11), r);
        r = V.Fma(n, V.Const(-2.0222662487959506e-21), r);
        V z = r * r;
        V s = V.Const(-7.578748235600966e-13); // (sin r − r) / r³, relative error of sin 2^−68
        s = V.Fma(s, z, V.Const(1.605836762581561e-10));
        s = V.Fma(s, z, V.Const(-2.5052104919280297e-08));
        s = V.Fma(s, z, V.Const(2.755731921421939e-06));
        s = V.Fma(s, z, V.Const(-0.00019841269841255123));
        s = V.Fma(s, z, V.Const(0.008333333333333323));
        s = V.Fma(s, z, V.Const(-0.16666666666666666));
        s = V.Fma(z * r, s, r);
        V c = V.Const(-1.1358513647183972e-11); // (cos r − 1 + r²/2) / r⁴, relative error of cos 2^−64
        c = V.Fma(c, z, V.Const(2.0875700409886573e-09));
        c = V.Fma(c, z, V.Const(-2.7557314176191374e-07));
        c = V.Fma(c, z, V.Const(2.4801587288841214e-05));
        c = V.Fma(c, z, V.Const(-0.001388888888887304));
        c = V.Fma(c, z, V.Const(0.041666666666666595));
        c = V.Fma(c, z, V.Const(-0.5));
        c = V.Fma(c, z, V.One);

        V half = (n + quarters) * V.Const(0.5);
        V whole = V.Floor(half);
        V quarter = whole * V.Const(0.5);
        V y = V.Select(V.Equal(half, whole), s, c);
        return V.Select(V.Equal(quarter, V.Floor(quarter)), y, -y);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static V LargeAngles<V>(V x, V y, bool cosine) where V : struct, ISimd<V>
    {
        double* angles = stackalloc double[V.Count];
        double* lanes = stackalloc double[V.Count];
        V.Store(x, angles, 0);
        V.Store(y, lanes, 0);
        for (int i = 0; i < V.Count; i++)
        {
            if (Math.Abs(angles[i]) > MaxAngle)
                lanes[i] = cosine ? Math.Cos(angles[i]) : Math.Sin(angles[i]);
        }

        return V.Load(lanes, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V CopySign<V>(V magnitude, V sign) where V : struct, ISimd<V> =>
        WithSign(V.Abs(magnitude), sign);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V WithSign<V>(V positive, V sign) where V : struct, ISimd<V> =>
        V.Or(positive, V.And(sign, V.Const(-0.0)));
}
