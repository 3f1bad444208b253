namespace TensorCore.Nn;

/// <summary>How <see cref="MultiHeadAttention"/> and <see cref="TransformerBlock"/> are built. The defaults are GPT-2's.</summary>
public sealed record TransformerOptions
{
    /// <summary>Each token attends to itself and those before it only.</summary>
    public bool Causal { get; init; } = true;

    /// <summary>Adds biases to the linear layers and layer norms.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>Probability of dropping an element of what a branch adds to the residual stream, in training.</summary>
    public double Dropout { get; init; }

    /// <summary>
    /// Probability of dropping an attention weight, in training. Above 0 the (T, T) matrix is formed, which the fused attention avoids.
    /// </summary>
    public double AttentionDropout { get; init; }

    /// <summary>The hidden width of the MLP; null is four times the model's.</summary>
    public int? Hidden { get; init; }

    /// <summary>GELU in GPT-2's tanh form, fused into the product; false is the exact one by erf.</summary>
    public bool GeluTanh { get; init; } = true;

    /// <summary>Added to the variance in layer norm.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>Stores weights (in, out), as GPT-2's checkpoints do; false is (out, in).</summary>
    public bool InputFirst { get; init; } = true;

    /// <summary>The standard deviation that weights start with; biases start at 0. Null takes <see cref="Linear"/>'s own.</summary>
    public double? InitStd { get; init; } = 0.02;

    /// <summary>
    /// The same for the two projections onto the residual stream; null is <see cref="InitStd"/>. GPT-2 takes 0.02/√(2·layers), so that the sum over all
    /// layers keeps its size (Radford et al. 2019, section 2.3).
    /// </summary>
    public double? ResidualInitStd { get; init; }

    /// <summary>Of the parameters.</summary>
    public DType DType { get; init; } = DType.Float32;

    /// <summary>Draws starting values and dropout masks; null is <c>Generator.Default</c>.</summary>
    public Generator? Generator { get; init; }

    internal Linear Project(int from, int to, bool residual, Activation activation = Activation.None)
    {
        Linear layer = new(from, to, Bias, activation, InputFirst, DType, Generator);
        double? std = residual ? ResidualInitStd ?? InitStd : InitStd;
        if (std is double s)
        {
            Initializers.Normal(layer.Weight, 0, s, Generator);
            if (layer.Bias is not null) Initializers.Zeros(layer.Bias);
        }
        return layer;
    }
}

/// <summary>
/// Self-attention with several heads: softmax(QKᵀ/√D)·V in each, on slices of one projection of x; (B, T, C) → (B, T, C). One product makes queries,
/// keys and values (<c>c_attn</c>, GPT-2's name), another joins the heads (<c>c_proj</c>).  (Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2.)
/// </summary>
public sealed class MultiHeadAttention : Module<Tensor, Tensor>
{
    private readonly Linear _cAttn, _cProj;
    private readonly TransformerOptions _options;

    /// <summary>Attention of <paramref name="heads"/> heads over vectors of <paramref name="width"/>.</summary>
    /// <exception cref="ArgumentException">The heads do not divide the width, or a probability is out of range.</exception>
    public MultiHeadAttention(int width, int heads, TransformerOptions? options = null)
    {
        AtLeastOne(width, nameof(width));
        AtLeastOne(heads, nameof(heads));
        if (width % heads != 0) throw new ArgumentException($"attention: {heads} heads do not divide a width of {width}");
        _options = options ?? new TransformerOptions();
        if (_options.AttentionDropout is not (>= 0 and < 1)) throw new ArgumentException($"attention: dropout {_options.AttentionDropout} must be at least 0 and below 1");
        (Width, Heads) = (width, heads);
        _cAttn = Child("c_attn", _options.Project(width, 3 * width, residual: false));
        _cProj = Child("c_proj", _options.Project(width, width, residual: true));
    }

    /// <summary>C, the size of the vectors.</summary>
    public int Width { get; }

