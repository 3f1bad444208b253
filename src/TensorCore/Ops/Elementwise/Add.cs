using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = a + b, broadcasting;  da = dy, db = dy.</summary>
internal readonly struct Add : IBinary
{
    /// <inheritdoc/>
    public static string OpName => "add";

    /// <inheritdoc/>
    public static bool OnIntegers => true;

    /// <inheritdoc/>
    public static bool NeedsValues => false;

    /// <inheritdoc/>
    public V Forward<V>(V a, V b)
        where V : struct, ISimd<V> => a + b;

    /// <inheritdoc/>
    public Tensor GradA(Tensor a, Tensor b, Tensor y, Tensor dy) => dy;

    /// <inheritdoc/>
    public Tensor GradB(Tensor a, Tensor b, Tensor y, Tensor dy) => dy;

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Binary(g, (a, b) => a + b);
}

/// <summary>y = x + c for a number c;  dx = dy.</summary>
internal readonly struct AddScalar(double c) : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "add_scalar";

    /// <inheritdoc/>
    public static bool OnIntegers => true;

    /// <inheritdoc/>
    public static bool NeedsValues => false;

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => x + V.Const(c);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy;

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => Tensor.OnesLike(x);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        double c = g.Number(-3, 3);
        return OpSample.Unary(g, g.Chance() ? x => x + c : x => c + x);
    }
}

public sealed partial class Tensor
{
    /// <summary>a + b, broadcasting.</summary>
    public static Tensor operator +(Tensor a, Tensor b) => Apply(default(Add), a, b);

    /// <summary>a + c in each element; an integer or bool tensor with a fractional number becomes float32.</summary>
    public static Tensor operator +(Tensor a, double c) => a.ForScalar(c).Apply(new AddScalar(c));

    /// <summary>c + a in each element.</summary>
    public static Tensor operator +(double c, Tensor a) => a + c;

    /// <summary>A bool tensor counts as int32 beside a number; an integer tensor beside a fractional number becomes float32.</summary>
    internal Tensor ForScalar(double c) => DType switch
    {
        DType.Float32 or DType.Float64 => this,
        DType.BFloat16 => Device.IsCuda ? this : To(DType.Float32),
        _ when c != Math.Floor(c) => To(DType.Float32),
        DType.Bool => To(DType.Int32),
        _ => this,
    };
}
