using TensorCore.Cpu;

namespace TensorCore;

/// <summary>A comparison of two registers, as a mask.</summary>
internal interface IComparison
{
    static abstract string Name { get; }

    V Mask<V>(V a, V b)
        where V : struct, ISimd<V>;
}

internal readonly struct EqualTo : IComparison
{
    public static string Name => "equal";

    public V Mask<V>(V a, V b)
        where V : struct, ISimd<V> => V.Equal(a, b);
}

internal readonly struct LessThan : IComparison
{
    public static string Name => "less";

    public V Mask<V>(V a, V b)
        where V : struct, ISimd<V> => V.LessThan(a, b);
}

internal readonly struct LessOrEqual : IComparison
{
    public static string Name => "less_or_equal";

    public V Mask<V>(V a, V b)
        where V : struct, ISimd<V> => V.LessOrEqual(a, b);
}

internal partial interface IBackend
{
    /// <summary>y (bool, contiguous) = comparison of a and b, both expanded to y's shape by strides.</summary>
    void Compare<TComparison>(Tensor a, Tensor b, Tensor y)
        where TComparison : struct, IComparison;
}

public sealed partial class Tensor
{
    /// <summary>True where a = b, broadcasting; a bool tensor. NaN equals nothing.</summary>
    public static Tensor operator ==(Tensor a, Tensor b) => Compare<EqualTo>(a, b);

    /// <summary>True where a ≠ b, broadcasting.</summary>
    public static Tensor operator !=(Tensor a, Tensor b) => !(a == b);

    /// <summary>True where a &lt; b, broadcasting.</summary>
    public static Tensor operator <(Tensor a, Tensor b) => Compare<LessThan>(a, b);

    /// <summary>True where a &gt; b, broadcasting.</summary>
    public static Tensor operator >(Tensor a, Tensor b) => Compare<LessThan>(b, a);

    /// <summary>True where a ≤ b, broadcasting.</summary>
    public static Tensor operator <=(Tensor a, Tensor b) => Compare<LessOrEqual>(a, b);

    /// <summary>True where a ≥ b, broadcasting.</summary>
    public static Tensor operator >=(Tensor a, Tensor b) => Compare<LessOrEqual>(b, a);

    /// <summary>True where a = c.</summary>
    public static Tensor operator ==(Tensor a, double c) => a == Number(a, c);

    /// <summary>True where a ≠ c.</summary>
    public static Tensor operator !=(Tensor a, double c) => a != Number(a, c);

    /// <summary>True where a &lt; c.</summary>
    public static Tensor operator <(Tensor a, double c) => a < Number(a, c);

    /// <summary>True where a &gt; c.</summary>
    public static Tensor operator >(Tensor a, double c) => a > Number(a, c);

    /// <summary>True where a ≤ c.</summary>
    public static Tensor operator <=(Tensor a, double c) => a <= Number(a, c);

    /// <summary>True where a ≥ c.</summary>
    public static Tensor operator >=(Tensor a, double c) => a >= Number(a, c);

    /// <summary>True where both are true; bool tensors.</summary>
    public static Tensor operator &(Tensor a, Tensor b) => (a.AsBool("&") * b.AsBool("&")).To(DType.Bool);

    /// <summary>True where either is true; bool tensors.</summary>
    public static Tensor operator |(Tensor a, Tensor b) => (a.AsBool("|") + b.AsBool("|")).To(DType.Bool);

    /// <summary>True where exactly one is true; bool tensors.</summary>
    public static Tensor operator ^(Tensor a, Tensor b) => a.AsBool("^") != b.AsBool("^");

    /// <summary>True where a is false; a bool tensor.</summary>
    public static Tensor operator !(Tensor a) => a.AsBool("!") == 0;

    /// <summary>Tensors are equal as objects only if they are the same object; <c>==</c> compares element by element.</summary>
    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    private static Tensor Number(Tensor like, double c) =>
        Full([], c, like.DType is DType.Float32 or DType.Float64 ? like.DType : c == Math.Floor(c) ? DType.Int64 : DType.Float32, like.Device);

    private Tensor AsBool(string op) => DType == DType.Bool ? this : throw new DTypeException($"{op}: a {DType.Name()} tensor {Shape}: logical operators take bool tensors");

    private static Tensor Compare<TComparison>(Tensor a, Tensor b)
        where TComparison : struct, IComparison
    {
        if (a.Device != b.Device) throw new DeviceException($"{TComparison.Name}: inputs on {a.Device} and {b.Device}: move one with To(device)");
        DType common = Promote(a.DType, b.DType);
        if (common == DType.BFloat16) common = DType.Float32;
        using (Autograd.NoGrad())
        {
            (a, b) = (a.To(common), b.To(common));
            Tensor y = Empty(Shape.Broadcast(a.Shape, b.Shape, TComparison.Name), DType.Bool, a.Device);
            y.Device.Backend.Compare<TComparison>(a.Expand(y.Shape), b.Expand(y.Shape), y);
            return y;
        }
    }
}
