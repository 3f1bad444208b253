using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = ⌊x⌋;  dx = 0.</summary>
internal readonly struct Floor : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "floor";

    /// <inheritdoc/>
    public static bool OnIntegers => true;

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Floor(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => V.Zero;

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => Tensor.ZerosLike(x);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Floor(), -2, 2, -2, -1, 0, 1, 2);
}

public sealed partial class Tensor
{
    /// <summary>The largest integer ≤ x, element by element.</summary>
    public Tensor Floor() => Apply(default(Floor));
}
