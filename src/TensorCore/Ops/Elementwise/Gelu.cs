using TensorCore.Cpu;

namespace TensorCore;

/// <summary>
/// gelu(x) = x·Φ(x) = x/2·(1 + erf(x/√2));  d/dx = Φ(x) + x·φ(x), φ the normal density.  (Hendrycks and Gimpel 2016, arXiv:1606.08415.)
/// </summary>
internal readonly struct GeluOp : IUnary
{
    private const double InvSqrt2 = 0.70710678118654752440;
    private const double InvSqrt2Pi = 0.39894228040143267794;

    /// <inheritdoc/>
    public static string OpName => "gelu";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => x * Cdf(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy * V.Fma(x, V.Const(InvSqrt2Pi) * V.Exp(V.Const(-0.5) * x * x), Cdf(x));

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) =>
        (0.5 * (1 + (x * InvSqrt2).Erf())) + (x * InvSqrt2Pi * (-0.5 * x * x).Exp());

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Gelu(), low: -4, high: 4);

    private static V Cdf<V>(V x)
        where V : struct, ISimd<V> => V.Const(0.5) * (V.One + V.Erf(x * V.Const(InvSqrt2)));
}

/// <summary>
/// The tanh form of GPT-2: y = x/2·(1 + tanh u), u = √(2/π)·(x + 0.044715·x³), computed as x·σ(2u);
/// d/dx = s + x·s·(1 − s)·2u′, s = σ(2u), u′ = √(2/π)·(1 + 0.134145·x²).
/// </summary>
internal readonly struct GeluTanh : IUnary
{
    private const double TwoSqrt2OverPi = 1.5957691216057307117;
    private const double Cubic = 0.044715;

    /// <inheritdoc/>
    public static string OpName => "gelu_tanh";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => x * V.Sigmoid(TwoU(x));

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V>
    {
        V s = V.Sigmoid(TwoU(x));
        V slope = V.Const(TwoSqrt2OverPi) * V.Fma(V.Const(3 * Cubic), x * x, V.One);
        return dy * s * V.Fma(x * (V.One - s), slope, V.One);
    }

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y)
    {
        Tensor s = (TwoSqrt2OverPi * (x + (Cubic * (x * x * x)))).Sigmoid();
        Tensor slope = TwoSqrt2OverPi * (1 + (3 * Cubic * (x * x)));
        return s + (x * s * (1 - s) * slope);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Gelu(approximate: true), low: -4, high: 4);

    private static V TwoU<V>(V x)
        where V : struct, ISimd<V> => V.Const(TwoSqrt2OverPi) * V.Fma(V.Const(Cubic) * x * x, x, x);
}

public sealed partial class Tensor
{
    /// <summary>x·Φ(x), element by element: exact by erf, or the tanh form that GPT-2 uses with <paramref name="approximate"/>.</summary>
    public Tensor Gelu(bool approximate = false) => approximate ? Apply(default(GeluTanh)) : Apply(default(GeluOp));
}
