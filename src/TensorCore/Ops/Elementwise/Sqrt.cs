using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = √x;  dx = dy / 2y.</summary>
internal readonly struct Sqrt : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "sqrt";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Sqrt(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy / (y + y);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => 0.5 / y;

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Sqrt(), low: 0.2, high: 4);
}

public sealed partial class Tensor
{
    /// <summary>√x, element by element: NaN below 0.</summary>
    public Tensor Sqrt() => Apply(default(Sqrt));
}
