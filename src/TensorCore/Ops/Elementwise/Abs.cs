using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = |x|;  dx = dy·sign(x), 0 at x = 0.</summary>
internal readonly struct Abs : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "abs";

    /// <inheritdoc/>
    public static bool OnIntegers => true;

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Abs(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy * default(Sign).Forward(x);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => x.Sign().Detach();

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Abs(), -2, 2, 0);
}

public sealed partial class Tensor
{
    /// <summary>|x|, element by element.</summary>
    public Tensor Abs() => Apply(default(Abs));
}
