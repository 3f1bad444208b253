namespace TensorCore.Nn;

/// <summary>
/// A transformer layer with normalisation first: x ← x + attention(ln_1(x)), x ← x + mlp(ln_2(x)); (B, T, C) → (B, T, C). The names are those of GPT-2's
/// checkpoints: <c>ln_1</c>, <c>attn.c_attn</c>, <c>attn.c_proj</c>, <c>ln_2</c>, <c>mlp.c_fc</c>, <c>mlp.c_proj</c>.  (Radford et al. 2019, section 2.3.)
/// </summary>
public sealed class TransformerBlock : Module<Tensor, Tensor>
{
    private readonly LayerNorm _ln1, _ln2;
    private readonly MultiHeadAttention _attn;
    private readonly TransformerMlp _mlp;
    private readonly Dropout _dropout;

    /// <summary>A layer over vectors of <paramref name="width"/>, with <paramref name="heads"/> heads.</summary>
    /// <exception cref="ArgumentException">The heads do not divide the width, or an option is out of range.</exception>
    public TransformerBlock(int width, int heads, TransformerOptions? options = null)
    {
        options ??= new TransformerOptions();
        _ln1 = Child("ln_1", new LayerNorm(width, options.Epsilon, options.Bias, options.DType));
        _attn = Child("attn", new MultiHeadAttention(width, heads, options));
        _ln2 = Child("ln_2", new LayerNorm(width, options.Epsilon, options.Bias, options.DType));
        _mlp = Child("mlp", new TransformerMlp(width, options));
        _dropout = Child("dropout", new Dropout(options.Dropout, options.Generator));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Forward(x, null);

    /// <summary>With a mask or a cache: see <see cref="MultiHeadAttention.Forward(Tensor, Tensor?, IKeyValueCache?)"/>.</summary>
    public Tensor Forward(Tensor x, Tensor? mask, IKeyValueCache? cache = null)
    {
        x += _dropout.Forward(_attn.Forward(_ln1.Forward(x), mask, cache));
        return x + _dropout.Forward(_mlp.Forward(_ln2.Forward(x)));
    }

    /// <summary>How much each position takes from each when this layer reads x: see <see cref="MultiHeadAttention.Weights(Tensor, Tensor?)"/>.</summary>
    /// <returns>(B, H, T, T).</returns>
    public Tensor AttentionWeights(Tensor x, Tensor? mask = null) => _attn.Weights(_ln1.Forward(x), mask);
}

/// <summary>The layer's second half: c_proj(gelu(c_fc(x))), C → 4C → C.</summary>
public sealed class TransformerMlp : Module<Tensor, Tensor>
{
    private readonly Linear _cFc, _cProj;
    private readonly bool _geluTanh;

    internal TransformerMlp(int width, TransformerOptions options)
    {
        int hidden = AtLeastOne(options.Hidden ?? checked(4 * width), nameof(options.Hidden));
        _geluTanh = options.GeluTanh;
        _cFc = Child("c_fc", options.Project(width, hidden, residual: false, _geluTanh ? Activation.GeluTanh : Activation.None));
        _cProj = Child("c_proj", options.Project(hidden, width, residual: true));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        Tensor h = _cFc.Forward(x); // (B, T, 4C)
        return _cProj.Forward(_geluTanh ? h : h.Gelu());
    }
}
