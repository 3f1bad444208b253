using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = a / b, broadcasting;  da = dy / b, db = −dy·y / b. Integers are divided as float32.</summary>
internal readonly struct Divide : IBinary
{
    /// <inheritdoc/>
    public static string OpName => "div";

    /// <inheritdoc/>
    public V Forward<V>(V a, V b)
        where V : struct, ISimd<V> => a / b;

    /// <inheritdoc/>
    public Tensor GradA(Tensor a, Tensor b, Tensor y, Tensor dy) => dy / b;

    /// <inheritdoc/>
    public Tensor GradB(Tensor a, Tensor b, Tensor y, Tensor dy) => -(dy * y) / b;

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Binary(g, (a, b) => a / b, a: (-2, 2), b: g.Chance() ? (0.5, 3) : (-3, -0.5), allowSame: false);
}

/// <summary>y = c / x for a number c;  dx = −dy·y / x.</summary>
internal readonly struct DivideInto(double c) : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "div_into";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Const(c) / x;

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => -(dy * y) / x;

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => -y / x;

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        double c = g.Number(-3, 3);
        return OpSample.Unary(g, x => c / x, low: 0.4, high: 3);
    }
}

public sealed partial class Tensor
{
    /// <summary>a / b, broadcasting; two integer tensors give float32.</summary>
    public static Tensor operator /(Tensor a, Tensor b) => Apply(default(Divide), a.ForDivision(b), b);

    /// <summary>a / c in each element; integers give float32.</summary>
    public static Tensor operator /(Tensor a, double c) => a.ForDivision(a).Apply(new DivideScalar(c));

    /// <summary>c / a in each element; integers give float32.</summary>
    public static Tensor operator /(double c, Tensor a) => a.ForDivision(a).Apply(new DivideInto(c));

    private Tensor ForDivision(Tensor other) => DType.IsFloat() || other.DType.IsFloat() && !ReferenceEquals(this, other) ? ForScalar(0) : To(DType.Float32);
}

/// <summary>y = x / c for a number c, rounded as a division (not as a product with 1/c);  dx = dy / c.</summary>
internal readonly struct DivideScalar(double c) : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "div_scalar";

    /// <inheritdoc/>
    public static bool NeedsValues => false;

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => x / V.Const(c);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy / V.Const(c);

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => Tensor.FullLike(x, 1 / c);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        double c = g.Number(0.5, 3);
        return OpSample.Unary(g, x => x / c);
    }
}
