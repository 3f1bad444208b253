using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = ln x;  dx = dy / x.</summary>
internal readonly struct Log : IUnary
{
    /// <inheritdoc/>
    public static string OpName => "log";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Log(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy / x;

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => 1 / x;

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Log(), low: 0.2, high: 4);
}

public sealed partial class Tensor
{
    /// <summary>ln x, element by element: −∞ at 0, NaN below.</summary>
    public Tensor Log() => Apply(default(Log));
}
