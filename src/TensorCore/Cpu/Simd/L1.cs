namespace TensorCore.Cpu;

/// <summary>One long as a register of one lane: the integer twin of the floating structs, for the arithmetic that integers have.</summary>
internal readonly unsafe struct L1(long value) : ISimd<L1>
{
    private readonly long _v = value;

    public static int Count => 1;

    public static int LaneSize => sizeof(long);

    public static L1 Zero => new(0);

    public static L1 One => new(1);

    public static L1 Const(double value) => new((long)value);

    public static L1 Broadcast(void* p, nint i) => new(((long*)p)[i]);

    public static L1 Load(void* p, nint i) => new(((long*)p)[i]);

    public static L1 LoadPartial(void* p, nint i, int n) => n > 0 ? new(((long*)p)[i]) : default;

    public static void Store(L1 v, void* p, nint i) => ((long*)p)[i] = v._v;

    public static void StorePartial(L1 v, void* p, nint i, int n)
    {
        if (n > 0) ((long*)p)[i] = v._v;
    }

    public static L1 operator +(L1 a, L1 b) => new(a._v + b._v);

    public static L1 operator -(L1 a, L1 b) => new(a._v - b._v);

    public static L1 operator *(L1 a, L1 b) => new(a._v * b._v);

    public static L1 operator /(L1 a, L1 b) => throw NotForIntegers();

    public static L1 operator -(L1 a) => new(-a._v);

    public static L1 Fma(L1 a, L1 b, L1 c) => new((a._v * b._v) + c._v);

    public static L1 Max(L1 a, L1 b) => new(Math.Max(a._v, b._v));

    public static L1 Min(L1 a, L1 b) => new(Math.Min(a._v, b._v));

    public static bool FusedFma => true;

    public static bool AnyTrue(L1 mask) => mask._v != 0;

    public static L1 Clamp(L1 x, L1 low, L1 high) => Min(Max(x, low), high);

    // Math.Abs throws on the least integer; two's complement keeps it, as NumPy does.
    public static L1 Abs(L1 x) => new(x._v < 0 ? unchecked(-x._v) : x._v);

    public static L1 Sqrt(L1 x) => throw NotForIntegers();

    public static L1 Round(L1 x) => x;

    public static L1 Floor(L1 x) => x;

    public static L1 LessThan(L1 a, L1 b) => Mask(a._v < b._v);

    public static L1 LessOrEqual(L1 a, L1 b) => Mask(a._v <= b._v);

    public static L1 Equal(L1 a, L1 b) => Mask(a._v == b._v);

    public static L1 Select(L1 mask, L1 a, L1 b) => new((mask._v & a._v) | (~mask._v & b._v));

    public static L1 And(L1 a, L1 b) => new(a._v & b._v);

    public static L1 Or(L1 a, L1 b) => new(a._v | b._v);

    public static L1 ScaleB(L1 x, L1 n) => throw NotForIntegers();

    public static L1 SplitExponent(L1 x, out L1 e) => throw NotForIntegers();

    public static double Sum(L1 x) => x._v;

    public static double MaxLane(L1 x) => x._v;

    public static double MinLane(L1 x) => x._v;

    public static L1 Exp(L1 x) => throw NotForIntegers();

    public static L1 Expm1(L1 x) => throw NotForIntegers();

    public static L1 Log(L1 x) => throw NotForIntegers();

    public static L1 Log1p(L1 x) => throw NotForIntegers();

    public static L1 Tanh(L1 x) => throw NotForIntegers();

    public static L1 Sigmoid(L1 x) => throw NotForIntegers();

    public static L1 Erf(L1 x) => throw NotForIntegers();

    public static L1 Sin(L1 x) => throw NotForIntegers();

    public static L1 Cos(L1 x) => throw NotForIntegers();

    public static L1 Pow(L1 x, L1 y) => throw NotForIntegers();

    private static L1 Mask(bool set) => new(set ? -1 : 0);

    private static DTypeException NotForIntegers() => new("this op computes in floating point: convert with To(DType.Float32)");
}
