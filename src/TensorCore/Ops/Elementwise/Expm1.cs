using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = eˣ − 1, accurate near 0;  dx = dy·(y + 1).</summary>
internal readonly struct Expm1 : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "expm1";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Expm1(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy * (y + V.One);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => y + 1;

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Expm1());
}

public sealed partial class Tensor
{
    /// <summary>eˣ − 1, accurate near 0, element by element.</summary>
    public Tensor Expm1() => Apply(default(Expm1));
}
