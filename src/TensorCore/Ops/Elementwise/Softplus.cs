using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = ln(1 + e^(βx)) / β, evaluated without overflow as max(x, 0) + ln(1 + e^(−|βx|)) / β;  dx = dy·σ(βx).</summary>
internal readonly struct SoftplusOp(double beta) : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "softplus";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V>
    {
        V b = V.Const(beta);
        return V.Max(x, V.Zero) + (V.Log1p(V.Exp(-V.Abs(b * x))) / b);
    }

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy * V.Sigmoid(V.Const(beta) * x);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => (beta * x).Sigmoid();

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        double beta = g.Number(0.5, 2);
        return OpSample.Unary(g, x => x.Softplus(beta), -4, 4);
    }
}

public sealed partial class Tensor
{
    /// <summary>ln(1 + e^(βx)) / β, element by element: a smooth ReLU.</summary>
    public Tensor Softplus(double beta = 1) => Apply(new SoftplusOp(beta));
}
