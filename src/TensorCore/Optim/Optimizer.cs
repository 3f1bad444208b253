namespace TensorCore.Optim;

/// <summary>Changes parameters against their gradients. The state (moments) is created on a parameter's first step.</summary>
public abstract class Optimizer
{
    private readonly List<Tensor> _parameters = [];
    private readonly Dictionary<Tensor, ParameterState> _state = new(ReferenceEqualityComparer.Instance);

    /// <summary>An optimizer of some parameters.</summary>
    /// <exception cref="ArgumentException">No parameter, one that requires no gradient, or one named twice; or a setting out of range.</exception>
    protected Optimizer(IEnumerable<ParameterGroup> groups, double learningRate, double weightDecay)
    {
        Groups = [.. groups];
        LearningRate = learningRate;
        WeightDecay = NotNegative(weightDecay, nameof(weightDecay));
        HashSet<Tensor> seen = new(ReferenceEqualityComparer.Instance);
        foreach (Tensor p in Groups.SelectMany(g => g.Parameters))
        {
            if (!p.IsLeaf || !p.RequiresGrad) throw new ArgumentException($"{GetType().Name}: a parameter of shape {p.Shape} requires no gradient");
            if (!seen.Add(p)) throw new ArgumentException($"{GetType().Name}: a parameter of shape {p.Shape} is given twice");
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

    /// <summary>The settings that give the state its meaning (β₁, μ, …); a checkpoint refuses to load where they differ.</summary>
    public abstract IReadOnlyDictionary<string, double> Settings { get; }

    /// <summary>The names of the state tensors of a parameter, each of the parameter's shape.</summary>
    protected abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>Updates one parameter in place.</summary>
    /// <param name="p">The parameter, contiguous.</param>
    /// <param name="gradient">Its gradient, contiguous.</param>
    /// <param name="state">The state tensors, zero before the first step.</param>
    /// <param name="learningRate">η of its group.</param>
    /// <param name="weightDecay">λ of its group.</param>
    /// <param name="step">The number of this parameter's updates, this one included: from 1.</param>
    protected abstract void Update(Tensor p, Tensor gradient, Tensor[] state, double learningRate, double weightDecay, long step);

    /// <summary>
    /// Updates every parameter that has a gradient; one without stays as it is, and its own count of steps (Adam's t) with it.
    /// </summary>
    /// <exception cref="ShapeException">A gradient's shape or dtype is not its parameter's; nothing is changed then.</exception>
    public void Step()
    {
        foreach (Tensor p in _parameters)
        {
            if (p.Grad is Tensor g && (g.Shape != p.Shape || g.DType != p.DType))
                throw new ShapeException($"{GetType().Name}: a {p.DType.Name()} parameter of shape {p.Shape} has a {g.DType.Name()} gradient of shape {g.Shape}");
        }
        CudaGraph? graph = CudaGraph.Recording;
        if (graph is not null && !UpdatesByRule) throw new InvalidOperationException($"{GetType().Name}: its steps cannot be captured in a CUDA graph: what it computes on the host would stay as it was");
        StepCount++;
        graph?.OnReplay(() => StepCount--, () => StepCount++);
        using (Autograd.NoGrad())
        {
            List<Work> together = [];
            foreach (ParameterGroup group in Groups)
            {
                foreach (Tensor p in group.Parameters)
                {
                    if (p.Grad is not Tensor gradient) continue;
                    Work work = new(p, gradient.Detach().Contiguous(), StateOf(p), group);
                    graph?.OnReplay(() => work.State.Steps--, static () => { }); // replays count in Run
                    if (p.Device.IsCuda && p.IsContiguous && UpdatesByRule) together.Add(work);
                    else RunAlone(work);
                }
            }
            if (together.Count > 0) RunTogether(together);
        }
    }

    private void RunAlone(Work work)
    {
        Tensor target = work.Parameter.Detach().Contiguous();
        Run(work, target);
        if (work.Parameter.IsContiguous) work.Parameter.MarkChanged(GetType().Name);
        else work.Parameter.CopyFrom(target);
    }

    /// <summary>On a GPU all updates of a rule are one launch.</summary>
    private void RunTogether(List<Work> all)
    {
        foreach (IGrouping<Device, Work> works in all.GroupBy(w => w.Parameter.Device))
        {
            Work[] together = [.. works];
            works.Key.Backend.UpdateTogether(() =>
            {
                foreach (Work work in together) Run(work, work.Parameter.Detach());
            });
            foreach (Work work in together) work.Parameter.MarkChanged(GetType().Name);
        }
    }

    /// <summary>True if <see cref="Update"/> does nothing but apply a rule: such updates are joined on a GPU, and can be captured.</summary>
    internal virtual bool UpdatesByRule => false;

    private void Run(Work work, Tensor target) =>
        Update(target, work.Gradient, work.State.Tensors, LearningRate * work.Group.LearningRateScale, work.Group.WeightDecay ?? WeightDecay, ++work.State.Steps);

    /// <summary>One parameter's part of a step.</summary>
    private readonly record struct Work(Tensor Parameter, Tensor Gradient, ParameterState State, ParameterGroup Group);

    /// <summary>Forgets the gradients, so that the next backward pass starts afresh.</summary>
    public void ZeroGrad()
    {
        foreach (Tensor p in _parameters) p.Grad = null;
    }

    /// <summary>
    /// The state by name, such as <c>3.exp_avg</c> and <c>3.step</c> for the fourth parameter, with <c>step</c> and <c>learning_rate</c> of the whole: the tensors
    /// themselves, not copies.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        OrderedDictionary<string, Tensor> state = new() { ["step"] = Tensor.From([StepCount], []), ["learning_rate"] = Tensor.From([LearningRate], []) };
        for (int i = 0; i < _parameters.Count; i++)
        {
            if (!_state.TryGetValue(_parameters[i], out ParameterState? own)) continue;
            state[$"{i}.step"] = Tensor.From([own.Steps], []);
            for (int k = 0; k < own.Tensors.Length; k++) state[$"{i}.{StateNames[k]}"] = own.Tensors[k];
        }
        return state;
    }

    /// <summary>Copies a saved state back, the learning rate included. Nothing is changed unless all of it fits.</summary>
    /// <exception cref="ArgumentException">A name is missing or unknown: the state is of another optimizer or other parameters.</exception>
    /// <exception cref="ShapeException">A shape differs.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => PrepareState(state)();

    /// <summary>Checks a saved state and returns the action that takes it over, which cannot fail.</summary>
    internal Action PrepareState(IReadOnlyDictionary<string, Tensor> state)
    {
        HashSet<string> known = ["step", "learning_rate"];
        long step = Count(state, "step");
        double rate = state.TryGetValue("learning_rate", out Tensor? saved) && saved.Count == 1 ? NotNegative(saved.Item(), "the saved learning_rate")
            : throw new ArgumentException($"{GetType().Name}: the saved state has no 'learning_rate'");
        List<(Tensor Parameter, ParameterState State)> loaded = [];
        for (int i = 0; i < _parameters.Count; i++)
        {
            Tensor p = _parameters[i];
            string[] names = [.. StateNames.Select(n => $"{i}.{n}")];
            known.UnionWith(names);
            known.Add($"{i}.step");
            if (!names.Append($"{i}.step").Any(state.ContainsKey)) continue;
            string[] missing = [.. names.Where(n => !state.ContainsKey(n))];
            if (missing.Length > 0) throw new ArgumentException($"{GetType().Name}: the saved state lacks {string.Join(", ", missing)}");
            foreach (string name in names)
                if (state[name].Shape != p.Shape) throw new ShapeException($"{GetType().Name}: saved {name} has shape {state[name].Shape}, the parameter has {p.Shape}");
            using (Autograd.NoGrad())
            {
                ParameterState own = new([.. names.Select(n => state[n].To(p.DType).Clone())]) { Steps = Count(state, $"{i}.step") };
                foreach (Tensor t in own.Tensors) TensorScope.Forget(t);
                loaded.Add((p, own));
            }
        }
        string[] extra = [.. state.Keys.Where(k => !known.Contains(k))];
        if (extra.Length > 0) throw new ArgumentException($"{GetType().Name}: the saved state has unknown entries {string.Join(", ", extra.Take(8))}: it is of another optimizer, or of other parameters");
        return () =>
        {
            _state.Clear();
            foreach ((Tensor p, ParameterState own) in loaded) _state[p] = own;
            (StepCount, LearningRate) = (step, rate);
        };
    }

    internal static double NotNegative(double value, string name) =>
        value >= 0 && double.IsFinite(value) ? value : throw new ArgumentException($"{name} is {value}: it must be a finite number of 0 or more");

    internal static double Fraction(double value, string name) =>
        value is >= 0 and < 1 ? value : throw new ArgumentException($"{name} is {value}: it must be at least 0 and below 1");

    private long Count(IReadOnlyDictionary<string, Tensor> state, string name)
    {
        if (!state.TryGetValue(name, out Tensor? t) || t.Count != 1 || t.DType != DType.Int64 || t.Item() < 0)
            throw new ArgumentException($"{GetType().Name}: the saved state has no count '{name}'");
        return t.Reshape().ToArray<long>()[0];
    }

    private ParameterState StateOf(Tensor p)
    {
        if (_state.TryGetValue(p, out ParameterState? state))
        {
            // The module may have moved since the last step, or the state come from a file.
            foreach (Tensor t in state.Tensors) t.MoveTo(p.Device);
            return state;
        }
        Tensor[] tensors = new Tensor[StateNames.Count];
        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i] = Tensor.Zeros(p.Shape, p.DType, p.Device);
            TensorScope.Forget(tensors[i]);
        }
        return _state[p] = new ParameterState(tensors);
    }

    /// <summary>What is kept for one parameter.</summary>
    private sealed class ParameterState(Tensor[] tensors)
    {
        public Tensor[] Tensors { get; } = tensors;

        public long Steps { get; set; }
    }
}
