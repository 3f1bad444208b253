using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = a·b, broadcasting;  da = dy·b, db = dy·a.</summary>
internal readonly struct Multiply : IBinary
{
    /// <inheritdoc/>
    public static string OpName => "mul";

    /// <inheritdoc/>
    public static bool OnIntegers => true;

    /// <inheritdoc/>
    public V Forward<V>(V a, V b)
        where V : struct, ISimd<V> => a * b;

    /// <inheritdoc/>
    public Tensor GradA(Tensor a, Tensor b, Tensor y, Tensor dy) => dy * b;

    /// <inheritdoc/>
    public Tensor GradB(Tensor a, Tensor b, Tensor y, Tensor dy) => dy * a;

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Binary(g, (a, b) => a * b);
}

/// <summary>y = c·x for a number c;  dx = c·dy.</summary>
internal readonly struct MultiplyScalar(double c) : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "mul_scalar";

    /// <inheritdoc/>
    public static bool OnIntegers => true;

    /// <inheritdoc/>
    public static bool NeedsValues => false;

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => x * V.Const(c);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy * V.Const(c);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => Tensor.FullLike(x, c);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        double c = g.Number(-3, 3);
        return OpSample.Unary(g, g.Chance() ? x => x * c : x => c * x);
    }
}

public sealed partial class Tensor
{
    /// <summary>a·b element by element, broadcasting. The matrix product is <c>MatMul</c>.</summary>
    public static Tensor operator *(Tensor a, Tensor b) => Apply(default(Multiply), a, b);

    /// <summary>a·c in each element.</summary>
    public static Tensor operator *(Tensor a, double c) => a.ForScalar(c).Apply(new MultiplyScalar(c));

    /// <summary>c·a in each element.</summary>
    public static Tensor operator *(double c, Tensor a) => a * c;
}
