using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = σ(x) = 1 / (1 + e⁻ˣ);  dx = dy·y·(1 − y).</summary>
internal readonly struct SigmoidOp : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "sigmoid";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Sigmoid(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy * y * (V.One - y);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => y * (1 - y);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Sigmoid(), low: -8, high: 8);
}

public sealed partial class Tensor
{
    /// <summary>1 / (1 + e⁻ˣ), element by element.</summary>
    public Tensor Sigmoid() => Apply(default(SigmoidOp));
}
