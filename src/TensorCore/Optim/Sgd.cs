using TensorCore.Cpu;

namespace TensorCore.Optim;

/// <summary>
/// Stochastic gradient descent: g ← g + λp; with momentum μ: b ← μb + g, and g ← b (Nesterov: g ← g + μb); p ← p − ηg.
/// (Sutskever et al. 2013, in PyTorch's form.)
/// </summary>
public sealed class Sgd : Optimizer
{
    private readonly double _momentum;
    private readonly bool _nesterov;

    /// <summary>SGD over groups of parameters.</summary>
    /// <exception cref="ArgumentException">A setting out of range, or Nesterov without momentum.</exception>
    public Sgd(IEnumerable<ParameterGroup> groups, double learningRate, double momentum = 0, bool nesterov = false, double weightDecay = 0)
        : base(groups, learningRate, weightDecay)
    {
        _momentum = NotNegative(momentum, nameof(momentum));
        _nesterov = nesterov;
        if (nesterov && momentum == 0) throw new ArgumentException("Sgd: Nesterov needs a momentum above 0");
    }

    /// <summary>SGD over parameters.</summary>
    public Sgd(IEnumerable<Tensor> parameters, double learningRate, double momentum = 0, bool nesterov = false, double weightDecay = 0)
        : this([new ParameterGroup(parameters)], learningRate, momentum, nesterov, weightDecay)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames => _momentum == 0 ? [] : ["momentum_buffer"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings => new Dictionary<string, double> { ["momentum"] = _momentum, ["nesterov"] = _nesterov ? 1 : 0 };

    /// <inheritdoc/>
    internal override bool UpdatesByRule => true;

    /// <inheritdoc/>
    protected override void Update(Tensor p, Tensor gradient, Tensor[] state, double learningRate, double weightDecay, long step) =>
        p.Device.Backend.Update(new Rule(learningRate, weightDecay, _momentum, _nesterov), p, gradient, state.Length > 0 ? state[0] : null, null);

    private readonly struct Rule(double lr, double decay, double momentum, bool nesterov) : IUpdateRule
    {
        public void Apply<V>(ref V p, V g, ref V s, ref V t)
            where V : struct, ISimd<V>
        {
            g = V.Fma(V.Const(decay), p, g);
            s = V.Fma(V.Const(momentum), s, g);
            V d = momentum == 0 ? g : nesterov ? V.Fma(V.Const(momentum), s, g) : s;
            p = V.Fma(V.Const(-lr), d, p);
        }
    }
}
