using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = sin x;  dx = dy·cos x.</summary>
internal readonly struct Sin : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "sin";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Sin(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy * V.Cos(x);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => x.Cos();

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Sin(), low: -4, high: 4);
}

public sealed partial class Tensor
{
    /// <summary>sin x, element by element.</summary>
    public Tensor Sin() => Apply(default(Sin));
}
