using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = x rounded to the nearest integer, ties to even;  dx = 0.</summary>
internal readonly struct Round : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "round";

    /// <inheritdoc/>
    public static bool OnIntegers => true;

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Round(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => V.Zero;

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => Tensor.ZerosLike(x);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Round(), -2, 2, -1.5, -0.5, 0.5, 1.5);
}

public sealed partial class Tensor
{
    /// <summary>x rounded to the nearest integer, ties to even, element by element.</summary>
    public Tensor Round() => Apply(default(Round));
}
