using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = aᵇ, broadcasting;  da = dy·b·a^(b − 1), db = dy·y·ln a (0 where a = 0 and b ≥ 0).</summary>
internal readonly struct Pow : IBinary
{
    /// <inheritdoc/>
    public static string OpName => "pow";

    /// <inheritdoc/>
    public V Forward<V>(V a, V b)
        where V : struct, ISimd<V> => V.Pow(a, b);

    /// <inheritdoc/>
    public Tensor GradA(Tensor a, Tensor b, Tensor y, Tensor dy)
    {
        // 0⁰ is flat in a, but b·a^(b − 1) would be 0·∞ there: the exponent is replaced before the power, not after, for gradients of gradients.
        Tensor exponent = Tensor.Where((a.Detach() == 0) & (b.Detach() == 0), Tensor.Ones([], b.DType, b.Device), b);
        return dy * b * Tensor.Pow(a, exponent - 1);
    }

    /// <inheritdoc/>
    public Tensor GradB(Tensor a, Tensor b, Tensor y, Tensor dy)
    {
        // 0 to a power of 0 or more does not move with it: ln 1 instead of ln 0.
        Tensor safe = Tensor.Where((a.Detach() == 0) & (b.Detach() >= 0), Tensor.Ones([], a.DType, a.Device), a);
        return dy * y * safe.Log();
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int form = g.Choose(6);
        if (form < 4) return OpSample.Binary(g, Tensor.Pow, a: (0.3, 2), b: (-2, 2));
        int[] shape = g.Shape();
        if (form == 4)
        {
            // Whole exponents, 0 among them, at bases of either sign and at 0 itself.
            Tensor x = g.Tensor(shape), keep = g.Mask(shape).To(g.DType), exponents = g.Indices(shape, 4).To(g.DType);
            return OpSample.Of($"{x.Shape} to whole exponents", [x], t => Tensor.Pow(t[0] * keep, exponents));
        }
        // 0 to a positive power stays 0 however the exponent moves.
        Tensor p = g.Tensor(shape, 0.5, 2), bases = g.Mask(shape).To(g.DType);
        return OpSample.Of($"0 and 1 to {p.Shape}", [p], t => Tensor.Pow(bases, t[0]));
    }
}

public sealed partial class Tensor
{
    /// <summary>aᵇ, broadcasting, with the edge cases of IEEE 754.</summary>
    public static Tensor Pow(Tensor a, Tensor b) => Apply(default(Pow), a, b);
}
