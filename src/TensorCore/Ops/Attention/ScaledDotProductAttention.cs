using TensorCore.Cpu;

namespace TensorCore;

/// <summary>
/// Y = softmax(S)·V, S = scale·Q·Kᵀ + mask, without ever holding S: blocks of keys pass by each block of queries, and the softmax is
/// corrected as larger scores turn up (Milakov and Gimelshein 2018, arXiv:1805.02867; Dao et al. 2022, FlashAttention, arXiv:2205.14135).
/// <para>
/// Kept for backward: Lᵢ = ln Σⱼ e^Sᵢⱼ. There P = e^(S − L) is computed again block by block, and with δᵢ = Σ dYᵢ·Yᵢ:
/// dV = Pᵀ·dY, dS = P∘(dY·Vᵀ − δ), dQ = scale·dS·K, dK = scale·dSᵀ·Q.
/// </para>
/// </summary>
internal sealed class ScaledDotProductAttention : FusedOp, IOp
{
    private readonly bool _causal;
    private readonly double _scale;
    private Tensor? _y, _logSumExp;

    internal ScaledDotProductAttention(bool causal, double scale) => (_causal, _scale) = (causal, scale);

    /// <inheritdoc/>
    public static string OpName => "attention";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    protected override Tensor Composite(ReadOnlySpan<Tensor> inputs) =>
        Naive(inputs[0], inputs[1], inputs[2], inputs.Length == 4 ? inputs[3] : null, _causal, _scale);

    /// <summary>Attention by its formula, with the (T, S) matrix in memory; the mask is additive.</summary>
    internal static Tensor Naive(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale)
    {
        Tensor s = q.MatMul(k.Transpose()) * scale; // (…, T, S)
        int queries = s.Size(-2), keys = s.Size(-1);
        if (keys == 0) return s.MatMul(v);
        if (mask is not null) s += mask;
        if (causal) s += CausalMask(queries, keys, s);
        // A row without any key has no largest score and no sum: its weights are 0, not NaN.
        Tensor max = s.Detach().Max(-1, keepDim: true);
        Tensor e = (s - max.MaskedFill(max == double.NegativeInfinity, 0)).Exp();
        Tensor sum = e.Sum(-1, keepDim: true);
        return (e / sum.MaskedFill(sum == 0, 1)).MatMul(v);
    }

    private static Tensor CausalMask(int queries, int keys, Tensor like)
    {
        double[] mask = new double[queries * keys];
        for (int i = 0; i < queries; i++)
            for (int j = i + keys - queries + 1; j < keys; j++) mask[(i * keys) + j] = double.NegativeInfinity;
        return Tensor.From(mask, [queries, keys], like.Device).To(like.DType);
    }

    /// <inheritdoc/>
    protected override Tensor FusedForward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor q = inputs[0], v = inputs[2];
        Tensor y = EmptyRows(q, [.. q.Sizes[..^1], v.Sizes[^1]], q.Rank == 4);
        _logSumExp = Tensor.Empty(q.Sizes[..^1], Tensor.StatisticsType(q.DType), q.Device);
        y.Device.Backend.Attention(q, inputs[1], v, inputs.Length == 4 ? inputs[3] : null, _causal, _scale, y, _logSumExp);
        return _y = Save(y);
    }

    /// <summary>
    /// A fresh (B, H, T, D) tensor that lies in memory as (B, T, H, D) where asked, so that joining the heads to (B, T, H·D) is a view.
    /// </summary>
    private static Tensor EmptyRows(Tensor like, int[] shape, bool headsInside)
    {
        if (!headsInside) return Tensor.Empty(shape, like.DType, like.Device);
        return Tensor.Empty([shape[0], shape[2], shape[1], shape[3]], like.DType, like.Device).Permute(0, 2, 1, 3);
    }

    /// <inheritdoc/>
    protected override void FusedBackward(Tensor dy, Gradients dx)
    {
        Tensor q = Inputs[0], k = Inputs[1], v = Inputs[2];
        Tensor dq = EmptyRows(q, q.Shape.ToArray(), q.Rank == 4 && !q.IsContiguous);
        Tensor dk = EmptyRows(k, k.Shape.ToArray(), k.Rank == 4 && !k.IsContiguous);
        Tensor dv = EmptyRows(v, v.Shape.ToArray(), v.Rank == 4 && !v.IsContiguous);
        dy.Device.Backend.AttentionBackward(q, k, v, Inputs.Length == 4 ? Inputs[3] : null, _causal, _scale, _y!, _logSumExp!, dy, dq, dk, dv);
        dx.Add(0, dq, fresh: true);
        dx.Add(1, dk, fresh: true);
        dx.Add(2, dv, fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int queries = g.Size(), keys = g.Size(), d = g.PositiveSize(), dv = g.Chance(3) ? g.PositiveSize() : d;
        // Now and then more than one block of queries and keys.
        if (g.Chance(6)) (queries, keys) = (queries + (g.Choose(3) * 40), keys + (g.Choose(3) * 70));
        bool causal = g.Chance();
        if (causal && keys < queries) (queries, keys) = (keys, queries);
        int[] lead = g.Shape(maxRank: 2);
        double? scale = g.Chance(4) ? g.Number(0.1, 1) : null;
        Tensor q = g.Tensor([.. lead, queries, d]), k = g.Tensor([.. g.Chance(4) ? g.BroadcastableTo(lead) : lead, keys, d]), v = g.Tensor([.. lead, keys, dv]);
        int form = g.Choose(4); // no mask, additive, bool, additive with a gradient
        Tensor? mask = null;
        if (form > 0)
        {
            int[] shape = g.BroadcastableTo([.. lead, queries, keys]);
            mask = form == 2 ? g.Mask(shape) : g.Tensor(shape);
            if (form == 1) mask = mask.Detach();
        }
        return OpSample.Of($"q {q.Shape}, k {k.Shape}, v {v.Shape}, causal {causal}, mask form {form}", mask is null ? [q, k, v] : [q, k, v, mask],
            t => Tensor.ScaledDotProductAttention(t[0], t[1], t[2], t.Length == 4 ? t[3] : null, causal, scale));
    }
}

