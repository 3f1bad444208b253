using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = cos x;  dx = −dy·sin x.</summary>
internal readonly struct Cos : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "cos";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Cos(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => -(dy * V.Sin(x));

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => -x.Sin();

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Cos(), low: -4, high: 4);
}

public sealed partial class Tensor
{
    /// <summary>cos x, element by element.</summary>
    public Tensor Cos() => Apply(default(Cos));
}
