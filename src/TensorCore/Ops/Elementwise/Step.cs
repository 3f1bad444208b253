using TensorCore.Cpu;

namespace TensorCore;

/// <summary>Heaviside's step θ(x): 1 where x &gt; 0, else 0 (also at x = 0); NaN stays NaN;  dx = 0.</summary>
internal readonly struct StepOp : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "step";

    /// <inheritdoc/>
    public static bool OnIntegers => true;

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Select(V.LessThan(V.Zero, x), V.One, V.Select(V.LessOrEqual(x, V.Zero), V.Zero, x));

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => V.Zero;

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => Tensor.ZerosLike(x);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Step(), -2, 2, 0);
}

public sealed partial class Tensor
{
    /// <summary>1 where x &gt; 0, else 0: the perceptron's activation.</summary>
    public Tensor Step() => Apply(default(StepOp));
}
