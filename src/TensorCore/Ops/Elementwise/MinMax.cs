using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = max(a, b), broadcasting, NaN if either is;  dy goes to the larger, half to each where they are equal.</summary>
internal readonly struct Maximum : IBinary
{
    /// <inheritdoc/>
    public static string OpName => "maximum";

    /// <inheritdoc/>
    public static bool OnIntegers => true;

    /// <inheritdoc/>
    public V Forward<V>(V a, V b)
        where V : struct, ISimd<V> => V.Max(a, b);

    /// <inheritdoc/>
    public Tensor GradA(Tensor a, Tensor b, Tensor y, Tensor dy) => dy * Share(a, b);

    /// <inheritdoc/>
    public Tensor GradB(Tensor a, Tensor b, Tensor y, Tensor dy) => dy * Share(b, a);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => Apart(g, Tensor.Maximum);

    // ½ + ½·sign(p − q): 1 where p is larger, ½ where they are equal.
    private static Tensor Share(Tensor p, Tensor q) => 0.5 + (0.5 * (p.Detach() - q.Detach()).Sign());

    /// <summary>Two tensors whose values never meet: b is a's range shifted by a random sign.</summary>
    internal static OpSample Apart(SampleGenerator g, Func<Tensor, Tensor, Tensor> f)
    {
        int[] shape = g.Shape();
        if (g.Chance(8))
        {
            Tensor x = g.Tensor(shape);
            // The same tensor twice has a tie everywhere, whose two halves add up to the derivative of x.
            return OpSample.Of($"{x.Shape} twice", [x], t => f(t[0], t[0]));
        }
        // a takes values near 0, b near −1 or 1 by the element.
        Tensor a = g.Tensor(g.BroadcastableTo(shape), -0.4, 0.4);
        Tensor b = g.Tensor(g.Chance() ? shape : g.BroadcastableTo(shape), -0.4, 0.4);
        Tensor shift = (g.Mask(b.Shape).To(b.DType) * 2) - 1;
        return OpSample.Of($"{a.Shape} and {b.Shape}", [a, b], t => f(t[0], t[1] + shift));
    }
}

/// <summary>y = min(a, b), broadcasting, NaN if either is;  dy goes to the smaller, half to each where they are equal.</summary>
internal readonly struct Minimum : IBinary
{
    /// <inheritdoc/>
    public static string OpName => "minimum";

    /// <inheritdoc/>
    public static bool OnIntegers => true;

    /// <inheritdoc/>
    public V Forward<V>(V a, V b)
        where V : struct, ISimd<V> => V.Min(a, b);

    /// <inheritdoc/>
    public Tensor GradA(Tensor a, Tensor b, Tensor y, Tensor dy) => dy * Share(a, b);

    /// <inheritdoc/>
    public Tensor GradB(Tensor a, Tensor b, Tensor y, Tensor dy) => dy * Share(b, a);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => TensorCore.Maximum.Apart(g, Tensor.Minimum);

    private static Tensor Share(Tensor p, Tensor q) => 0.5 + (0.5 * (q.Detach() - p.Detach()).Sign());
}

public sealed partial class Tensor
{
    /// <summary>The larger of each pair, broadcasting.</summary>
    public static Tensor Maximum(Tensor a, Tensor b) => Apply(default(Maximum), a, b);

    /// <summary>The smaller of each pair, broadcasting.</summary>
    public static Tensor Minimum(Tensor a, Tensor b) => Apply(default(Minimum), a, b);
}
