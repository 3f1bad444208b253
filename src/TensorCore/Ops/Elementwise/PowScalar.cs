using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = xᵖ for a number p;  dx = dy·p·x^(p − 1).</summary>
internal readonly struct PowScalar(double exponent) : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "pow_scalar";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Pow(x, V.Const(exponent));

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => exponent == 0 ? V.Zero : dy * V.Const(exponent) * V.Pow(x, V.Const(exponent - 1));

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => exponent == 0 ? Tensor.ZerosLike(x) : exponent * x.Pow(exponent - 1);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        double p = g.OneOf(3.0, 0.0, -1.0, 1.5, -2.5, 2.0, 0.5, 1.0);
        return OpSample.Unary(g, x => x.Pow(p), low: 0.3, high: 2);
    }
}

public sealed partial class Tensor
{
    /// <summary>xᵖ, element by element; NaN for negative x with fractional p. The exponents 2 and ½ are a product and a square root.</summary>
    public Tensor Pow(double exponent) => exponent switch
    {
        1 => this,
        2 => this * this,
        0.5 => Sqrt(),
        _ => Apply(new PowScalar(exponent)),
    };
}