    /// <summary>H, the number of heads; each works on C/H numbers.</summary>
    public int Heads { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Forward(x, null);

    /// <summary>Attention with a mask, a cache of earlier tokens, or both.</summary>
    /// <param name="x">(B, T, C); with a cache, the new tokens only.</param>
    /// <param name="mask">
    /// Broadcast to (B, H, T, S), S the number of keys: bool, true where a query may attend; or a number added to the scores.
    /// </param>
    /// <param name="cache">Keys and values of the tokens before; those of x are added. Only inside <see cref="Autograd.NoGrad"/>.</param>
    /// <exception cref="ShapeException">x is not (B, T, C), or the mask or the cache does not fit.</exception>
    public Tensor Forward(Tensor x, Tensor? mask, IKeyValueCache? cache = null)
    {
        Tensor qkv = Project(x); // (B, T, 3, H, D)
        Tensor q = Part(qkv, 0), k = Part(qkv, 1), v = Part(qkv, 2); // (B, H, T, D), views
        if (cache is not null) (k, v) = cache.Append(k, v); // (B, H, S, D)
        Tensor y = Training && _options.AttentionDropout > 0
            ? WithDropout(q, k, v, mask)
            : Tensor.ScaledDotProductAttention(q, k, v, mask, _options.Causal); // (B, H, T, D)
        return _cProj.Forward(y.Permute(0, 2, 1, 3).Reshape(x.Shape));
    }

    /// <summary>How much each position takes from each: softmax(QKᵀ/√D), which <see cref="Forward(Tensor)"/> weighs the values with but never holds; for looking at.</summary>
    /// <param name="x">(B, T, C).</param>
    /// <param name="mask">As in <see cref="Forward(Tensor, Tensor?, IKeyValueCache?)"/>.</param>
    /// <returns>(B, H, T, T); the rows sum to 1.</returns>
    /// <exception cref="ShapeException">x is not (B, T, C), or the mask does not fit.</exception>
    public Tensor Weights(Tensor x, Tensor? mask = null)
    {
        Tensor qkv = Project(x); // (B, T, 3, H, D)
        return Weights(Part(qkv, 0), Part(qkv, 1), mask);
    }

    private Tensor Project(Tensor x)
    {
        if (x.Rank != 3 || x.Size(2) != Width) throw new ShapeException($"attention: x {x.Shape} must be (B, T, {Width})");
        return _cAttn.Forward(x).Reshape(x.Size(0), x.Size(1), 3, Heads, Width / Heads);
    }

    private static Tensor Part(Tensor qkv, int i) =>
        qkv.Narrow(2, i, 1).Reshape(qkv.Size(0), qkv.Size(1), qkv.Size(3), qkv.Size(4)).Permute(0, 2, 1, 3);

    /// <summary>The same with the (T, S) matrix of weights in memory, some of them dropped.</summary>
    private Tensor WithDropout(Tensor q, Tensor k, Tensor v, Tensor? mask) =>
        Weights(q, k, mask).Dropout(_options.AttentionDropout, _options.Generator ?? Generator.Default).MatMul(v);

    private Tensor Weights(Tensor q, Tensor k, Tensor? mask)
    {
        int T = q.Size(2), S = k.Size(2);
        Tensor scores = q.MatMul(k.Transpose()) * (1 / Math.Sqrt(q.Size(3))); // (B, H, T, S)
        if (mask is not null) scores = mask.DType == DType.Bool ? scores + Additive(mask, scores.DType) : scores + mask.To(scores.DType);
        if (_options.Causal)
        {
            bool[] sees = new bool[T * S];
            for (int i = 0; i < T; i++) sees.AsSpan(i * S, S - T + i + 1).Fill(true);
            scores += Additive(Tensor.From(sees, [T, S], scores.Device), scores.DType);
        }
        return scores.Softmax(); // (B, H, T, S)
    }

    private static Tensor Additive(Tensor mask, DType dtype) =>
        Tensor.Where(mask, Tensor.Zeros([], dtype, mask.Device), Tensor.Full([], double.NegativeInfinity, dtype, mask.Device));
}
