using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace TensorCore.Cpu;

/// <summary>One lane of float64: the scalar twin of the vector widths, running the same bodies.</summary>
public readonly unsafe struct D1 : ISimd<D1>
{
    private readonly double _v;

    /// <summary>Wraps a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public D1(double value) => _v = value;

    /// <summary>The number.</summary>
    public double Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _v;
    }

    /// <inheritdoc/>
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
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
    public static D1 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(0);
    }

    /// <inheritdoc/>
    public static D1 One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(1);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Const(double value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Broadcast(void* p, nint i) => new(((double*)p)[i]);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Load(void* p, nint i) => new(((double*)p)[i]);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(D1 v, void* p, nint i) => ((double*)p)[i] = v._v;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 LoadPartial(void* p, nint i, int n)
    {
        Debug.Assert((uint)n <= 1);
        return n > 0 ? new(((double*)p)[i]) : default;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial(D1 v, void* p, nint i, int n)
    {
        Debug.Assert((uint)n <= 1);
        if (n > 0)
            ((double*)p)[i] = v._v;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 operator +(D1 left, D1 right) => new(left._v + right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 operator -(D1 left, D1 right) => new(left._v - right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 operator *(D1 left, D1 right) => new(left._v * right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 operator /(D1 left, D1 right) => new(left._v / right._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 operator -(D1 value) => new(-value._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Fma(D1 a, D1 b, D1 c) => new(double.MultiplyAddEstimate(a._v, b._v, c._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Max(D1 a, D1 b) => a._v > b._v || double.IsNaN(a._v) ? a : b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Min(D1 a, D1 b) => a._v < b._v || double.IsNaN(a._v) ? a : b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Clamp(D1 x, D1 low, D1 high) => x._v < low._v ? low : x._v > high._v ? high : x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Abs(D1 x) => new(Math.Abs(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Sqrt(D1 x) => new(Math.Sqrt(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Round(D1 x) => new(Math.Round(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Floor(D1 x) => new(Math.Floor(x._v));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 LessThan(D1 a, D1 b) => Mask(a._v < b._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 LessOrEqual(D1 a, D1 b) => Mask(a._v <= b._v);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Equal(D1 a, D1 b) => Mask(a._v == b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static D1 Mask(bool set) => new(BitConverter.Int64BitsToDouble(set ? -1 : 0));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Select(D1 mask, D1 a, D1 b) => BitConverter.DoubleToInt64Bits(mask._v) != 0 ? a : b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyTrue(D1 mask) => BitConverter.DoubleToInt64Bits(mask._v) != 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 And(D1 a, D1 b) => new(BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(a._v) & BitConverter.DoubleToInt64Bits(b._v)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Or(D1 a, D1 b) => new(BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(a._v) | BitConverter.DoubleToInt64Bits(b._v)));

    // The same two steps as the vector widths take, so that results agree.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 ScaleB(D1 x, D1 n)
    {
        const double magic = 6755399441055744.0 + 1023.0;
        double half = n._v * 0.5 + magic;
        double rest = n._v - (half - magic) + magic;
        return new(x._v * BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(half) << 52) * BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(rest) << 52));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 SplitExponent(D1 x, out D1 e)
    {
        long bits = BitConverter.DoubleToInt64Bits(x._v);
        long k = (bits - 0x3FE6A09E667F3BCD) >> 52;
        e = new(k);
        return new(BitConverter.Int64BitsToDouble(bits - (k << 52)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(D1 x) => x._v;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MaxLane(D1 x) => x._v;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MinLane(D1 x) => x._v;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Exp(D1 x) => DoubleMath.Exp(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Expm1(D1 x) => DoubleMath.Expm1(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Log(D1 x) => DoubleMath.Log(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Log1p(D1 x) => DoubleMath.Log1p(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Tanh(D1 x) => DoubleMath.Tanh(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Sigmoid(D1 x) => DoubleMath.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Erf(D1 x) => DoubleMath.Erf(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Sin(D1 x) => DoubleMath.Sin(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Cos(D1 x) => DoubleMath.Cos(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D1 Pow(D1 x, D1 y) => DoubleMath.Pow(x, y);
}
