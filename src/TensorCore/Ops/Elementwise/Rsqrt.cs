using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = 1/√x;  dx = −dy·y³ / 2.</summary>
internal readonly struct Rsqrt : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "rsqrt";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.One / V.Sqrt(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => V.Const(-0.5) * dy * y * y * y;

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => -0.5 * (y * y * y);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Rsqrt(), low: 0.3, high: 4);
}

public sealed partial class Tensor
{
    /// <summary>1/√x, element by element.</summary>
    public Tensor Rsqrt() => Apply(default(Rsqrt));
}
