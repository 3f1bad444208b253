namespace TensorCore.Nn;

/// <summary>How <see cref="Lstm"/> and <see cref="Gru"/> are built.</summary>
public sealed record RecurrentOptions
{
    /// <summary>Layers, each reading the outputs of the one before.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Adds biases.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>A second set of weights reads the sequence from its end; the outputs of both stand side by side.</summary>
    public bool Bidirectional { get; init; }

    /// <summary>
    /// Sequences are (B, T, features), as in the rest of this library; false is (T, B, features), PyTorch's default.
    /// </summary>
    public bool BatchFirst { get; init; } = true;

    /// <summary>Probability of dropping an element of what goes from one layer to the next, in training.</summary>
    public double Dropout { get; init; }

    /// <summary>Of the parameters.</summary>
    public DType DType { get; init; } = DType.Float32;

    /// <summary>Draws starting values and dropout masks; null is <c>Generator.Default</c>.</summary>
    public Generator? Generator { get; init; }
}

/// <summary>
/// What LSTM and GRU share: the weights under PyTorch's names (<c>weight_ih_l0</c>, <c>weight_hh_l0</c>, <c>bias_ih_l0</c>, <c>bias_hh_l0</c>, then <c>_l1</c> …; with
/// <c>_reverse</c> for the other direction), uniform in ±1/√hidden, and the way through time, layers and directions. Written in tensor operations, so gradients
/// of any order come by themselves.
/// </summary>
public abstract class Recurrent : Module
{
    private readonly RecurrentOptions _options;
    private readonly Cell[] _cells; // layer 0 forward, layer 0 reverse, layer 1 forward, …
    private readonly int _states;

    private protected Recurrent(int inputSize, int hiddenSize, int gates, int states, RecurrentOptions? options)
    {
        _options = options ?? new RecurrentOptions();
        (InputSize, HiddenSize, _states) = (AtLeastOne(inputSize, nameof(inputSize)), AtLeastOne(hiddenSize, nameof(hiddenSize)), states);
        Layers = AtLeastOne(_options.Layers, nameof(_options.Layers));
        if (_options.Dropout is not (>= 0 and < 1)) throw new ArgumentException($"dropout {_options.Dropout} must be at least 0 and below 1");
        Directions = _options.Bidirectional ? 2 : 1;
        _cells = new Cell[Layers * Directions];
        for (int i = 0; i < _cells.Length; i++)
        {
            int layer = i / Directions, from = layer == 0 ? inputSize : hiddenSize * Directions;
            string suffix = $"_l{layer}{(i % Directions == 1 ? "_reverse" : "")}";
            _cells[i] = new Cell(
                Draw($"weight_ih{suffix}", gates * hiddenSize, from),
                Draw($"weight_hh{suffix}", gates * hiddenSize, hiddenSize),
                _options.Bias ? Draw($"bias_ih{suffix}", gates * hiddenSize) : null,
                _options.Bias ? Draw($"bias_hh{suffix}", gates * hiddenSize) : null);
        }
    }

    /// <summary>I, the features that go in.</summary>
    public int InputSize { get; }

    /// <summary>H, the features of a state.</summary>
    public int HiddenSize { get; }

    /// <summary>The number of layers.</summary>
    public int Layers { get; }

    /// <summary>1, or 2 if bidirectional.</summary>
    public int Directions { get; }

    /// <summary>One step of one layer.</summary>
    /// <param name="input">W_ih·x + b_ih of all gates, (B, gates·H).</param>
    /// <param name="hidden">W_hh·h + b_hh of all gates, (B, gates·H).</param>
    /// <param name="state">The states before, each (B, H), and after.</param>
    private protected abstract void Step(Tensor input, Tensor hidden, Span<Tensor> state);

