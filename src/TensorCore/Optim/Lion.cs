using TensorCore.Cpu;

namespace TensorCore.Optim;

/// <summary>
/// Lion: p ← p − ηλp − η·sign(β₁m + (1 − β₁)g), then m ← β₂m + (1 − β₂)g. Every element moves by η, so η is three to ten times smaller than
/// Adam's, and λ larger by as much.  (Chen et al. 2023, arXiv:2302.06675, algorithm 2.)
/// </summary>
public sealed class Lion : Optimizer
{
    private readonly double _beta1, _beta2;

    /// <summary>Lion over groups of parameters.</summary>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    public Lion(IEnumerable<ParameterGroup> groups, double learningRate = 1e-4, double beta1 = 0.9, double beta2 = 0.99, double weightDecay = 0)
        : base(groups, learningRate, weightDecay) => (_beta1, _beta2) = (Fraction(beta1, nameof(beta1)), Fraction(beta2, nameof(beta2)));

    /// <summary>Lion over parameters.</summary>
    public Lion(IEnumerable<Tensor> parameters, double learningRate = 1e-4, double beta1 = 0.9, double beta2 = 0.99, double weightDecay = 0)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, weightDecay)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames => ["exp_avg"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings => new Dictionary<string, double> { ["beta1"] = _beta1, ["beta2"] = _beta2 };

    /// <inheritdoc/>
    internal override bool UpdatesByRule => true;

    /// <inheritdoc/>
    protected override void Update(Tensor p, Tensor gradient, Tensor[] state, double learningRate, double weightDecay, long step) =>
        p.Device.Backend.Update(new Rule(_beta1, _beta2, learningRate, keep: 1 - (learningRate * weightDecay)), p, gradient, state[0], null);

    private readonly struct Rule(double beta1, double beta2, double lr, double keep) : IUpdateRule
    {
        public void Apply<V>(ref V p, V g, ref V s, ref V t)
            where V : struct, ISimd<V>
        {
            V c = V.Fma(V.Const(1 - beta1), g - s, s);
            // sign(0) = 0; NaN passes both comparisons as false and must not be hidden: c·0 is NaN then.
            V sign = V.Select(V.LessThan(V.Zero, c), V.One, V.Select(V.LessThan(c, V.Zero), -V.One, c));
            p = (V.Const(keep) * p) - (V.Const(lr) * sign);
            s = V.Fma(V.Const(1 - beta2), g - s, s);
        }
    }
}
