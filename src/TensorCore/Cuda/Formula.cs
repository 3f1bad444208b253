using TensorCore.Cpu;

namespace TensorCore.Cuda;

/// <summary>
/// A register that writes down what is done with it instead of computing: run on it, the body of an elementwise function (<see cref="IUnary"/>, <see cref="IBinary"/>, an
/// optimizer's rule) gives the CUDA C of the same formula. So the formula in the op's file is the only one there is, and a user's own function runs on the GPU without a line more.
/// </summary>
/// <remarks>
/// Constants become parameters of the kernel, not text: a learning rate that changes at every step must not compile a kernel at every step. A body that branches on its
/// fields gives another kernel for each way.
/// </remarks>
/// <typeparam name="TLane">The element's kind.</typeparam>
internal readonly unsafe struct Formula<TLane> : ISimd<Formula<TLane>>
    where TLane : struct, IFormulaLane
{
    private readonly int _value;

    private Formula(int value) => _value = value;

    /// <summary>The number of the step that made this value.</summary>
    public int Value => _value;

    /// <summary>An input of the formula, by its place.</summary>
    public static Formula<TLane> Input(int place) => new(FormulaTrace.Current.Add(FormulaStep.Input, place));

    public static int Count => 1;

    public static int LaneSize => TLane.Size;

    public static bool FusedFma => true;

    public static Formula<TLane> Zero => Of(FormulaStep.Zero);

    public static Formula<TLane> One => Of(FormulaStep.One);

    public static Formula<TLane> Const(double value) => new(FormulaTrace.Current.AddConstant(value));

    public static Formula<TLane> operator +(Formula<TLane> a, Formula<TLane> b) => Of(FormulaStep.Add, a, b);

    public static Formula<TLane> operator -(Formula<TLane> a, Formula<TLane> b) => Of(FormulaStep.Subtract, a, b);

    public static Formula<TLane> operator *(Formula<TLane> a, Formula<TLane> b) => Of(FormulaStep.Multiply, a, b);

    public static Formula<TLane> operator /(Formula<TLane> a, Formula<TLane> b) => Floating(FormulaStep.Divide, a, b);

    public static Formula<TLane> operator -(Formula<TLane> a) => Of(FormulaStep.Negate, a);

    public static Formula<TLane> Fma(Formula<TLane> a, Formula<TLane> b, Formula<TLane> c) => Of(FormulaStep.Fma, a, b, c);

    public static Formula<TLane> Max(Formula<TLane> a, Formula<TLane> b) => Of(FormulaStep.Max, a, b);

    public static Formula<TLane> Min(Formula<TLane> a, Formula<TLane> b) => Of(FormulaStep.Min, a, b);

    public static Formula<TLane> Clamp(Formula<TLane> x, Formula<TLane> low, Formula<TLane> high) => Min(Max(x, low), high);

    public static Formula<TLane> Abs(Formula<TLane> x) => Of(FormulaStep.Abs, x);

    public static Formula<TLane> Sqrt(Formula<TLane> x) => Floating(FormulaStep.Sqrt, x);

    public static Formula<TLane> Round(Formula<TLane> x) => TLane.IsInteger ? x : Of(FormulaStep.Round, x);

    public static Formula<TLane> Floor(Formula<TLane> x) => TLane.IsInteger ? x : Of(FormulaStep.Floor, x);

    public static Formula<TLane> LessThan(Formula<TLane> a, Formula<TLane> b) => Of(FormulaStep.Less, a, b);

    public static Formula<TLane> LessOrEqual(Formula<TLane> a, Formula<TLane> b) => Of(FormulaStep.LessOrEqual, a, b);

    public static Formula<TLane> Equal(Formula<TLane> a, Formula<TLane> b) => Of(FormulaStep.Equal, a, b);

    public static Formula<TLane> Select(Formula<TLane> mask, Formula<TLane> a, Formula<TLane> b) => Of(FormulaStep.Select, mask, a, b);

    public static Formula<TLane> And(Formula<TLane> a, Formula<TLane> b) => Of(FormulaStep.And, a, b);

    public static Formula<TLane> Or(Formula<TLane> a, Formula<TLane> b) => Of(FormulaStep.Or, a, b);

    public static Formula<TLane> Exp(Formula<TLane> x) => Floating(FormulaStep.Exp, x);

    public static Formula<TLane> Expm1(Formula<TLane> x) => Floating(FormulaStep.Expm1, x);

    public static Formula<TLane> Log(Formula<TLane> x) => Floating(FormulaStep.Log, x);

    public static Formula<TLane> Log1p(Formula<TLane> x) => Floating(FormulaStep.Log1p, x);

    public static Formula<TLane> Tanh(Formula<TLane> x) => Floating(FormulaStep.Tanh, x);

    public static Formula<TLane> Sigmoid(Formula<TLane> x) => Floating(FormulaStep.Sigmoid, x);

    public static Formula<TLane> Erf(Formula<TLane> x) => Floating(FormulaStep.Erf, x);

    public static Formula<TLane> Sin(Formula<TLane> x) => Floating(FormulaStep.Sin, x);

    public static Formula<TLane> Cos(Formula<TLane> x) => Floating(FormulaStep.Cos, x);

    public static Formula<TLane> Pow(Formula<TLane> x, Formula<TLane> y) => Floating(FormulaStep.Pow, x, y);

    public static Formula<TLane> Broadcast(void* p, nint i) => throw NoFormula(nameof(Broadcast));

    public static Formula<TLane> Load(void* p, nint i) => throw NoFormula(nameof(Load));

    public static Formula<TLane> LoadPartial(void* p, nint i, int n) => throw NoFormula(nameof(LoadPartial));

    public static void Store(Formula<TLane> v, void* p, nint i) => throw NoFormula(nameof(Store));

    public static void StorePartial(Formula<TLane> v, void* p, nint i, int n) => throw NoFormula(nameof(StorePartial));

    public static bool AnyTrue(Formula<TLane> mask) => throw NoFormula(nameof(AnyTrue));

    public static Formula<TLane> ScaleB(Formula<TLane> x, Formula<TLane> n) => throw NoFormula(nameof(ScaleB));

    public static Formula<TLane> SplitExponent(Formula<TLane> x, out Formula<TLane> e) => throw NoFormula(nameof(SplitExponent));

    public static double Sum(Formula<TLane> x) => throw NoFormula(nameof(Sum));

    public static double MaxLane(Formula<TLane> x) => throw NoFormula(nameof(MaxLane));

    public static double MinLane(Formula<TLane> x) => throw NoFormula(nameof(MinLane));

    private static Formula<TLane> Of(FormulaStep step) => new(FormulaTrace.Current.Add(step));

    private static Formula<TLane> Of(FormulaStep step, Formula<TLane> a) => new(FormulaTrace.Current.Add(step, a._value));

    private static Formula<TLane> Of(FormulaStep step, Formula<TLane> a, Formula<TLane> b) => new(FormulaTrace.Current.Add(step, a._value, b._value));

    private static Formula<TLane> Of(FormulaStep step, Formula<TLane> a, Formula<TLane> b, Formula<TLane> c) => new(FormulaTrace.Current.Add(step, a._value, b._value, c._value));

    private static Formula<TLane> Floating(FormulaStep step, Formula<TLane> a) => TLane.IsInteger ? throw NotForIntegers() : Of(step, a);

    private static Formula<TLane> Floating(FormulaStep step, Formula<TLane> a, Formula<TLane> b) => TLane.IsInteger ? throw NotForIntegers() : Of(step, a, b);

    private static DTypeException NotForIntegers() => new("this op computes in floating point: convert with To(DType.Float32)");

    private static NotSupportedException NoFormula(string member) =>
        new($"an elementwise function that calls {member} does not run on a GPU: a formula there is made of arithmetic, comparisons, Select and the mathematical functions");
}

/// <summary>What kind of element a formula computes in.</summary>
internal interface IFormulaLane
{
    static abstract int Size { get; }

    static abstract bool IsInteger { get; }
}

internal readonly struct FloatLane : IFormulaLane
{
    public static int Size => 4;

    public static bool IsInteger => false;
}

internal readonly struct DoubleLane : IFormulaLane
{
    public static int Size => 8;

    public static bool IsInteger => false;
}

internal readonly struct Int32Lane : IFormulaLane
{
    public static int Size => 4;

    public static bool IsInteger => true;
}

internal readonly struct Int64Lane : IFormulaLane
{
    public static int Size => 8;

    public static bool IsInteger => true;
}
