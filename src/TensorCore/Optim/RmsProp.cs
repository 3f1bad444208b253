using TensorCore.Cpu;

namespace TensorCore.Optim;

/// <summary>
/// RMSProp: v ← αv + (1 − α)g², p ← p − η·g/(√v + ε); with momentum μ: b ← μb + g/(√v + ε), p ← p − ηb. Weight decay is added to the gradient.
/// (Tieleman and Hinton 2012, lecture 6.5, in PyTorch's form.)
/// </summary>
public sealed class RmsProp : Optimizer
{
    private readonly double _alpha, _eps, _momentum;

    /// <summary>RMSProp over groups of parameters.</summary>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    public RmsProp(IEnumerable<ParameterGroup> groups, double learningRate = 1e-2, double alpha = 0.99, double eps = 1e-8, double momentum = 0, double weightDecay = 0)
        : base(groups, learningRate, weightDecay) =>
        (_alpha, _eps, _momentum) = (Fraction(alpha, nameof(alpha)), NotNegative(eps, nameof(eps)), NotNegative(momentum, nameof(momentum)));

    /// <summary>RMSProp over parameters.</summary>
    public RmsProp(IEnumerable<Tensor> parameters, double learningRate = 1e-2, double alpha = 0.99, double eps = 1e-8, double momentum = 0, double weightDecay = 0)
        : this([new ParameterGroup(parameters)], learningRate, alpha, eps, momentum, weightDecay)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames => _momentum == 0 ? ["square_avg"] : ["square_avg", "momentum_buffer"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings => new Dictionary<string, double> { ["alpha"] = _alpha, ["eps"] = _eps, ["momentum"] = _momentum };

    /// <inheritdoc/>
    internal override bool UpdatesByRule => true;

    /// <inheritdoc/>
    protected override void Update(Tensor p, Tensor gradient, Tensor[] state, double learningRate, double weightDecay, long step) =>
        p.Device.Backend.Update(new Rule(_alpha, _eps, _momentum, learningRate, weightDecay), p, gradient, state[0], state.Length > 1 ? state[1] : null);

    private readonly struct Rule(double alpha, double eps, double momentum, double lr, double decay) : IUpdateRule
    {
        public void Apply<V>(ref V p, V g, ref V s, ref V t)
            where V : struct, ISimd<V>
        {
            g = V.Fma(V.Const(decay), p, g);
            s = V.Fma(V.Const(alpha), s, V.Const(1 - alpha) * g * g);
            t = V.Fma(V.Const(momentum), t, g / (V.Sqrt(s) + V.Const(eps)));
            p = V.Fma(V.Const(-lr), t, p);
        }
    }
}
