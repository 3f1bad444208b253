using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = tanh x;  dx = dy·(1 − y²).</summary>
internal readonly struct TanhOp : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "tanh";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Tanh(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy * (V.One - (y * y));

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => 1 - (y * y);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Tanh(), low: -3, high: 3);
}

public sealed partial class Tensor
{
    /// <summary>tanh x, element by element.</summary>
    public Tensor Tanh() => Apply(default(TanhOp));
}
