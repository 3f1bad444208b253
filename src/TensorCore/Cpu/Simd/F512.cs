using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TensorCore.Cpu;

/// <summary>16 lanes of float32 in 512 bits: AVX-512.</summary>
public readonly unsafe struct F512 : ISimd<F512>
{
    private readonly Vector512<float> _v;

    /// <summary>Wraps a hardware vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public F512(Vector512<float> value) => _v = value;

    /// <summary>The hardware vector.</summary>
    public Vector512<float> Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _v;
    }

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
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
    public static F512 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<float>.Zero);
    }

    /// <inheritdoc/>
    public static F512 One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<float>.One);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Const(double value) => new(Vector512.Create((float)value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Broadcast(void* p, nint i) => new(Vector512.Create(((float*)p)[i]));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Load(void* p, nint i) => new(Vector512.Load((float*)p + i));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F512 v, void* p, nint i) => v._v.Store((float*)p + i);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 LoadPartial(void* p, nint i, int n)
    {
        Debug.Assert((uint)n <= (uint)Count);
        if (Avx512F.IsSupported)
            return new(Avx512F.MaskLoad((float*)p + i, FirstLanes(n), Vector512<float>.Zero));
        Vector512<float> lanes = Vector512<float>.Zero;
        Unsafe.CopyBlockUnaligned(&lanes, (float*)p + i, (uint)n * sizeof(float));
        return new(lanes);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(F512 v, void* p, nint i, int n)
    {
        Debug.Assert((uint)n <= (uint)Count);
        if (Avx512F.IsSupported)
            Avx512F.MaskStore((float*)p + i, FirstLanes(n), v._v);
        else
            Unsafe.CopyBlockUnaligned((float*)p + i, &v, (uint)n * sizeof(float));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> FirstLanes(int n) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(n)).AsSingle();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 operator +(F512 left, F512 right) => new(left._v + right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 operator -(F512 left, F512 right) => new(left._v - right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 operator *(F512 left, F512 right) => new(left._v * right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 operator /(F512 left, F512 right) => new(left._v / right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 operator -(F512 value) => new(-value._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Fma(F512 a, F512 b, F512 c) => new(Vector512.MultiplyAddEstimate(a._v, b._v, c._v));

    // The native max, min return their second operand when one is NaN (x86) or the NaN (NEON). So NaN in b comes through
    // by itself, and NaN in a by one blend; ordering ±0 too, as Vector.Max does, would triple the latency.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Max(F512 a, F512 b) => new(Vector512.ConditionalSelect(Vector512.Equals(a._v, a._v), Vector512.MaxNative(a._v, b._v), a._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Min(F512 a, F512 b) => new(Vector512.ConditionalSelect(Vector512.Equals(a._v, a._v), Vector512.MinNative(a._v, b._v), a._v));

    // With x second, NaN passes through both without the blend that Max and Min need.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Clamp(F512 x, F512 low, F512 high) => new(Vector512.MinNative(high._v, Vector512.MaxNative(low._v, x._v)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Abs(F512 x) => new(Vector512.Abs(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Sqrt(F512 x) => new(Vector512.Sqrt(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Round(F512 x) => new(Vector512.Round(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Floor(F512 x) => new(Vector512.Floor(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 LessThan(F512 a, F512 b) => new(Vector512.LessThan(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 LessOrEqual(F512 a, F512 b) => new(Vector512.LessThanOrEqual(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Equal(F512 a, F512 b) => new(Vector512.Equals(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Select(F512 mask, F512 a, F512 b) => new(Vector512.ConditionalSelect(mask._v, a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyTrue(F512 mask) => Vector512.ExtractMostSignificantBits(mask._v) != 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 And(F512 a, F512 b) => new(a._v & b._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Or(F512 a, F512 b) => new(a._v | b._v);

    // 2ⁿ as the product of two powers of two, so that results below the normal range and above half of it come out right;
    // n/2 is rounded and biased by adding 1.5·2^23 + 127, which leaves the biased exponent in the low bits.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 ScaleB(F512 x, F512 n)
    {
        if (Avx512F.IsSupported)
            return new(Avx512F.Scale(x._v, n._v));
        Vector512<float> magic = Vector512.Create(12582912f + 127f);
        Vector512<float> half = n._v * Vector512.Create(0.5f) + magic;
        Vector512<float> rest = n._v - (half - magic) + magic;
        return new(x._v * (half.AsInt32() << 23).AsSingle() * (rest.AsInt32() << 23).AsSingle());
    }

    // Subtracting the bits of √½ first makes the exponent field count from √½ instead of from 1.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 SplitExponent(F512 x, out F512 e)
    {
        Vector512<int> bits = x._v.AsInt32();
        Vector512<int> k = (bits - Vector512.Create(0x3F3504F3)) >> 23;
        e = new(Vector512.ConvertToSingle(k));
        return new((bits - (k << 23)).AsSingle());
    }

    // Added in float64: one conversion more at the end of a long sum costs nothing and keeps its last bits.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(F512 x)
    {
        (Vector512<double> lower, Vector512<double> upper) = Vector512.Widen(x._v);
        return D512.Sum(new(lower + upper));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MaxLane(F512 x) => F256.MaxLane(new(Vector256.Max(x._v.GetLower(), x._v.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MinLane(F512 x) => F256.MinLane(new(Vector256.Min(x._v.GetLower(), x._v.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Exp(F512 x) => FloatMath.Exp(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Expm1(F512 x) => FloatMath.Expm1(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Log(F512 x) => FloatMath.Log(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Log1p(F512 x) => FloatMath.Log1p(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Tanh(F512 x) => FloatMath.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Sigmoid(F512 x) => FloatMath.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Erf(F512 x) => FloatMath.Erf(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Sin(F512 x) => FloatMath.Sin(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F512 Cos(F512 x) => FloatMath.Cos(x);

    /// <inheritdoc/>
    // Not inlined: inlining it would eat the JIT's inlining budget of the kernel around it (measured: 30 ns against 6).
    // Not inlined, it has to ask for full optimisation itself.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static F512 Pow(F512 x, F512 y)
    {
        (Vector512<double> xLower, Vector512<double> xUpper) = Vector512.Widen(x._v);
        (Vector512<double> yLower, Vector512<double> yUpper) = Vector512.Widen(y._v);
        D512 lower = FloatMath.PowWide(new D512(xLower), new D512(yLower));
        D512 upper = FloatMath.PowWide(new D512(xUpper), new D512(yUpper));
        return new(Vector512.Narrow(lower.Value, upper.Value));
    }
}
