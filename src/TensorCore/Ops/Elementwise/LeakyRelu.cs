using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = x where x &gt; 0, else slope·x;  dx = dy, or slope·dy.  (Maas et al. 2013.)</summary>
internal readonly struct LeakyReluOp(double slope) : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "leaky_relu";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Select(V.LessThan(V.Zero, x), x, x * V.Const(slope));

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => V.Select(V.LessThan(V.Zero, x), dy, dy * V.Const(slope));

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => slope + ((1 - slope) * x.Step().Detach());

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        double slope = g.Number(0.01, 0.5);
        return OpSample.Unary(g, x => x.LeakyRelu(slope), -2, 2, 0);
    }
}

public sealed partial class Tensor
{
    /// <summary>x where x &gt; 0, else slope·x, element by element.</summary>
    public Tensor LeakyRelu(double slope = 0.01) => Apply(new LeakyReluOp(slope));
}