internal partial interface IBackend
{
    /// <summary>
    /// y = softmax(scale·q·kᵀ + mask)·v and the logarithm of each row's sum of exponentials (+∞ for a row that sees no key). All have the same leading axes;
    /// the mask, of y's dtype, has them expanded; y's last axis is contiguous.
    /// </summary>
    void Attention(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor logSumExp);

    /// <summary>The gradients of <see cref="Attention"/>; the last axes of dq, dk and dv are contiguous.</summary>
    void AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor logSumExp, Tensor dy, Tensor dq, Tensor dk, Tensor dv);
}

public sealed partial class Tensor
{
    /// <summary>
    /// softmax(scale·q·kᵀ + mask)·v over the last two axes, as one fused op that never holds the (T, S) matrix (Vaswani et al. 2017, section 3.2.1).
    /// Views of split heads are read as they lie if their last axis is contiguous. A query that may attend to no key gets 0, and gradient 0.
    /// </summary>
    /// <param name="q">Queries (…, T, D).</param>
    /// <param name="k">Keys (…, S, D); its leading axes broadcast with the others'.</param>
    /// <param name="v">Values (…, S, E).</param>
    /// <param name="mask">Broadcast to (…, T, S): bool, true where a query attends to a key; or a number added to each score (−∞ removes the key).</param>
    /// <param name="causal">Query i attends to keys 0 … i + S − T: the last query sees all. Needs S ≥ T.</param>
    /// <param name="scale">The factor of the scores; by default 1/√D.</param>
    /// <returns>(…, T, E).</returns>
    /// <exception cref="ShapeException">Sizes that do not fit.</exception>
    /// <exception cref="DTypeException">q, k or v is not float32 or float64, or the dtypes differ.</exception>
    public static Tensor ScaledDotProductAttention(Tensor q, Tensor k, Tensor v, Tensor? mask = null, bool causal = false, double? scale = null)
    {
        const string Name = "attention";
        if (q.Rank < 2 || k.Rank < 2 || v.Rank < 2)
            throw new ShapeException($"{Name}: q {q.Shape}, k {k.Shape}, v {v.Shape}: each needs at least the axes (positions, features)");
        int queries = q.Sizes[^2], keys = k.Sizes[^2], d = q.Sizes[^1];
        if (k.Sizes[^1] != d) throw new ShapeException($"{Name}: q {q.Shape} and k {k.Shape}: {d} and {k.Sizes[^1]} features differ");
        if (v.Sizes[^2] != keys) throw new ShapeException($"{Name}: k {k.Shape} and v {v.Shape}: {keys} keys but {v.Sizes[^2]} values");
        if (causal && keys < queries)
            throw new ShapeException($"{Name}: causal with {queries} queries and {keys} keys: the first {queries - keys} queries would see none; at least as many keys as queries are needed");
        foreach (Tensor x in (ReadOnlySpan<Tensor>)[q, k, v])
        {
            x.RequireFloat(Name);
            if (x.DType != q.DType) throw new DTypeException($"{Name}: q is {q.DType.Name()}, k {k.DType.Name()}, v {v.DType.Name()}: one dtype is needed; convert with To");
        }

        Shape lead = new(q.Sizes[..^2].ToArray());
        lead = Shape.Broadcast(lead, new Shape(k.Sizes[..^2].ToArray()), Name);
        lead = Shape.Broadcast(lead, new Shape(v.Sizes[..^2].ToArray()), Name);
        q = q.Expand([.. lead.Span, queries, d]);
        k = k.Expand([.. lead.Span, keys, d]);
        v = v.Expand([.. lead.Span, keys, v.Sizes[^1]]);
        double factor = scale ?? (d == 0 ? 1 : 1 / Math.Sqrt(d));
        if (mask is null) return Op.Apply(new ScaledDotProductAttention(causal, factor), q, k, v);

        Shape scores = [.. lead.Span, queries, keys];
        if (Shape.Broadcast(mask.Shape, scores, Name + " mask") != scores)
            throw new ShapeException($"{Name}: mask {mask.Shape} does not broadcast to (…, T, S) = {scores}");
        mask = mask.DType == DType.Bool ? Where(mask, Zeros([], q.DType, q.Device), Full([], double.NegativeInfinity, q.DType, q.Device)) : mask.To(q.DType);
        // A learned bias: its gradient has the size of the scores anyway.
        if (mask.RequiresGrad && Autograd.IsRecording) return TensorCore.ScaledDotProductAttention.Naive(q, k, v, mask, causal, factor);
        return Op.Apply(new ScaledDotProductAttention(causal, factor), q, k, v, mask.Expand(scores));
    }
}
