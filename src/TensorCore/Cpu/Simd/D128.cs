using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TensorCore.Cpu;

/// <summary>2 lanes of float64 in 128 bits: SSE, NEON or WebAssembly.</summary>
public readonly unsafe struct D128 : ISimd<D128>
{
    private readonly Vector128<double> _v;

    /// <summary>Wraps a hardware vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public D128(Vector128<double> value) => _v = value;

    /// <summary>The hardware vector.</summary>
    public Vector128<double> Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _v;
    }

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    /// <inheritdoc/>
    public static int LaneSize
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(double);
    }

    /// <inheritdoc/>
    public static bool FusedFma
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => F128.FusedFma;
    }

    /// <inheritdoc/>
    public static D128 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<double>.Zero);
    }

    /// <inheritdoc/>
    public static D128 One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<double>.One);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Const(double value) => new(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Broadcast(void* p, nint i) => new(Vector128.Create(((double*)p)[i]));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Load(void* p, nint i) => new(Vector128.Load((double*)p + i));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(D128 v, void* p, nint i) => v._v.Store((double*)p + i);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 LoadPartial(void* p, nint i, int n)
    {
        Debug.Assert((uint)n <= (uint)Count);
        Vector128<double> lanes = Vector128<double>.Zero;
        Unsafe.CopyBlockUnaligned(&lanes, (double*)p + i, (uint)n * sizeof(double));
        return new(lanes);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(D128 v, void* p, nint i, int n)
    {
        Debug.Assert((uint)n <= (uint)Count);
        Unsafe.CopyBlockUnaligned((double*)p + i, &v, (uint)n * sizeof(double));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 operator +(D128 left, D128 right) => new(left._v + right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 operator -(D128 left, D128 right) => new(left._v - right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 operator *(D128 left, D128 right) => new(left._v * right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 operator /(D128 left, D128 right) => new(left._v / right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 operator -(D128 value) => new(-value._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Fma(D128 a, D128 b, D128 c) => new(Vector128.MultiplyAddEstimate(a._v, b._v, c._v));

    // The native max, min return their second operand when one is NaN (x86) or the NaN (NEON). So NaN in b comes through
    // by itself, and NaN in a by one blend; ordering ±0 too, as Vector.Max does, would triple the latency.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Max(D128 a, D128 b) => new(Vector128.ConditionalSelect(Vector128.Equals(a._v, a._v), Vector128.MaxNative(a._v, b._v), a._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Min(D128 a, D128 b) => new(Vector128.ConditionalSelect(Vector128.Equals(a._v, a._v), Vector128.MinNative(a._v, b._v), a._v));

    // With x second, NaN passes through both without the blend that Max and Min need.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Clamp(D128 x, D128 low, D128 high) => new(Vector128.MinNative(high._v, Vector128.MaxNative(low._v, x._v)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Abs(D128 x) => new(Vector128.Abs(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Sqrt(D128 x) => new(Vector128.Sqrt(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Round(D128 x) => new(Vector128.Round(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Floor(D128 x) => new(Vector128.Floor(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 LessThan(D128 a, D128 b) => new(Vector128.LessThan(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 LessOrEqual(D128 a, D128 b) => new(Vector128.LessThanOrEqual(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Equal(D128 a, D128 b) => new(Vector128.Equals(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Select(D128 mask, D128 a, D128 b) => new(Vector128.ConditionalSelect(mask._v, a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyTrue(D128 mask) => Vector128.ExtractMostSignificantBits(mask._v) != 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 And(D128 a, D128 b) => new(a._v & b._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Or(D128 a, D128 b) => new(a._v | b._v);

    // 2ⁿ as the product of two powers of two, so that results below the normal range and above half of it come out right;
    // n/2 is rounded and biased by adding 1.5·2^52 + 1023, which leaves the biased exponent in the low bits.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 ScaleB(D128 x, D128 n)
    {
        Vector128<double> magic = Vector128.Create(6755399441055744.0 + 1023.0);
        Vector128<double> half = n._v * Vector128.Create(0.5) + magic;
        Vector128<double> rest = n._v - (half - magic) + magic;
        return new(x._v * (half.AsInt64() << 52).AsDouble() * (rest.AsInt64() << 52).AsDouble());
    }

    // Subtracting the bits of √½ first makes the exponent field count from √½ instead of from 1. The small integer
    // becomes a double by being or-ed into the mantissa of 2⁵²: only AVX-512 converts 64-bit integers.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 SplitExponent(D128 x, out D128 e)
    {
        const long one = 0x3FF0000000000000, rootHalf = 0x3FE6A09E667F3BCD;
        Vector128<long> bits = x._v.AsInt64();
        Vector128<long> biased = (bits + Vector128.Create(one - rootHalf)) >>> 52;
        e = new((biased | Vector128.Create(0x4330000000000000)).AsDouble() - Vector128.Create(4503599627370496.0 + 1023.0));
        return new((bits - (biased << 52) + Vector128.Create(one)).AsDouble());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(D128 x) => x._v.GetElement(0) + x._v.GetElement(1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MaxLane(D128 x) => Math.Max(x._v.GetElement(0), x._v.GetElement(1));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MinLane(D128 x) => Math.Min(x._v.GetElement(0), x._v.GetElement(1));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Exp(D128 x) => DoubleMath.Exp(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Expm1(D128 x) => DoubleMath.Expm1(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Log(D128 x) => DoubleMath.Log(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Log1p(D128 x) => DoubleMath.Log1p(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Tanh(D128 x) => DoubleMath.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Sigmoid(D128 x) => DoubleMath.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Erf(D128 x) => DoubleMath.Erf(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Sin(D128 x) => DoubleMath.Sin(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Cos(D128 x) => DoubleMath.Cos(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D128 Pow(D128 x, D128 y) => DoubleMath.Pow(x, y);
}
