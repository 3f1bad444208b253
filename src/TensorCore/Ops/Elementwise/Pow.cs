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
    public Tensor GradA(Tensor a, Tensor b, Tensor y, Tensor dy) => dy * Tensor.Where(b == 0, Tensor.Zeros([], b.DType), b * Tensor.Pow(a, b - 1));

    /// <inheritdoc/>
    public Tensor GradB(Tensor a, Tensor b, Tensor y, Tensor dy) => dy * Tensor.Where((a == 0) & (b >= 0), Tensor.Zeros([], a.DType), y * a.Log());

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Binary(g, Tensor.Pow, a: (0.3, 2), b: (-2, 2));
}

public sealed partial class Tensor
{
    /// <summary>aᵇ, broadcasting, with the edge cases of IEEE 754.</summary>
    public static Tensor Pow(Tensor a, Tensor b) => Apply(default(Pow), a, b);
}
