using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = a − b, broadcasting;  da = dy, db = −dy.</summary>
internal readonly struct Subtract : IBinary
{
    /// <inheritdoc/>
    public static string OpName => "sub";

    /// <inheritdoc/>
    public static bool OnIntegers => true;

    /// <inheritdoc/>
    public static bool NeedsValues => false;

    /// <inheritdoc/>
    public V Forward<V>(V a, V b)
        where V : struct, ISimd<V> => a - b;

    /// <inheritdoc/>
    public Tensor GradA(Tensor a, Tensor b, Tensor y, Tensor dy) => dy;

    /// <inheritdoc/>
    public Tensor GradB(Tensor a, Tensor b, Tensor y, Tensor dy) => -dy;

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Binary(g, (a, b) => a - b);
}

public sealed partial class Tensor
{
    /// <summary>−a.</summary>
    public static Tensor operator -(Tensor a) => a * -1;

    /// <summary>a − b, broadcasting.</summary>
    public static Tensor operator -(Tensor a, Tensor b) => Apply(default(Subtract), a, b);

    /// <summary>a − c in each element.</summary>
    public static Tensor operator -(Tensor a, double c) => a + -c;

    /// <summary>c − a in each element.</summary>
    public static Tensor operator -(double c, Tensor a) => (a * -1) + c;
}
