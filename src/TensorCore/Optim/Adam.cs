using TensorCore.Cpu;

namespace TensorCore.Optim;

/// <summary>
/// Adam: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², p ← p − η·m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
/// Weight decay is added to the gradient.  (Kingma and Ba 2014, arXiv:1412.6980.)
/// </summary>
public class Adam : Optimizer
{
    private readonly double _beta1, _beta2, _eps;
    private readonly bool _decoupled;

    /// <summary>Adam over groups of parameters.</summary>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    public Adam(IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weightDecay = 0)
        : this(groups, learningRate, beta1, beta2, eps, weightDecay, decoupled: false)
    {
    }

    /// <summary>Adam over parameters.</summary>
    public Adam(IEnumerable<Tensor> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weightDecay = 0)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, eps, weightDecay)
    {
    }

    private protected Adam(IEnumerable<ParameterGroup> groups, double learningRate, double beta1, double beta2, double eps, double weightDecay, bool decoupled)
        : base(groups, learningRate, weightDecay)
    {
        (_beta1, _beta2, _eps) = (Fraction(beta1, nameof(beta1)), Fraction(beta2, nameof(beta2)), NotNegative(eps, nameof(eps)));
        _decoupled = decoupled;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames => ["exp_avg", "exp_avg_sq"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings => new Dictionary<string, double> { ["beta1"] = _beta1, ["beta2"] = _beta2, ["eps"] = _eps };

    /// <inheritdoc/>
    internal override bool UpdatesByRule => true;

    /// <inheritdoc/>
    protected override void Update(Tensor p, Tensor gradient, Tensor[] state, double learningRate, double weightDecay, long step)
    {
        Rule rule = new(_beta1, _beta2, _eps * Math.Sqrt(1 - Math.Pow(_beta2, step)),
            rate: learningRate * Math.Sqrt(1 - Math.Pow(_beta2, step)) / (1 - Math.Pow(_beta1, step)),
            keep: _decoupled ? 1 - (learningRate * weightDecay) : 1,
            decay: _decoupled ? 0 : weightDecay);
        p.Device.Backend.Update(rule, p, gradient, state[0], state[1]);
    }

    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="eps">ε·√(1 − β₂ᵗ): the correction of v is moved out of the root.</param>
    /// <param name="rate">η·√(1 − β₂ᵗ) / (1 − β₁ᵗ).</param>
    /// <param name="keep">1 − ηλ, decoupled decay.</param>
    /// <param name="decay">λ added to the gradient.</param>
    private readonly struct Rule(double beta1, double beta2, double eps, double rate, double keep, double decay) : IUpdateRule
    {
        public void Apply<V>(ref V p, V g, ref V s, ref V t)
            where V : struct, ISimd<V>
        {
            g = V.Fma(V.Const(decay), p, g);
            s = V.Fma(V.Const(1 - beta1), g - s, s);
            t = V.Fma(V.Const(1 - beta2), (g * g) - t, t);
            p = (V.Const(keep) * p) - (V.Const(rate) * s / (V.Sqrt(t) + V.Const(eps)));
        }
    }
}

/// <summary>Adam with decoupled weight decay: p ← p − ηλp before the step.  (Loshchilov and Hutter 2017, arXiv:1711.05101.)</summary>
public sealed class AdamW : Adam
{
    /// <summary>AdamW over groups of parameters.</summary>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    public AdamW(IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weightDecay = 0.01)
        : base(groups, learningRate, beta1, beta2, eps, weightDecay, decoupled: true)
    {
    }

    /// <summary>AdamW over parameters.</summary>
    public AdamW(IEnumerable<Tensor> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weightDecay = 0.01)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, eps, weightDecay)
    {
    }
}
