using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = max(x, 0);  dx = dy where x &gt; 0, else 0 (also at x = 0).</summary>
internal readonly struct ReluOp : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "relu";

    /// <inheritdoc/>
    public static bool OnIntegers => true;

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Max(x, V.Zero);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => V.Select(V.LessThan(V.Zero, x), dy, V.Zero);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => x.Step().Detach();

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Relu(), -2, 2, 0);
}

public sealed partial class Tensor
{
    /// <summary>max(x, 0), element by element; NaN stays NaN.</summary>
    public Tensor Relu() => Apply(default(ReluOp));
}
