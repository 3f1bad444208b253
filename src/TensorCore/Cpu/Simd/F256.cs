using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TensorCore.Cpu;

/// <summary>8 lanes of float32 in 256 bits: AVX2 with FMA.</summary>
public readonly unsafe struct F256 : ISimd<F256>
{
    private readonly Vector256<float> _v;

    /// <summary>Wraps a hardware vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public F256(Vector256<float> value) => _v = value;

    /// <summary>The hardware vector.</summary>
    public Vector256<float> Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _v;
    }

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    /// <inheritdoc/>
    public static int LaneSize
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(float);
    }

    /// <inheritdoc/>
    public static bool FusedFma
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => F128.FusedFma;
    }

    /// <inheritdoc/>
    public static F256 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<float>.Zero);
    }

    /// <inheritdoc/>
    public static F256 One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<float>.One);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Const(double value) => new(Vector256.Create((float)value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Broadcast(void* p, nint i) => new(Vector256.Create(((float*)p)[i]));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Load(void* p, nint i) => new(Vector256.Load((float*)p + i));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F256 v, void* p, nint i) => v._v.Store((float*)p + i);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 LoadPartial(void* p, nint i, int n)
    {
        Debug.Assert((uint)n <= (uint)Count);
        if (Avx.IsSupported)
            return new(Avx.MaskLoad((float*)p + i, FirstLanes(n)));
        Vector256<float> lanes = Vector256<float>.Zero;
        Unsafe.CopyBlockUnaligned(&lanes, (float*)p + i, (uint)n * sizeof(float));
        return new(lanes);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(F256 v, void* p, nint i, int n)
    {
        Debug.Assert((uint)n <= (uint)Count);
        if (Avx.IsSupported)
            Avx.MaskStore((float*)p + i, FirstLanes(n), v._v);
        else
            Unsafe.CopyBlockUnaligned((float*)p + i, &v, (uint)n * sizeof(float));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FirstLanes(int n) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(n)).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 operator +(F256 left, F256 right) => new(left._v + right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 operator -(F256 left, F256 right) => new(left._v - right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 operator *(F256 left, F256 right) => new(left._v * right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 operator /(F256 left, F256 right) => new(left._v / right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 operator -(F256 value) => new(-value._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Fma(F256 a, F256 b, F256 c) => new(Vector256.MultiplyAddEstimate(a._v, b._v, c._v));

    // The native max, min return their second operand when one is NaN (x86) or the NaN (NEON). So NaN in b comes through
    // by itself, and NaN in a by one blend; ordering ±0 too, as Vector.Max does, would triple the latency.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Max(F256 a, F256 b) => new(Vector256.ConditionalSelect(Vector256.Equals(a._v, a._v), Vector256.MaxNative(a._v, b._v), a._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Min(F256 a, F256 b) => new(Vector256.ConditionalSelect(Vector256.Equals(a._v, a._v), Vector256.MinNative(a._v, b._v), a._v));

    // With x second, NaN passes through both without the blend that Max and Min need.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Clamp(F256 x, F256 low, F256 high) => new(Vector256.MinNative(high._v, Vector256.MaxNative(low._v, x._v)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Abs(F256 x) => new(Vector256.Abs(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Sqrt(F256 x) => new(Vector256.Sqrt(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Round(F256 x) => new(Vector256.Round(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Floor(F256 x) => new(Vector256.Floor(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 LessThan(F256 a, F256 b) => new(Vector256.LessThan(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 LessOrEqual(F256 a, F256 b) => new(Vector256.LessThanOrEqual(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Equal(F256 a, F256 b) => new(Vector256.Equals(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Select(F256 mask, F256 a, F256 b) => new(Vector256.ConditionalSelect(mask._v, a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyTrue(F256 mask) => Vector256.ExtractMostSignificantBits(mask._v) != 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 And(F256 a, F256 b) => new(a._v & b._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Or(F256 a, F256 b) => new(a._v | b._v);

    // 2ⁿ as the product of two powers of two, so that results below the normal range and above half of it come out right;
    // n/2 is rounded and biased by adding 1.5·2^23 + 127, which leaves the biased exponent in the low bits.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 ScaleB(F256 x, F256 n)
    {
        Vector256<float> magic = Vector256.Create(12582912f + 127f);
        Vector256<float> half = n._v * Vector256.Create(0.5f) + magic;
        Vector256<float> rest = n._v - (half - magic) + magic;
        return new(x._v * (half.AsInt32() << 23).AsSingle() * (rest.AsInt32() << 23).AsSingle());
    }

    // Subtracting the bits of √½ first makes the exponent field count from √½ instead of from 1.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 SplitExponent(F256 x, out F256 e)
    {
        Vector256<int> bits = x._v.AsInt32();
        Vector256<int> k = (bits - Vector256.Create(0x3F3504F3)) >> 23;
        e = new(Vector256.ConvertToSingle(k));
        return new((bits - (k << 23)).AsSingle());
    }

    // Added in float64: one conversion more at the end of a long sum costs nothing and keeps its last bits.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(F256 x)
    {
        (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(x._v);
        return D256.Sum(new(lower + upper));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MaxLane(F256 x) => F128.MaxLane(new(Vector128.Max(x._v.GetLower(), x._v.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MinLane(F256 x) => F128.MinLane(new(Vector128.Min(x._v.GetLower(), x._v.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Exp(F256 x) => FloatMath.Exp(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Expm1(F256 x) => FloatMath.Expm1(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Log(F256 x) => FloatMath.Log(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Log1p(F256 x) => FloatMath.Log1p(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Tanh(F256 x) => FloatMath.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Sigmoid(F256 x) => FloatMath.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Erf(F256 x) => FloatMath.Erf(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Sin(F256 x) => FloatMath.Sin(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F256 Cos(F256 x) => FloatMath.Cos(x);

    /// <inheritdoc/>
    // Not inlined: inlining it would eat the JIT's inlining budget of the kernel around it (measured: 30 ns against 6).
    // Not inlined, it has to ask for full optimisation itself.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static F256 Pow(F256 x, F256 y)
    {
        (Vector256<double> xLower, Vector256<double> xUpper) = Vector256.Widen(x._v);
        (Vector256<double> yLower, Vector256<double> yUpper) = Vector256.Widen(y._v);
        D256 lower = FloatMath.PowWide(new D256(xLower), new D256(yLower));
        D256 upper = FloatMath.PowWide(new D256(xUpper), new D256(yUpper));
        return new(Vector256.Narrow(lower.Value, upper.Value));
    }
}
