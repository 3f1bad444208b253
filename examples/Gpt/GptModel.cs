using TensorCore.Generation;
using TensorCore.Nn;

namespace TensorCore.Examples.Gpt;

/// <summary>
/// GPT-2: tokens become vectors, each layer lets every position look at those before it (attention) and then think for itself (mlp), and the last
/// vector is compared with every token's to say what comes next. Parameters have the names of GPT-2's published checkpoint.
/// (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners".)
/// </summary>
public sealed class GptModel : Module<Tensor, Tensor>, ICausalModel
{
    private readonly Nn.Embedding _wte, _wpe;
    private readonly ModuleList<TransformerBlock> _h;
    private readonly Nn.LayerNorm _lnF;

    /// <summary>A network with fresh weights: N(0, 0.02), the two projections onto the residual stream N(0, 0.02/√(2·layers)), biases 0.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <param name="dtype">float32, or float64 for tests.</param>
    public GptModel(GptConfig config, ulong seed = 0, DType dtype = DType.Float32)
    {
        Config = config.Check();
        Generator generator = new(seed);
        TransformerOptions options = new()
        {
            Epsilon = config.Epsilon,
            GeluTanh = !config.ExactGelu,
            ResidualInitStd = 0.02 / Math.Sqrt(2 * config.Layers),
            Generator = generator,
            DType = dtype,
        };
        _wte = Child("wte", new Nn.Embedding(config.Vocabulary, config.Width, dtype, generator));
        _wpe = Child("wpe", new Nn.Embedding(config.Context, config.Width, dtype, generator));
        _h = Child("h", new ModuleList<TransformerBlock>());
        for (int i = 0; i < config.Layers; i++)
            _h.Add(new TransformerBlock(config.Width, config.Heads, options));
        _lnF = Child("ln_f", new Nn.LayerNorm(config.Width, config.Epsilon, dtype: dtype));
        Initializers.Normal(_wte.Weight, 0, 0.02, generator);
        Initializers.Normal(_wpe.Weight, 0, 0.02, generator);
    }

    /// <summary>The sizes.</summary>
    public GptConfig Config { get; }

    /// <summary>Where its weights are; ids and targets may come from anywhere.</summary>
    public Device Device => _wte.Weight.Device;

    /// <summary>True: products are computed in bfloat16 on a GPU's tensor cores, the weights stay float32 (<see cref="Autocast"/>).</summary>
    public bool MixedPrecision { get; set; }

    int ICausalModel.Vocabulary => Config.Vocabulary;

    int ICausalModel.Context => Config.Context;

    int ICausalModel.Layers => Config.Layers;

    /// <summary>Scores of every token as the next one, at every position: ids (B, T) → logits (B, T, V).</summary>
    public override Tensor Forward(Tensor ids) => Forward(ids, null);

    /// <summary>The same for rows that hold several texts one behind the other: each begins at position 0, and a mask keeps them apart.</summary>
    /// <param name="ids">(B, T).</param>
    /// <param name="positions">(B, T) or (T); null is 0 … T − 1.</param>
    /// <param name="mask">Broadcast to (B, H, T, T), true where a token may attend; none attends to later ones anyway.</param>
    public Tensor Forward(Tensor ids, Tensor? positions, Tensor? mask = null)
    {
        using (MixedPrecision ? Autocast.BFloat16() : (Autocast.Scope?)null) return Logits(Hidden(ids, positions, mask));
    }

    /// <summary>The mean cross-entropy, in nats per token, of <paramref name="targets"/> (B, T): the ids one place further on.</summary>
    public Tensor Loss(Tensor ids, Tensor targets) => TensorCore.Loss.CrossEntropy(Forward(ids), targets.To(Device));

