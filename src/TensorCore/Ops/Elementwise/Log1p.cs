using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = ln(1 + x), accurate near 0;  dx = dy / (1 + x).</summary>
internal readonly struct Log1p : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "log1p";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Log1p(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy / (V.One + x);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => 1 / (1 + x);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Log1p(), low: -0.7, high: 3);
}

public sealed partial class Tensor
{
    /// <summary>ln(1 + x), accurate near 0, element by element.</summary>
    public Tensor Log1p() => Apply(default(Log1p));
}
