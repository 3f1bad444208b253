using System.Numerics;

namespace TensorCore.Cpu;

/// <summary>One int or long as a register of one lane: the integer twin of the floating structs, for the arithmetic that integers have.</summary>
/// <typeparam name="T">The integer type.</typeparam>
internal readonly unsafe struct IntegerLane<T>(T value) : ISimd<IntegerLane<T>>
    where T : unmanaged, IBinaryInteger<T>
{
    private readonly T _v = value;

    public static int Count => 1;

    public static int LaneSize => sizeof(T);

    public static IntegerLane<T> Zero => default;

    public static IntegerLane<T> One => new(T.One);

    public static IntegerLane<T> Const(double value) => new(T.CreateSaturating(value));

    public static IntegerLane<T> Broadcast(void* p, nint i) => new(((T*)p)[i]);

    public static IntegerLane<T> Load(void* p, nint i) => new(((T*)p)[i]);

    public static IntegerLane<T> LoadPartial(void* p, nint i, int n) => n > 0 ? new(((T*)p)[i]) : default;

    public static void Store(IntegerLane<T> v, void* p, nint i) => ((T*)p)[i] = v._v;

    public static void StorePartial(IntegerLane<T> v, void* p, nint i, int n)
    {
        if (n > 0) ((T*)p)[i] = v._v;
    }

    public static IntegerLane<T> operator +(IntegerLane<T> a, IntegerLane<T> b) => new(a._v + b._v);

    public static IntegerLane<T> operator -(IntegerLane<T> a, IntegerLane<T> b) => new(a._v - b._v);

    public static IntegerLane<T> operator *(IntegerLane<T> a, IntegerLane<T> b) => new(a._v * b._v);

    public static IntegerLane<T> operator /(IntegerLane<T> a, IntegerLane<T> b) => throw NotForIntegers();

    public static IntegerLane<T> operator -(IntegerLane<T> a) => new(-a._v);

    public static IntegerLane<T> Fma(IntegerLane<T> a, IntegerLane<T> b, IntegerLane<T> c) => new((a._v * b._v) + c._v);

    public static IntegerLane<T> Max(IntegerLane<T> a, IntegerLane<T> b) => new(T.Max(a._v, b._v));

    public static IntegerLane<T> Min(IntegerLane<T> a, IntegerLane<T> b) => new(T.Min(a._v, b._v));

    public static bool FusedFma => true;

    public static bool AnyTrue(IntegerLane<T> mask) => mask._v != T.Zero;

    public static IntegerLane<T> Clamp(IntegerLane<T> x, IntegerLane<T> low, IntegerLane<T> high) => Min(Max(x, low), high);

    // Math.Abs throws on the least integer; two's complement keeps it, as NumPy does.
    public static IntegerLane<T> Abs(IntegerLane<T> x) => new(T.IsNegative(x._v) ? unchecked(-x._v) : x._v);

    public static IntegerLane<T> Sqrt(IntegerLane<T> x) => throw NotForIntegers();

    public static IntegerLane<T> Round(IntegerLane<T> x) => x;

    public static IntegerLane<T> Floor(IntegerLane<T> x) => x;

    public static IntegerLane<T> LessThan(IntegerLane<T> a, IntegerLane<T> b) => Mask(a._v < b._v);

    public static IntegerLane<T> LessOrEqual(IntegerLane<T> a, IntegerLane<T> b) => Mask(a._v <= b._v);

    public static IntegerLane<T> Equal(IntegerLane<T> a, IntegerLane<T> b) => Mask(a._v == b._v);

    public static IntegerLane<T> Select(IntegerLane<T> mask, IntegerLane<T> a, IntegerLane<T> b) => new((mask._v & a._v) | (~mask._v & b._v));

    public static IntegerLane<T> And(IntegerLane<T> a, IntegerLane<T> b) => new(a._v & b._v);

    public static IntegerLane<T> Or(IntegerLane<T> a, IntegerLane<T> b) => new(a._v | b._v);

    public static IntegerLane<T> ScaleB(IntegerLane<T> x, IntegerLane<T> n) => throw NotForIntegers();

    public static IntegerLane<T> SplitExponent(IntegerLane<T> x, out IntegerLane<T> e) => throw NotForIntegers();

    public static double Sum(IntegerLane<T> x) => double.CreateChecked(x._v);

    public static double MaxLane(IntegerLane<T> x) => double.CreateChecked(x._v);

    public static double MinLane(IntegerLane<T> x) => double.CreateChecked(x._v);

    public static IntegerLane<T> Exp(IntegerLane<T> x) => throw NotForIntegers();

    public static IntegerLane<T> Expm1(IntegerLane<T> x) => throw NotForIntegers();

    public static IntegerLane<T> Log(IntegerLane<T> x) => throw NotForIntegers();

    public static IntegerLane<T> Log1p(IntegerLane<T> x) => throw NotForIntegers();

    public static IntegerLane<T> Tanh(IntegerLane<T> x) => throw NotForIntegers();

    public static IntegerLane<T> Sigmoid(IntegerLane<T> x) => throw NotForIntegers();

    public static IntegerLane<T> Erf(IntegerLane<T> x) => throw NotForIntegers();

    public static IntegerLane<T> Sin(IntegerLane<T> x) => throw NotForIntegers();

    public static IntegerLane<T> Cos(IntegerLane<T> x) => throw NotForIntegers();

    public static IntegerLane<T> Pow(IntegerLane<T> x, IntegerLane<T> y) => throw NotForIntegers();

    private static IntegerLane<T> Mask(bool set) => new(set ? -T.One : T.Zero);

    private static DTypeException NotForIntegers() => new("this op computes in floating point: convert with To(DType.Float32)");
}
