using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = x limited to [low, high];  dx = dy inside (bounds included), else 0.</summary>
internal readonly struct Clamp(double low, double high) : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "clamp";

    /// <inheritdoc/>
    public static bool OnIntegers => true;

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Min(V.Max(x, V.Const(low)), V.Const(high));

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => V.Select(V.And(V.LessOrEqual(V.Const(low), x), V.LessOrEqual(x, V.Const(high))), dy, V.Zero);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => ((x >= low) & (x <= high)).To(x.DType);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        double low = g.Number(-1.5, 0), high = low + g.Number(0.1, 1.5);
        int form = g.Choose(3);
        return OpSample.Unary(g, x => form switch { 0 => x.Clamp(low, high), 1 => x.Clamp(low: low), _ => x.Clamp(high: high) }, -2, 2, low, high);
    }
}

public sealed partial class Tensor
{
    /// <summary>x limited to [low, high], element by element; NaN stays NaN. Limits beyond an integer type's range saturate.</summary>
    public Tensor Clamp(double low = double.NegativeInfinity, double high = double.PositiveInfinity) => low <= high ? Apply(new Clamp(low, high)) : throw new ArgumentException($"clamp: low {low} is above high {high}");
}
