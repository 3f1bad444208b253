using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = −1, 0 or 1 with the sign of x (NaN stays NaN);  dx = 0.</summary>
internal readonly struct Sign : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "sign";

    /// <inheritdoc/>
    public static bool OnIntegers => true;

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Select(V.LessThan(V.Zero, x), V.One, V.Select(V.LessThan(x, V.Zero), -V.One, x));

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => V.Zero;

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => Tensor.ZerosLike(x);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Sign(), -2, 2, 0);
}

public sealed partial class Tensor
{
    /// <summary>−1, 0 or 1 with the sign of x, element by element.</summary>
    public Tensor Sign() => Apply(default(Sign));
}
