using System.Numerics;

namespace TensorCore.Cpu;

/// <summary>
/// A register of floating-point lanes. Kernels are written once over <typeparamref name="V"/> and run as
/// AVX-512 (F512), AVX2, 128-bit or scalar code, in float32 or float64; the JIT specialises
/// each body per struct, so the abstraction costs nothing.
/// A comparison returns a mask: all bits of a lane set, or none.
/// </summary>
/// <typeparam name="V">The implementing struct itself.</typeparam>
public unsafe interface ISimd<V> :
    IAdditionOperators<V, V, V>, ISubtractionOperators<V, V, V>, IMultiplyOperators<V, V, V>,
    IDivisionOperators<V, V, V>, IUnaryNegationOperators<V, V>
    where V : struct, ISimd<V>
{
    /// <summary>Lanes in the register.</summary>
    static abstract int Count { get; }

    /// <summary>Bytes of one lane: 4 or 8.</summary>
    static abstract int LaneSize { get; }

    /// <summary>0 in every lane.</summary>
    static abstract V Zero { get; }

    /// <summary>1 in every lane.</summary>
    static abstract V One { get; }

    /// <summary><paramref name="value"/> in every lane, rounded to the lane's type.</summary>
    static abstract V Const(double value);

    /// <summary>The element <c>p[i]</c> in every lane.</summary>
    static abstract V Broadcast(void* p, nint i);

    /// <summary>Loads <c>p[i .. i + Count]</c>; <paramref name="i"/> counts elements; no alignment needed.</summary>
    static abstract V Load(void* p, nint i);

    /// <summary>Loads <c>p[i .. i + n]</c>, 0 ≤ n ≤ Count, touching nothing beyond; the other lanes are 0.</summary>
    static abstract V LoadPartial(void* p, nint i, int n);

    /// <summary>Stores every lane to <c>p[i .. i + Count]</c>.</summary>
    static abstract void Store(V v, void* p, nint i);

    /// <summary>Stores the first <paramref name="n"/> lanes, 0 ≤ n ≤ Count, touching nothing beyond.</summary>
    static abstract void StorePartial(V v, void* p, nint i, int n);

    /// <summary>True where <see cref="Fma"/> rounds once (hardware FMA), false where it multiplies and then adds.</summary>
    static abstract bool FusedFma { get; }

    /// <summary>a·b + c with one rounding where the hardware has it (<see cref="FusedFma"/>), else with two.</summary>
    static abstract V Fma(V a, V b, V c);

    /// <summary>The larger lane; NaN where either is NaN; of +0 and −0 either one.</summary>
    static abstract V Max(V a, V b);

    /// <summary>The smaller lane; NaN where either is NaN; of +0 and −0 either one.</summary>
    static abstract V Min(V a, V b);

    /// <summary>x limited to [<paramref name="low"/>, <paramref name="high"/>]; NaN stays NaN. The limits are numbers. Cheaper than Max and Min.</summary>
    static abstract V Clamp(V x, V low, V high);

    /// <summary>|x|.</summary>
    static abstract V Abs(V x);

    /// <summary>√x, correctly rounded.</summary>
    static abstract V Sqrt(V x);

    /// <summary>Rounded to the nearest integer, ties to even.</summary>
    static abstract V Round(V x);

    /// <summary>The largest integer ≤ x.</summary>
    static abstract V Floor(V x);

    /// <summary>Mask of a &lt; b; false on NaN.</summary>
    static abstract V LessThan(V a, V b);

    /// <summary>Mask of a ≤ b; false on NaN.</summary>
    static abstract V LessOrEqual(V a, V b);

    /// <summary>Mask of a = b; false on NaN.</summary>
    static abstract V Equal(V a, V b);

    /// <summary>Lane of <paramref name="a"/> where the mask is set, else of <paramref name="b"/>.</summary>
    static abstract V Select(V mask, V a, V b);

    /// <summary>True if the mask is set in any lane.</summary>
    static abstract bool AnyTrue(V mask);

    /// <summary>Bitwise and.</summary>
    static abstract V And(V a, V b);

    /// <summary>Bitwise or.</summary>
    static abstract V Or(V a, V b);

    /// <summary>x·2ⁿ for integer-valued |n| ≤ 252 (float32) or 2044 (float64); ∞ where it overflows, gradual underflow for |x| ≤ 2 or so.</summary>
    static abstract V ScaleB(V x, V n);

    /// <summary>Splits positive normal x into m·2ᵉ with m in [√½, √2); e comes as a float lane.</summary>
    static abstract V SplitExponent(V x, out V e);

    /// <summary>The sum of the lanes, added in a fixed tree order.</summary>
    static abstract double Sum(V x);

    /// <summary>The largest lane; NaN if any lane is NaN.</summary>
    static abstract double MaxLane(V x);

    /// <summary>The smallest lane; NaN if any lane is NaN.</summary>
    static abstract double MinLane(V x);

    /// <summary>eˣ; 0 where it would be below the smallest normal number, ∞ above the range; NaN stays NaN.</summary>
    static abstract V Exp(V x);

    /// <summary>eˣ − 1, accurate near 0.</summary>
    static abstract V Expm1(V x);

    /// <summary>ln x; −∞ at 0, NaN below.</summary>
    static abstract V Log(V x);

    /// <summary>ln(1 + x), accurate near 0.</summary>
    static abstract V Log1p(V x);

    /// <summary>tanh x, odd and accurate near 0.</summary>
    static abstract V Tanh(V x);

    /// <summary>σ(x) = 1 / (1 + e⁻ˣ), accurate at both ends; 0 where e⁻ˣ overflows.</summary>
    static abstract V Sigmoid(V x);

    /// <summary>erf x = 2/√π ∫₀ˣ e^(−t²) dt.</summary>
    static abstract V Erf(V x);

    /// <summary>sin x, accurate for |x| up to 10⁵.</summary>
    static abstract V Sin(V x);

    /// <summary>cos x, accurate for |x| up to 10⁵.</summary>
    static abstract V Cos(V x);

    /// <summary>xʸ with the signs and edge cases of IEEE 754 pow.</summary>
    static abstract V Pow(V x, V y);
}
