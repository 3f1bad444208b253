using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = erf x = 2/√π ∫₀ˣ e^(−t²) dt;  dx = dy·2/√π·e^(−x²).</summary>
internal readonly struct Erf : IUnary
{
    private const double TwoOverSqrtPi = 1.1283791670955125739;

    /// <inheritdoc/>
    public static string OpName => "erf";

    /// <inheritdoc/>
    public V Forward<V>(V x)
        where V : struct, ISimd<V> => V.Erf(x);

    /// <inheritdoc/>
    public V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V> => dy * V.Const(TwoOverSqrtPi) * V.Exp(-(x * x));

    /// <inheritdoc/>
    public Tensor Derivative(Tensor x, Tensor y) => TwoOverSqrtPi * (-(x * x)).Exp();

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Erf(), low: -2.5, high: 2.5);
}

public sealed partial class Tensor
{
    /// <summary>erf x, element by element.</summary>
    public Tensor Erf() => Apply(default(Erf));
}
