using TensorCore.Generation;
using TensorCore.Nn;

namespace TensorCore.Tests.Generation;

/// <summary>A GPT as small as it gets, with weights large enough that attention has something to choose.</summary>
internal sealed class SmallGpt : Module, ICausalModel
{
    private readonly Embedding _wte, _wpe;
    private readonly ModuleList<TransformerBlock> _h;
    private readonly LayerNorm _lnF;

    public SmallGpt(int vocabulary, int context, ulong seed, int layers = 2, int width = 16, int heads = 2, DType dtype = DType.Float32, double std = 0.4)
    {
        Generator g = new(seed);
        TransformerOptions options = new() { DType = dtype, InitStd = std, Generator = g };
        _wte = Child("wte", new Embedding(vocabulary, width, dtype, g));
        _wpe = Child("wpe", new Embedding(context, width, dtype, g));
        _h = Child("h", new ModuleList<TransformerBlock>(Enumerable.Range(0, layers).Select(_ => new TransformerBlock(width, heads, options))));
        _lnF = Child("ln_f", new LayerNorm(width, dtype: dtype));
        (Vocabulary, Context, Layers) = (vocabulary, context, layers);
        Eval();
    }

    public int Vocabulary { get; }

    public int Context { get; }

    public int Layers { get; }

    public Device Device => _wte.Weight.Device;

    /// <summary>The shapes (B, T) of the ids that were read.</summary>
    public List<(int B, int T)> Passes { get; } = [];

    public Tensor Hidden(Tensor ids, Tensor? positions = null, Tensor? mask = null, IReadOnlyList<IKeyValueCache>? cache = null)
    {
        Passes.Add((ids.Size(0), ids.Size(1)));
        Tensor x = _wte.Forward(ids) + _wpe.Forward(positions ?? Tensor.Arange(ids.Size(1)).To(Device)); // (B, T, C)
        for (int i = 0; i < Layers; i++) x = _h[i].Forward(x, mask, cache?[i]);
        return _lnF.Forward(x);
    }

    public Tensor Logits(Tensor hidden) => hidden.Linear(_wte.Weight);

    /// <summary>The scores after a sequence, read alone and at once.</summary>
    public float[] After(ReadOnlySpan<int> tokens)
    {
        using (Autograd.NoGrad())
        {
            long[] ids = [.. tokens.ToArray().Select(t => (long)t)];
            return Logits(Hidden(Tensor.From(ids, [1, ids.Length], Device)).Narrow(1, ids.Length - 1, 1)).To(DType.Float32).ToArray<float>();
        }
    }
}
