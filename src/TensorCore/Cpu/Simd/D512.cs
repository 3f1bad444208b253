using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TensorCore.Cpu;

/// <summary>8 lanes of float64 in 512 bits: AVX-512.</summary>
public readonly unsafe struct D512 : ISimd<D512>
{
    private readonly Vector512<double> _v;

    /// <summary>Wraps a hardware vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public D512(Vector512<double> value) => _v = value;

    /// <summary>The hardware vector.</summary>
    public Vector512<double> Value
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
        get => sizeof(double);
    }

    /// <inheritdoc/>
    public static bool FusedFma
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => F128.FusedFma;
    }

    /// <inheritdoc/>
    public static D512 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<double>.Zero);
    }

    /// <inheritdoc/>
    public static D512 One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<double>.One);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Const(double value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Broadcast(void* p, nint i) => new(Vector512.Create(((double*)p)[i]));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Load(void* p, nint i) => new(Vector512.Load((double*)p + i));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(D512 v, void* p, nint i) => v._v.Store((double*)p + i);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 LoadPartial(void* p, nint i, int n)
    {
        Debug.Assert((uint)n <= (uint)Count);
        if (Avx512F.IsSupported)
            return new(Avx512F.MaskLoad((double*)p + i, FirstLanes(n), Vector512<double>.Zero));
        Vector512<double> lanes = Vector512<double>.Zero;
        Unsafe.CopyBlockUnaligned(&lanes, (double*)p + i, (uint)n * sizeof(double));
        return new(lanes);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(D512 v, void* p, nint i, int n)
    {
        Debug.Assert((uint)n <= (uint)Count);
        if (Avx512F.IsSupported)
            Avx512F.MaskStore((double*)p + i, FirstLanes(n), v._v);
        else
            Unsafe.CopyBlockUnaligned((double*)p + i, &v, (uint)n * sizeof(double));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> FirstLanes(int n) => Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)n)).AsDouble();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 operator +(D512 left, D512 right) => new(left._v + right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 operator -(D512 left, D512 right) => new(left._v - right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 operator *(D512 left, D512 right) => new(left._v * right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 operator /(D512 left, D512 right) => new(left._v / right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 operator -(D512 value) => new(-value._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Fma(D512 a, D512 b, D512 c) => new(Vector512.MultiplyAddEstimate(a._v, b._v, c._v));

    // The native max, min return their second operand when one is NaN (x86) or the NaN (NEON). So NaN in b comes through
    // by itself, and NaN in a by one blend; ordering ±0 too, as Vector.Max does, would triple the latency.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Max(D512 a, D512 b) => new(Vector512.ConditionalSelect(Vector512.Equals(a._v, a._v), Vector512.MaxNative(a._v, b._v), a._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Min(D512 a, D512 b) => new(Vector512.ConditionalSelect(Vector512.Equals(a._v, a._v), Vector512.MinNative(a._v, b._v), a._v));

    // With x second, NaN passes through both without the blend that Max and Min need.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Clamp(D512 x, D512 low, D512 high) => new(Vector512.MinNative(high._v, Vector512.MaxNative(low._v, x._v)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Abs(D512 x) => new(Vector512.Abs(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Sqrt(D512 x) => new(Vector512.Sqrt(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Round(D512 x) => new(Vector512.Round(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Floor(D512 x) => new(Vector512.Floor(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 LessThan(D512 a, D512 b) => new(Vector512.LessThan(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 LessOrEqual(D512 a, D512 b) => new(Vector512.LessThanOrEqual(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Equal(D512 a, D512 b) => new(Vector512.Equals(a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Select(D512 mask, D512 a, D512 b) => new(Vector512.ConditionalSelect(mask._v, a._v, b._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyTrue(D512 mask) => Vector512.ExtractMostSignificantBits(mask._v) != 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 And(D512 a, D512 b) => new(a._v & b._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Or(D512 a, D512 b) => new(a._v | b._v);

    // 2ⁿ as the product of two powers of two, so that results below the normal range and above half of it come out right;
    // n/2 is rounded and biased by adding 1.5·2^52 + 1023, which leaves the biased exponent in the low bits.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 ScaleB(D512 x, D512 n)
    {
        if (Avx512F.IsSupported)
            return new(Avx512F.Scale(x._v, n._v));
        Vector512<double> magic = Vector512.Create(6755399441055744.0 + 1023.0);
        Vector512<double> half = n._v * Vector512.Create(0.5) + magic;
        Vector512<double> rest = n._v - (half - magic) + magic;
        return new(x._v * (half.AsInt64() << 52).AsDouble() * (rest.AsInt64() << 52).AsDouble());
    }

    // Subtracting the bits of √½ first makes the exponent field count from √½ instead of from 1. The small integer
    // becomes a double by being or-ed into the mantissa of 2⁵²: only AVX-512 converts 64-bit integers.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 SplitExponent(D512 x, out D512 e)
    {
        const long one = 0x3FF0000000000000, rootHalf = 0x3FE6A09E667F3BCD;
        Vector512<long> bits = x._v.AsInt64();
        Vector512<long> biased = (bits + Vector512.Create(one - rootHalf)) >>> 52;
        e = new((biased | Vector512.Create(0x4330000000000000)).AsDouble() - Vector512.Create(4503599627370496.0 + 1023.0));
        return new((bits - (biased << 52) + Vector512.Create(one)).AsDouble());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(D512 x) => D256.Sum(new(x._v.GetLower() + x._v.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MaxLane(D512 x) => D256.MaxLane(new(Vector256.Max(x._v.GetLower(), x._v.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MinLane(D512 x) => D256.MinLane(new(Vector256.Min(x._v.GetLower(), x._v.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Exp(D512 x) => DoubleMath.Exp(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Expm1(D512 x) => DoubleMath.Expm1(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Log(D512 x) => DoubleMath.Log(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Log1p(D512 x) => DoubleMath.Log1p(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Tanh(D512 x) => DoubleMath.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Sigmoid(D512 x) => DoubleMath.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Erf(D512 x) => DoubleMath.Erf(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Sin(D512 x) => DoubleMath.Sin(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Cos(D512 x) => DoubleMath.Cos(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D512 Pow(D512 x, D512 y) => DoubleMath.Pow(x, y);
}
