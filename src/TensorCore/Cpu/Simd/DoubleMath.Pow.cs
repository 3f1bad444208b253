using System.Runtime.CompilerServices;

namespace TensorCore.Cpu;

// xʸ = e^(y·ln x). |y·ln x| reaches 745, so ln x needs ten bits more than a double has: it is carried as a sum of two
// doubles, high + low (Dekker, Numerische Mathematik 18, 1971).
public static unsafe partial class DoubleMath
{
    /// <inheritdoc cref="ISimd{V}.Pow"/>
    // Not inlined: inlining it would eat the JIT's inlining budget of the kernel around it (measured: 190 ns against 5).
    // Not inlined, it has to ask for full optimisation itself.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static V Pow<V>(V x, V y) where V : struct, ISimd<V>
    {
        V magnitude = V.Abs(x);
        V high = LogTwoParts(magnitude, out V low);
        high = V.Select(V.LessThan(magnitude, V.Const(double.PositiveInfinity)), high, magnitude);
        high = V.Select(V.Equal(magnitude, V.Zero), V.Const(double.NegativeInfinity), high);
        V t = Product(y, high, out V tLow);
        tLow = V.Fma(y, low, tLow);

        // Outside ±800 the result is 0 or ∞ and the low part may be ∞ − ∞. Denormal results are kept.
        V inRange = V.LessThan(V.Abs(t), V.Const(800));
        V p = SplitExpm1(V.Clamp(t, V.Const(-800), V.Const(800)), V.And(inRange, tLow), out V n);
        return PowEdges(x, y, V.ScaleB(V.One + p, n));
    }

    // ln x = high + low for x > 0, relative error about 2⁻⁶⁵: 2·artanh s + e·ln 2 with s = (m − 1) / (m + 1),
    // artanh s = s + s³·(1/3 + z·(1/5 + z·Q)), z = s² ≤ 0.03; what is multiplied by z² needs no second part.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V LogTwoParts<V>(V x, out V low) where V : struct, ISimd<V>
    {
        V m = SplitAny(x, out V e);
        V f = m - V.One;
        V d = m + V.One;
        V dLow = m - (d - V.One);
        V s = f / d;
        V sd = Product(s, d, out V sdLow);
        V sLow = ((f - sd) - sdLow - s * dLow) / d;

        V z = Product(s, s, out V zLow);
        zLow = V.Fma(s + s, sLow, zLow);
        V q = V.Const(0.05955361074691755); // (artanh s − s − s³/3 − s⁵/5) / s⁷, relative error of the logarithm 2^−72.8
        q = V.Fma(q, z, V.Const(0.05842535050641069));
        q = V.Fma(q, z, V.Const(0.06667880918705812));
        q = V.Fma(q, z, V.Const(0.0769228646427038));
        q = V.Fma(q, z, V.Const(0.09090909302537756));
        q = V.Fma(q, z, V.Const(0.11111111110007345));
        q = V.Fma(q, z, V.Const(0.14285714285716578));
        V tail = z * V.Fma(z, q, V.Const(0.2));
        V u = V.Const(Third) + tail;
        V uLow = (V.Const(Third) - u) + tail + V.Const(ThirdLow);

        V zu = Product(z, u, out V zuLow);
        zuLow += V.Fma(z, uLow, zLow * u);
        V szu = Product(s, zu, out V szuLow);
        szuLow += V.Fma(s, zuLow, sLow * zu);
        V log = s + szu;
        V logLow = (s - log) + szu + (sLow + szuLow);
        log += log;
        logLow += logLow;

        V eLn2 = e * V.Const(Ln2Hi); // exact, and 0 or larger than log
        V high = eLn2 + log;
        low = (eLn2 - high) + log + V.Fma(e, V.Const(Ln2Lo), logLow);
        return high;
    }

    private const double Third = 0.3333333333333333, ThirdLow = 1.850371707708594e-17;

    // a·b = result + low exactly: with FMA, or with both factors split into halves of 26 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Product<V>(V a, V b, out V low) where V : struct, ISimd<V>
    {
        V ab = a * b;
        if (V.FusedFma)
        {
            low = V.Fma(a, b, -ab);
            return ab;
        }

        V aHigh = HighHalf(a), bHigh = HighHalf(b);
        V aLow = a - aHigh, bLow = b - bHigh;
        low = ((aHigh * bHigh - ab) + aHigh * bLow + aLow * bHigh) + aLow * bLow;
        return ab;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V HighHalf<V>(V a) where V : struct, ISimd<V>
    {
        V c = a * V.Const(134217729); // 2²⁷ + 1
        return c - (c - a);
    }

    /// <summary>
    /// Puts sign and edge cases of pow onto |x|ʸ = <paramref name="magnitude"/> (IEEE 754-2019, 9.2.1): x⁰ = 1ʸ = 1 even for NaN,
    /// (±1)^±∞ = 1, a negative base with an odd integer gives a negative result, with a fraction NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static V PowEdges<V>(V x, V y, V magnitude) where V : struct, ISimd<V>
    {
        V a = V.Abs(x);
        V isOne = V.And(V.Equal(a, V.One), V.Equal(y, y)); // 0·∞ made NaN of (±1)^±∞
        magnitude = V.Select(isOne, V.One, magnitude);

        V half = y * V.Const(0.5);
        V isInteger = V.Equal(y, V.Floor(y)); // ±∞ counts as an even integer
        V isEven = V.Equal(half, V.Floor(half));
        V sign = V.Select(isEven, V.Zero, V.And(isInteger, V.And(x, V.Const(-0.0))));
        V signed = V.Or(magnitude, sign);

        V negative = V.And(V.LessThan(x, V.Zero), V.LessThan(a, V.Const(double.PositiveInfinity)));
        signed = V.Select(V.Select(isInteger, V.Zero, negative), V.Const(double.NaN), signed);
        signed = V.Select(V.Equal(y, y), signed, y);
        signed = V.Select(V.Equal(x, x), signed, x);
        return V.Select(V.Or(V.Equal(y, V.Zero), V.Equal(x, V.One)), V.One, signed);
    }
}
