namespace TensorCore.Cpu;

/// <summary>One int as a register of one lane: the integer twin of the floating structs, for the arithmetic that integers have.</summary>
internal readonly unsafe struct I1(int value) : ISimd<I1>
{
    private readonly int _v = value;

    public static int Count => 1;

    public static int LaneSize => sizeof(int);

    public static I1 Zero => new(0);

    public static I1 One => new(1);

    public static I1 Const(double value) => new((int)value);

    public static I1 Broadcast(void* p, nint i) => new(((int*)p)[i]);

    public static I1 Load(void* p, nint i) => new(((int*)p)[i]);

    public static I1 LoadPartial(void* p, nint i, int n) => n > 0 ? new(((int*)p)[i]) : default;

    public static void Store(I1 v, void* p, nint i) => ((int*)p)[i] = v._v;

    public static void StorePartial(I1 v, void* p, nint i, int n)
    {
        if (n > 0) ((int*)p)[i] = v._v;
    }

    public static I1 operator +(I1 a, I1 b) => new(a._v + b._v);

    public static I1 operator -(I1 a, I1 b) => new(a._v - b._v);

    public static I1 operator *(I1 a, I1 b) => new(a._v * b._v);

    public static I1 operator /(I1 a, I1 b) => throw NotForIntegers();

    public static I1 operator -(I1 a) => new(-a._v);

    public static I1 Fma(I1 a, I1 b, I1 c) => new((a._v * b._v) + c._v);

    public static I1 Max(I1 a, I1 b) => new(Math.Max(a._v, b._v));

    public static I1 Min(I1 a, I1 b) => new(Math.Min(a._v, b._v));

    public static bool FusedFma => true;

    public static bool AnyTrue(I1 mask) => mask._v != 0;

    public static I1 Clamp(I1 x, I1 low, I1 high) => Min(Max(x, low), high);

    // Math.Abs throws on the least integer; two's complement keeps it, as NumPy does.
    public static I1 Abs(I1 x) => new(x._v < 0 ? unchecked(-x._v) : x._v);

    public static I1 Sqrt(I1 x) => throw NotForIntegers();

    public static I1 Round(I1 x) => x;

    public static I1 Floor(I1 x) => x;

    public static I1 LessThan(I1 a, I1 b) => Mask(a._v < b._v);

    public static I1 LessOrEqual(I1 a, I1 b) => Mask(a._v <= b._v);

    public static I1 Equal(I1 a, I1 b) => Mask(a._v == b._v);

    public static I1 Select(I1 mask, I1 a, I1 b) => new((mask._v & a._v) | (~mask._v & b._v));

    public static I1 And(I1 a, I1 b) => new(a._v & b._v);

    public static I1 Or(I1 a, I1 b) => new(a._v | b._v);

    public static I1 ScaleB(I1 x, I1 n) => throw NotForIntegers();

    public static I1 SplitExponent(I1 x, out I1 e) => throw NotForIntegers();

    public static double Sum(I1 x) => x._v;

    public static double MaxLane(I1 x) => x._v;

    public static double MinLane(I1 x) => x._v;

    public static I1 Exp(I1 x) => throw NotForIntegers();

    public static I1 Expm1(I1 x) => throw NotForIntegers();

    public static I1 Log(I1 x) => throw NotForIntegers();

    public static I1 Log1p(I1 x) => throw NotForIntegers();

    public static I1 Tanh(I1 x) => throw NotForIntegers();

    public static I1 Sigmoid(I1 x) => throw NotForIntegers();

    public static I1 Erf(I1 x) => throw NotForIntegers();

    public static I1 Sin(I1 x) => throw NotForIntegers();

    public static I1 Cos(I1 x) => throw NotForIntegers();

    public static I1 Pow(I1 x, I1 y) => throw NotForIntegers();

    private static I1 Mask(bool set) => new(set ? -1 : 0);

    private static DTypeException NotForIntegers() => new("this op computes in floating point: convert with To(DType.Float32)");
}
