namespace TensorCore.Nn;

/// <summary>
/// A part of a network: it holds parameters, buffers and child modules under names. They are recorded as they are made
/// (<c>_fc = Child("c_fc", new Linear(c, 4 * c))</c>), without reflection, so names equal the checkpoint's keys and trimming keeps working.
/// </summary>
public abstract class Module
{
    private readonly List<(string Name, Tensor Value)> _parameters = [];
    private readonly List<(string Name, Tensor Value)> _buffers = [];
    private readonly List<(string Name, Module Value)> _children = [];

    /// <summary>True (the default) while training: dropout drops, batch norm uses the batch's statistics.</summary>
    public bool Training { get; private set; } = true;

    /// <summary>The number of elements of all parameters.</summary>
    public long ParameterCount => Parameters().Sum(p => p.Count);

    /// <summary>Records a trainable tensor under a name and returns it; it requires a gradient from now on.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or holds a dot.</exception>
    protected Tensor Parameter(string name, Tensor value)
    {
        Claim(name);
        TensorScope.Forget(value);
        _parameters.Add((name, value.RequireGrad()));
        return value;
    }

    /// <summary>Records a tensor that is saved with the module but not trained, and returns it.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or holds a dot.</exception>
    protected Tensor Buffer(string name, Tensor value)
    {
        Claim(name);
        TensorScope.Forget(value);
        _buffers.Add((name, value));
        return value;
    }

    /// <summary>Records a module as a part of this one under a name and returns it.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or holds a dot.</exception>
    protected T Child<T>(string name, T module)
        where T : Module
    {
        Claim(name);
        _children.Add((name, module));
        return module;
    }

    /// <summary>The modules directly inside this one.</summary>
    public IEnumerable<(string Name, Module Module)> Children() => _children;

    /// <summary>Every parameter with its path, such as <c>h.0.mlp.c_fc.weight</c>; a tensor shared by several paths is listed once, at the first.</summary>
    public IEnumerable<(string Name, Tensor Value)> NamedParameters() => Walk("", m => m._parameters).DistinctBy(p => p.Value);

    /// <summary>Every buffer with its path.</summary>
    public IEnumerable<(string Name, Tensor Value)> NamedBuffers() => Walk("", m => m._buffers).DistinctBy(p => p.Value);

    /// <summary>Every parameter once.</summary>
    public IEnumerable<Tensor> Parameters() => NamedParameters().Select(p => p.Value);

    /// <summary>Puts this module and all inside it into training mode.</summary>
    public void Train(bool training = true)
    {
        Training = training;
        foreach ((_, Module child) in _children) child.Train(training);
    }

    /// <summary>
    /// Moves every parameter and buffer, with its gradient, to a device and returns this module. The tensors stay the same objects, so an optimizer made before keeps working.
    /// </summary>
    public Module To(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        foreach ((_, Tensor value) in NamedParameters().Concat(NamedBuffers())) value.MoveTo(device);
        return this;
    }

    /// <summary>Puts this module and all inside it into evaluation mode.</summary>
    public void Eval() => Train(false);

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGrad()
    {
        foreach (Tensor p in Parameters()) p.Grad = null;
    }

    /// <summary>Parameters and buffers by path: the tensors themselves, not copies.</summary>
    public IReadOnlyDictionary<string, Tensor> StateDict() =>
        new OrderedDictionary<string, Tensor>(NamedParameters().Concat(NamedBuffers()).Select(p => KeyValuePair.Create(p.Name, p.Value)));

    /// <summary>Copies values into the parameters and buffers of the same names. Nothing is changed unless all fit.</summary>
    /// <param name="state">Tensors by path; their dtype is converted.</param>
    /// <param name="strict">Also require that no name is missing on either side.</param>
    /// <exception cref="ArgumentException">Names are missing or left over; the message lists them.</exception>
    /// <exception cref="ShapeException">A shape differs.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state, bool strict = true)
    {
        IReadOnlyDictionary<string, Tensor> own = StateDict();
        if (strict)
        {
            string[] missing = [.. own.Keys.Except(state.Keys)], extra = [.. state.Keys.Except(own.Keys)];
            if (missing.Length + extra.Length > 0)
                throw new ArgumentException($"state dict does not fit {GetType().Name}: missing {List(missing)}; not expected {List(extra)}");
        }
        foreach ((string name, Tensor value) in own)
        {
            if (state.TryGetValue(name, out Tensor? given) && given.Shape != value.Shape)
                throw new ShapeException($"state dict: {name} has shape {given.Shape}, {GetType().Name} needs {value.Shape}");
        }
        using (Autograd.NoGrad())
        {
            foreach ((string name, Tensor value) in own)
                if (state.TryGetValue(name, out Tensor? given)) value.CopyFrom(given);
        }

        static string List(string[] names) => names.Length == 0 ? "nothing" : string.Join(", ", names.Take(8)) + (names.Length > 8 ? $" and {names.Length - 8} more" : "");
    }

    /// <summary>Returns a size that must be 1 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not; the message names it.</exception>
    private protected static int AtLeastOne(int size, string name) =>
        size >= 1 ? size : throw new ArgumentOutOfRangeException(name, size, $"{name} is {size}: it must be at least 1");

    /// <summary>Takes a parameter of this module itself out again.</summary>
    private protected void RemoveParameter(string name) => _parameters.RemoveAll(p => p.Name == name);

    private IEnumerable<(string Name, Tensor Value)> Walk(string prefix, Func<Module, List<(string Name, Tensor Value)>> of)
    {
        foreach ((string name, Tensor value) in of(this)) yield return (prefix + name, value);
        foreach ((string name, Module child) in _children)
            foreach ((string Name, Tensor Value) inner in child.Walk($"{prefix}{name}.", of)) yield return inner;
    }

    private void Claim(string name)
    {
        if (name.Length == 0 || name.Contains('.')) throw new ArgumentException($"'{name}' cannot name a part of a module: it is empty or holds a dot");
        if (_parameters.Any(p => p.Name == name) || _buffers.Any(p => p.Name == name) || _children.Any(p => p.Name == name))
            throw new ArgumentException($"{GetType().Name} already has a part named '{name}'");
    }
}

/// <summary>A module that maps one value to another; from tensor to tensor it can stand in a <c>Sequential</c>.</summary>
/// <typeparam name="TIn">What goes in.</typeparam>
/// <typeparam name="TOut">What comes out.</typeparam>
public abstract class Module<TIn, TOut> : Module
{
    /// <summary>Computes the output.</summary>
    public abstract TOut Forward(TIn x);
}
