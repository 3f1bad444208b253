namespace TensorCore.Optim;

/// <summary>Parameters that are updated with the same settings.</summary>
public sealed class ParameterGroup
{
    /// <summary>A group of parameters.</summary>
    /// <param name="parameters">The tensors; each requires a gradient.</param>
    /// <param name="learningRateScale">Times the optimizer's learning rate.</param>
    /// <param name="weightDecay">Instead of the optimizer's; null keeps that.</param>
    public ParameterGroup(IEnumerable<Tensor> parameters, double learningRateScale = 1, double? weightDecay = null)
    {
        Parameters = [.. parameters];
        LearningRateScale = learningRateScale;
        WeightDecay = weightDecay;
    }

    /// <summary>The tensors.</summary>
    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>Times the optimizer's learning rate.</summary>
    public double LearningRateScale { get; set; }

    /// <summary>Instead of the optimizer's; null keeps that.</summary>
    public double? WeightDecay { get; set; }
}

/// <summary>Changes parameters against their gradients. The state (moments) is created on a parameter's first step.</summary>
public abstract class Optimizer
{
    private readonly Dictionary<Tensor, Tensor[]> _state = [];
    private readonly List<Tensor> _parameters = [];

    /// <summary>An optimizer of some parameters.</summary>
    /// <exception cref="ArgumentException">No parameter, one that requires no gradient, or one named twice; or a setting out of range.</exception>
    protected Optimizer(IEnumerable<ParameterGroup> groups, double learningRate, double weightDecay)
    {
        Groups = [.. groups];
        LearningRate = learningRate;
        WeightDecay = NotNegative(weightDecay, nameof(weightDecay));
        foreach (Tensor p in Groups.SelectMany(g => g.Parameters))
        {
            if (!p.IsLeaf || !p.RequiresGrad) throw new ArgumentException($"{GetType().Name}: a parameter of shape {p.Shape} requires no gradient");
            if (_parameters.Contains(p)) throw new ArgumentException($"{GetType().Name}: a parameter of shape {p.Shape} is given twice");
            _parameters.Add(p);
        }
        if (_parameters.Count == 0) throw new ArgumentException($"{GetType().Name}: there are no parameters");
    }

    /// <summary>The groups of parameters.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>The step size η; a schedule sets it before each step.</summary>
    /// <exception cref="ArgumentException">Negative or not a number.</exception>
    public double LearningRate
    {
        get;
        set => field = NotNegative(value, nameof(LearningRate));
    }

    /// <summary>λ of groups that set none.</summary>
    public double WeightDecay { get; }

    /// <summary>How many steps were taken.</summary>
    public long StepCount { get; private set; }

    /// <summary>The names of the state tensors of a parameter, each of the parameter's shape.</summary>
    protected abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>Updates one parameter in place.</summary>
    /// <param name="p">The parameter.</param>
    /// <param name="gradient">Its gradient, contiguous.</param>
    /// <param name="state">The state tensors, zero before the first step.</param>
    /// <param name="learningRate">η of its group.</param>
    /// <param name="weightDecay">λ of its group.</param>
    /// <param name="step">This step's number, from 1.</param>
    protected abstract void Update(Tensor p, Tensor gradient, Tensor[] state, double learningRate, double weightDecay, long step);

    /// <summary>Updates every parameter that has a gradient.</summary>
    public void Step()
    {
        StepCount++;
        using (Autograd.NoGrad())
        {
            foreach (ParameterGroup group in Groups)
            {
                foreach (Tensor p in group.Parameters)
                {
                    if (p.Grad is not Tensor gradient) continue;
                    p.MarkChanged(GetType().Name);
                    Update(p, gradient.Detach().Contiguous(), StateOf(p), LearningRate * group.LearningRateScale, group.WeightDecay ?? WeightDecay, StepCount);
                }
            }
        }
    }

    /// <summary>Forgets the gradients, so that the next backward pass starts afresh.</summary>
    public void ZeroGrad()
    {
        foreach (Tensor p in _parameters) p.Grad = null;
    }

    /// <summary>The state by name, such as <c>3.exp_avg</c> for the fourth parameter, with <c>step</c>: the tensors themselves, not copies.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = new() { ["step"] = Tensor.From([StepCount], []) };
        for (int i = 0; i < _parameters.Count; i++)
        {
            if (!_state.TryGetValue(_parameters[i], out Tensor[]? tensors)) continue;
            for (int k = 0; k < tensors.Length; k++) state[$"{i}.{StateNames[k]}"] = tensors[k];
        }
        return state;
    }

    /// <summary>Copies a saved state back.</summary>
    /// <exception cref="ArgumentException">A name is missing or unknown: the state is of another optimizer or other parameters.</exception>
    /// <exception cref="ShapeException">A shape differs.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        if (!state.TryGetValue("step", out Tensor? step) || step.Count != 1) throw new ArgumentException($"{GetType().Name}: the saved state has no 'step'");
        HashSet<string> known = ["step"];
        List<(Tensor Parameter, Tensor[] State)> loaded = [];
        for (int i = 0; i < _parameters.Count; i++)
        {
            Tensor p = _parameters[i];
            string[] names = [.. StateNames.Select(n => $"{i}.{n}")];
            known.UnionWith(names);
            string[] present = [.. names.Where(state.ContainsKey)];
            if (present.Length == 0) continue;
            if (present.Length < names.Length) throw new ArgumentException($"{GetType().Name}: the saved state lacks {string.Join(", ", names.Except(present))}");
            foreach (string name in names)
                if (state[name].Shape != p.Shape) throw new ShapeException($"{GetType().Name}: saved {name} has shape {state[name].Shape}, the parameter has {p.Shape}");
            loaded.Add((p, [.. names.Select(n => state[n].To(p.DType).Clone())]));
        }
        string[] extra = [.. state.Keys.Where(k => !known.Contains(k))];
        if (extra.Length > 0) throw new ArgumentException($"{GetType().Name}: the saved state has unknown entries {string.Join(", ", extra.Take(8))}");
        _state.Clear();
        foreach ((Tensor p, Tensor[] tensors) in loaded) _state[p] = tensors;
        StepCount = (long)step.Item();
    }

    internal static double NotNegative(double value, string name) =>
        value >= 0 && double.IsFinite(value) ? value : throw new ArgumentException($"{name} is {value}: it must be a finite number of 0 or more");

    internal static double Fraction(double value, string name) =>
        value is >= 0 and < 1 ? value : throw new ArgumentException($"{name} is {value}: it must be at least 0 and below 1");

    private Tensor[] StateOf(Tensor p)
    {
        if (_state.TryGetValue(p, out Tensor[]? state)) return state;
        state = new Tensor[StateNames.Count];
        for (int i = 0; i < state.Length; i++)
        {
            state[i] = Tensor.Zeros(p.Shape, p.DType, p.Device);
            TensorScope.Forget(state[i]);
        }
        return _state[p] = state;
    }
}