    /// <summary>Runs all layers. The states are (Layers·Directions, B, H) each, layer by layer, forward before reverse.</summary>
    private protected (Tensor Output, Tensor[] States) Run(Tensor x, ReadOnlySpan<Tensor?> initial)
    {
        string name = GetType().Name;
        if (x.Rank != 3 || x.Size(2) != InputSize)
            throw new ShapeException($"{name}: x {x.Shape} must be {(_options.BatchFirst ? "(B, T" : "(T, B")}, {InputSize})");
        if (_options.BatchFirst) x = x.Transpose(0, 1); // (T, B, I)
        int T = x.Size(0), B = x.Size(1);
        if (T == 0) throw new ShapeException($"{name}: the sequences are empty");
        Shape stateShape = [_cells.Length, B, HiddenSize];
        foreach (Tensor? s in initial)
            if (s is not null && s.Shape != stateShape) throw new ShapeException($"{name}: an initial state has shape {s.Shape}, it must be {stateShape}: (layers × directions, B, H)");

        Tensor[][] last = new Tensor[_cells.Length][];
        for (int layer = 0; layer < Layers; layer++)
        {
            Tensor[] directions = new Tensor[Directions];
            for (int d = 0; d < Directions; d++)
            {
                int i = (layer * Directions) + d;
                last[i] = new Tensor[_states];
                for (int s = 0; s < _states; s++) last[i][s] = initial[s] is Tensor given ? given.Narrow(0, i, 1).Reshape(B, HiddenSize) : Tensor.Zeros([B, HiddenSize], x.DType, x.Device);
                directions[d] = Through(_cells[i], x, last[i], reverse: d == 1);
            }
            x = Directions == 1 ? directions[0] : Tensor.Cat(directions, 2); // (T, B, Directions·H)
            if (layer < Layers - 1 && Training && _options.Dropout > 0) x = x.Dropout(_options.Dropout, _options.Generator ?? Generator.Default);
        }

        Tensor[] states = new Tensor[_states];
        for (int s = 0; s < _states; s++) states[s] = Tensor.Stack([.. last.Select(l => l[s])]);
        return (_options.BatchFirst ? x.Transpose(0, 1) : x, states);
    }

    /// <summary>One layer in one direction: the outputs (T, B, H) in the order of time; <paramref name="state"/> becomes the last.</summary>
    private Tensor Through(Cell cell, Tensor x, Tensor[] state, bool reverse)
    {
        int T = x.Size(0);
        Tensor inputs = x.Linear(cell.InputWeight, cell.InputBias); // (T, B, gates·H): one large product instead of T small ones
        Tensor[] at = inputs.Split(1);
        Tensor[] outputs = new Tensor[T];
        for (int k = 0; k < T; k++)
        {
            int t = reverse ? T - 1 - k : k;
            Step(at[t].Reshape(at[t].Shape.Span[1..]), state[0].Linear(cell.HiddenWeight, cell.HiddenBias), state);
            outputs[t] = state[0];
        }
        return Tensor.Stack(outputs);
    }

    private Tensor Draw(string name, params ReadOnlySpan<int> shape)
    {
        double bound = 1 / Math.Sqrt(HiddenSize);
        return Parameter(name, Initializers.Uniform(Tensor.Empty(shape, _options.DType, Device.Cpu), -bound, bound, _options.Generator));
    }

    private sealed record Cell(Tensor InputWeight, Tensor HiddenWeight, Tensor? InputBias, Tensor? HiddenBias);
}

/// <summary>
/// Long short-term memory: i, f, o = σ(W·x + b + U·h + d) and g = tanh(W·x + b + U·h + d), each with its own quarter of the weights, in the order i, f, g, o;
/// c ← f∘c + i∘g, h ← o∘tanh c.  (Hochreiter and Schmidhuber 1997; the forget gate is from Gers et al. 2000; PyTorch's layout.)
/// </summary>
public sealed class Lstm : Recurrent
{
    /// <summary>From sequences of <paramref name="inputSize"/> features to sequences of <paramref name="hiddenSize"/>.</summary>
    /// <exception cref="ArgumentException">A size or an option is out of range.</exception>
    public Lstm(int inputSize, int hiddenSize, RecurrentOptions? options = null)
        : base(inputSize, hiddenSize, gates: 4, states: 2, options)
    {
    }

    /// <summary>Reads sequences.</summary>
    /// <param name="x">(B, T, I), or (T, B, I) without <see cref="RecurrentOptions.BatchFirst"/>.</param>
    /// <param name="state">h and c to start from, (Layers·Directions, B, H) each; zeros by default.</param>
    /// <returns>The last layer's h at each time, (B, T, Directions·H), and every layer's last h and c.</returns>
    /// <exception cref="ShapeException">x or the state does not fit.</exception>
    public (Tensor Output, (Tensor H, Tensor C) State) Forward(Tensor x, (Tensor H, Tensor C)? state = null)
    {
        (Tensor output, Tensor[] last) = Run(x, [state?.H, state?.C]);
        return (output, (last[0], last[1]));
    }

    private protected override void Step(Tensor input, Tensor hidden, Span<Tensor> state)
    {
        Tensor[] gates = (input + hidden).Chunk(4, -1);
        Tensor i = gates[0].Sigmoid(), f = gates[1].Sigmoid(), g = gates[2].Tanh(), o = gates[3].Sigmoid();
        state[1] = (f * state[1]) + (i * g);
        state[0] = o * state[1].Tanh();
    }
}

/// <summary>
/// Gated recurrent unit: r, z = σ(W·x + b + U·h + d), n = tanh(W·x + b + r∘(U·h + d)), each with its own third of the weights, in the order r, z, n;
/// h ← (1 − z)∘n + z∘h.  (Cho et al. 2014, arXiv:1406.1078, in the form with r behind the product, as cuDNN and PyTorch have it.)
/// </summary>
public sealed class Gru : Recurrent
{
    /// <summary>From sequences of <paramref name="inputSize"/> features to sequences of <paramref name="hiddenSize"/>.</summary>
    /// <exception cref="ArgumentException">A size or an option is out of range.</exception>
    public Gru(int inputSize, int hiddenSize, RecurrentOptions? options = null)
        : base(inputSize, hiddenSize, gates: 3, states: 1, options)
    {
    }

    /// <summary>Reads sequences.</summary>
    /// <param name="x">(B, T, I), or (T, B, I) without <see cref="RecurrentOptions.BatchFirst"/>.</param>
    /// <param name="h">The state to start from, (Layers·Directions, B, H); zeros by default.</param>
    /// <returns>The last layer's h at each time, (B, T, Directions·H), and every layer's last h.</returns>
    /// <exception cref="ShapeException">x or the state does not fit.</exception>
    public (Tensor Output, Tensor H) Forward(Tensor x, Tensor? h = null)
    {
        (Tensor output, Tensor[] last) = Run(x, [h]);
        return (output, last[0]);
    }

    private protected override void Step(Tensor input, Tensor hidden, Span<Tensor> state)
    {
        Tensor[] x = input.Chunk(3, -1), h = hidden.Chunk(3, -1);
        Tensor r = (x[0] + h[0]).Sigmoid(), z = (x[1] + h[1]).Sigmoid(), n = (x[2] + (r * h[2])).Tanh();
        state[0] = n + (z * (state[0] - n));
    }
}
