using TensorCore.Cpu;

namespace TensorCore.Optim;

/// <summary>
/// Adagrad: s ← s + g², p ← p − η′·g/(√s + ε), η′ = η/(1 + (t − 1)·decay). Weight decay is added to the gradient.
/// (Duchi, Hazan, Singer 2011, JMLR 12.)
/// </summary>
public sealed class Adagrad : Optimizer
{
    private readonly double _eps, _rateDecay;

    /// <summary>Adagrad over groups of parameters.</summary>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    public Adagrad(IEnumerable<ParameterGroup> groups, double learningRate = 1e-2, double rateDecay = 0, double eps = 1e-10, double weightDecay = 0)
        : base(groups, learningRate, weightDecay) => (_rateDecay, _eps) = (NotNegative(rateDecay, nameof(rateDecay)), NotNegative(eps, nameof(eps)));

    /// <summary>Adagrad over parameters.</summary>
    public Adagrad(IEnumerable<Tensor> parameters, double learningRate = 1e-2, double rateDecay = 0, double eps = 1e-10, double weightDecay = 0)
        : this([new ParameterGroup(parameters)], learningRate, rateDecay, eps, weightDecay)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames => ["sum"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings => new Dictionary<string, double> { ["rate_decay"] = _rateDecay, ["eps"] = _eps };

    /// <inheritdoc/>
    internal override bool UpdatesByRule => true;

    /// <inheritdoc/>
    protected override void Update(Tensor p, Tensor gradient, Tensor[] state, double learningRate, double weightDecay, long step) =>
        p.Device.Backend.Update(new Rule(_eps, learningRate / (1 + ((step - 1) * _rateDecay)), weightDecay), p, gradient, state[0], null);

    private readonly struct Rule(double eps, double lr, double decay) : IUpdateRule
    {
        public void Apply<V>(ref V p, V g, ref V s, ref V t)
            where V : struct, ISimd<V>
        {
            g = V.Fma(V.Const(decay), p, g);
            s = V.Fma(g, g, s);
            p -= V.Const(lr) * g / (V.Sqrt(s) + V.Const(eps));
        }
    }
}
