using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = eˣ;  dx = dy·y.</summary>
internal readonly struct Exp : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "exp";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Exp(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy * y;

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => y;

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Exp());
}

public sealed partial class Tensor
{
    /// <summary>eˣ, element by element.</summary>
    public Tensor Exp() => Apply(default(Exp));
}
