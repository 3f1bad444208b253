using TensorCore.Cpu;

namespace TensorCore;

/// <summary>silu(x) = x·σ(x);  d/dx = σ(x) + y·(1 − σ(x)).  (Elfwing et al. 2017, arXiv:1702.03118.)</summary>
internal readonly struct SiluOp : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "silu";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => x * V.Sigmoid(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V>
    {
        V s = V.Sigmoid(x);
        return dy * V.Fma(y, V.One - s, s);
    }

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y)
    {
        Tensor s = x.Sigmoid();
        return s + (y * (1 - s));
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Silu(), low: -8, high: 8);
}

public sealed partial class Tensor
{
    /// <summary>x·σ(x), element by element.</summary>
    public Tensor Silu() => Apply(default(SiluOp));
}
