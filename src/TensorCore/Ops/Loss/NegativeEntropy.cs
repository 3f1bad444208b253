using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = t·ln t, 0 at t = 0;  dt = dy·(ln t + 1), which is −∞ at 0.</summary>
internal readonly struct NegativeEntropy : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "negative_entropy";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Select(V.Equal(x, V.Zero), V.Zero, x * V.Log(x));

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy * (V.Log(x) + V.One);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => x.Log() + 1;

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Apply(default(NegativeEntropy)), 0.1, 3);
}
