using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = x where x &gt; 0, else α(eˣ − 1);  dx = dy, or dy·(y + α).  (Clevert et al. 2015, arXiv:1511.07289.)</summary>
internal readonly struct EluOp(double alpha) : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "elu";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Select(V.LessThan(V.Zero, x), x, V.Const(alpha) * V.Expm1(x));

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => V.Select(V.LessThan(V.Zero, x), dy, dy * (y + V.Const(alpha)));

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y)
    {
        Tensor positive = x.Step().Detach();
        // y + α is α·eˣ on the negative side; on the positive side the product with 0 drops it.
        return positive + ((1 - positive) * (y + alpha));
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        double alpha = g.Number(0.3, 2);
        return OpSample.Unary(g, x => x.Elu(alpha), -3, 2, 0);
    }
}

public sealed partial class Tensor
{
    /// <summary>x where x &gt; 0, else α(eˣ − 1), element by element.</summary>
    public Tensor Elu(double alpha = 1) => Apply(new EluOp(alpha));
}