    /// <summary>
    /// The scores of the token that follows the last one: ids (1, T) → (V). With <paramref name="cache"/> the ids are only those that are new since the last call.
    /// </summary>
    public Tensor NextLogits(Tensor ids, IReadOnlyList<KeyValueCache>? cache = null)
    {
        int start = cache is null ? 0 : cache[0].Length;
        if (start + ids.Size(1) > Config.Context) throw new ShapeException($"gpt: {start + ids.Size(1)} tokens do not fit the context of {Config.Context}");
        Tensor x = Hidden(ids, Tensor.Arange(start, start + ids.Size(1), dtype: DType.Int64), null, cache); // (1, T, C)
        return Logits(x.Narrow(1, x.Size(1) - 1, 1)).Reshape(Config.Vocabulary); // (1, 1, C) → (V)
    }

    /// <summary>An empty cache of keys and values for each layer.</summary>
    public KeyValueCache[] NewCache() => [.. _h.Select(_ => new KeyValueCache(Config.Context))];

    /// <summary>The parameters that weight decay pulls towards 0, the matrices and tables, and the others: biases and layer norms.</summary>
    public (Tensor[] Decayed, Tensor[] Free) DecayGroups() =>
        ([.. Parameters().Where(p => p.Rank >= 2)], [.. Parameters().Where(p => p.Rank < 2)]);

    /// <summary>The matrices inside the layers: what <see cref="Optim.Muon"/> is for. The token table is none of them, though it is the output's matrix too.</summary>
    public Tensor[] LayerMatrices() => [.. _h.Parameters().Where(p => p.Rank == 2)];

    /// <inheritdoc/>
    public Tensor Hidden(Tensor ids, Tensor? positions = null, Tensor? mask = null, IReadOnlyList<IKeyValueCache>? cache = null)
    {
        Tensor x = Embed(ids, positions, cache is not null); // (B, T, C)
        mask = mask?.To(Device);
        for (int i = 0; i < _h.Count; i++)
            x = _h[i].Forward(x, mask, cache?[i]); // (B, T, C)
        return _lnF.Forward(x); // (B, T, C)
    }

    /// <inheritdoc/>
    /// <remarks>The output matrix is the token table: what a token means going in is what it is compared with coming out (Press and Wolf 2016, arXiv:1608.05859).</remarks>
    public Tensor Logits(Tensor hidden) => hidden.Linear(_wte.Weight); // (B, T, C)·(V, C)ᵀ → (B, T, V)

    /// <summary>What happens inside when ids (B, T) are read, layer by layer.</summary>
    public GptTrace Trace(Tensor ids)
    {
        Tensor x = Embed(ids, null, cached: false); // (B, T, C)
        List<Tensor> stream = [x], attention = [];
        foreach (TransformerBlock layer in _h)
        {
            attention.Add(layer.AttentionWeights(x)); // (B, H, T, T)
            stream.Add(x = layer.Forward(x));
        }
        return new GptTrace(stream, attention);
    }

    /// <summary>The token's vector plus its place's.</summary>
    private Tensor Embed(Tensor ids, Tensor? positions, bool cached)
    {
        if (ids.Rank != 2) throw new ShapeException($"gpt: ids {ids.Shape} must be (B, T)");
        if (ids.Size(1) > Config.Context) throw new ShapeException($"gpt: {ids.Size(1)} tokens do not fit the context of {Config.Context}");
        if (positions is null && cached) throw new ArgumentException("gpt: with a cache, the positions of the new tokens are needed", nameof(positions));
        Tensor places = positions is null ? _wpe.Weight.Narrow(0, 0, ids.Size(1)) : _wpe.Forward(positions.To(Device)); // (T, C) or (B, T, C)
        return _wte.Forward(ids.To(Device)) + places;
    }
}

/// <summary>What a GPT computed on its way.</summary>
/// <param name="Stream">The vectors (B, T, C) of the residual stream: token and place first, then after each layer; layers + 1 of them.</param>
/// <param name="Attention">Of each layer how much each position took from each, (B, H, T, T).</param>
public sealed record GptTrace(IReadOnlyList<Tensor> Stream, IReadOnlyList<Tensor> Attention);
