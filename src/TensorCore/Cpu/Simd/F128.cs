using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using X86Fma = System.Runtime.Intrinsics.X86.Fma;

namespace TensorCore.Cpu;

/// <summary>4 lanes of float32 in 128 bits: SSE, NEON or WebAssembly.</summary>
public readonly unsafe struct F128 : ISimd<F128>
{
    private readonly Vector128<float> _v;

    /// <summary>Wraps a hardware vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public F128(Vector128<float> value) => _v = value;

    /// <summary>The hardware vector.</summary>
    public Vector128<float> Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _v;
    }

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
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
        get => X86Fma.IsSupported || AdvSimd.IsSupported;
    }

    /// <inheritdoc/>
    public static F128 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<float>.Zero);
    }

    /// <inheritdoc/>
    public static F128 One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<float>.One);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Const(double value) => new(Vector128.Create((float)value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Broadcast(void* p, nint i) => new(Vector128.Create(((float*)p)[i]));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Load(void* p, nint i) => new(Vector128.Load((float*)p + i));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(F128 v, void* p, nint i) => v._v.Store((float*)p + i);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 LoadPartial(void* p, nint i, int n)
    {
        Debug.Assert((uint)n <= (uint)Count);
        Vector128<float> lanes = Vector128<float>.Zero;
        Unsafe.CopyBlockUnaligned(&lanes, (float*)p + i, (uint)n * sizeof(float));
        return new(lanes);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(F128 v, void* p, nint i, int n)
    {
        Debug.Assert((uint)n <= (uint)Count);
        Unsafe.CopyBlockUnaligned((float*)p + i, &v, (uint)n * sizeof(float));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 operator +(F128 left, F128 right) => new(left._v + right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 operator -(F128 left, F128 right) => new(left._v - right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 operator *(F128 left, F128 right) => new(left._v * right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 operator /(F128 left, F128 right) => new(left._v / right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 operator -(F128 value) => new(-value._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Fma(F128 a, F128 b, F128 c) => new(Vector128.MultiplyAddEstimate(a._v, b._v, c._v));

    // The native max, min return their second operand when one is NaN (x86) or the NaN (NEON). So NaN in b comes through
    // by itself, and NaN in a by one blend; ordering ±0 too, as Vector.Max does, would triple the latency.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Max(F128 a, F128 b) => new(Vector128.ConditionalSelect(Vector128.Equals(a._v, a._v), Vector128.MaxNative(a._v, b._v), a._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Min(F128 a, F128 b) => new(Vector128.ConditionalSelect(Vector128.Equals(a._v, a._v), Vector128.MinNative(a._v, b._v), a._v));

    // With x second, NaN passes through both without the blend that Max and Min need.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Clamp(F128 x, F128 low, F128 high) => new(Vector128.MinNative(high._v, Vector128.MaxNative(low._v, x._v)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Abs(F128 x) => new(Vector128.Abs(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Sqrt(F128 x) => new(Vector128.Sqrt(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Round(F128 x) => new(Vector128.Round(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Floor(F128 x) => new(Vector128.Floor(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 LessThan(F128 a, F128 b) => new(Vector128.LessThan(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 LessOrEqual(F128 a, F128 b) => new(Vector128.LessThanOrEqual(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Equal(F128 a, F128 b) => new(Vector128.Equals(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Select(F128 mask, F128 a, F128 b) => new(Vector128.ConditionalSelect(mask._v, a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyTrue(F128 mask) => Vector128.ExtractMostSignificantBits(mask._v) != 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 And(F128 a, F128 b) => new(a._v & b._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Or(F128 a, F128 b) => new(a._v | b._v);

    // 2ⁿ as the product of two powers of two, so that results below the normal range and above half of it come out right;
    // n/2 is rounded and biased by adding 1.5·2^23 + 127, which leaves the biased exponent in the low bits.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 ScaleB(F128 x, F128 n)
    {
        Vector128<float> magic = Vector128.Create(12582912f + 127f);
        Vector128<float> half = n._v * Vector128.Create(0.5f) + magic;
        Vector128<float> rest = n._v - (half - magic) + magic;
        return new(x._v * (half.AsInt32() << 23).AsSingle() * (rest.AsInt32() << 23).AsSingle());
    }

    // Subtracting the bits of √½ first makes the exponent field count from √½ instead of from 1.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 SplitExponent(F128 x, out F128 e)
    {
        Vector128<int> bits = x._v.AsInt32();
        Vector128<int> k = (bits - Vector128.Create(0x3F3504F3)) >> 23;
        e = new(Vector128.ConvertToSingle(k));
        return new((bits - (k << 23)).AsSingle());
    }

    // Added in float64: one conversion more at the end of a long sum costs nothing and keeps its last bits.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(F128 x)
    {
        (Vector128<double> lower, Vector128<double> upper) = Vector128.Widen(x._v);
        return D128.Sum(new(lower + upper));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MaxLane(F128 x)
    {
        Vector128<float> pairs = Vector128.Max(x._v, Vector128.Shuffle(x._v, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(pairs.GetElement(0), pairs.GetElement(1));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MinLane(F128 x)
    {
        Vector128<float> pairs = Vector128.Min(x._v, Vector128.Shuffle(x._v, Vector128.Create(2, 3, 0, 1)));
        return MathF.Min(pairs.GetElement(0), pairs.GetElement(1));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Exp(F128 x) => FloatMath.Exp(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Expm1(F128 x) => FloatMath.Expm1(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Log(F128 x) => FloatMath.Log(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Log1p(F128 x) => FloatMath.Log1p(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Tanh(F128 x) => FloatMath.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Sigmoid(F128 x) => FloatMath.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Erf(F128 x) => FloatMath.Erf(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Sin(F128 x) => FloatMath.Sin(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F128 Cos(F128 x) => FloatMath.Cos(x);

    /// <inheritdoc/>
    // Not inlined: inlining it would eat the JIT's inlining budget of the kernel around it (measured: 30 ns against 6).
    // Not inlined, it has to ask for full optimisation itself.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static F128 Pow(F128 x, F128 y)
    {
        (Vector128<double> xLower, Vector128<double> xUpper) = Vector128.Widen(x._v);
        (Vector128<double> yLower, Vector128<double> yUpper) = Vector128.Widen(y._v);
        D128 lower = FloatMath.PowWide(new D128(xLower), new D128(yLower));
        D128 upper = FloatMath.PowWide(new D128(xUpper), new D128(yUpper));
        return new(Vector128.Narrow(lower.Value, upper.Value));
    }
}
