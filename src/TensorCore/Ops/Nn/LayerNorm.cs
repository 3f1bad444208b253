namespace TensorCore;

/// <summary>
/// y = x̂·w + b with x̂ = (x − mean)·rstd, mean and variance of the last axes, rstd = 1/√(var + eps);
/// with g = dy·w: dx = rstd·(g − mean(g) − x̂·mean(g·x̂)), dw = Σ dy·x̂, db = Σ dy over the rows.  (Ba, Kiros, Hinton 2016, arXiv:1607.06450, eq. 3.)
/// </summary>
internal sealed class LayerNormOp : FusedOp, IOp
{
    private readonly int _axes, _weight, _bias;
    private readonly double _eps;
    private Tensor? _mean, _rstd;

    /// <summary>The op; <paramref name="weight"/> and <paramref name="bias"/> are their positions among the inputs, 0 if there is none.</summary>
    internal LayerNormOp(int axes, double eps, int weight, int bias) => (_axes, _eps, _weight, _bias) = (axes, eps, weight, bias);

    /// <inheritdoc/>
    public static string OpName => "layer_norm";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    protected override Tensor Composite(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0];
        int[] last = [.. Enumerable.Range(-_axes, _axes)];
        double n = Shape.ElementCount(x.Sizes[^_axes..]);
        Tensor centred = x - (x.Sum(last, keepDim: true) / n);
        Tensor y = centred * (((centred * centred).Sum(last, keepDim: true) / n) + _eps).Rsqrt();
        if (_weight > 0) y *= inputs[_weight];
        return _bias > 0 ? y + inputs[_bias] : y;
    }

    /// <inheritdoc/>
    protected override Tensor FusedForward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0].Contiguous();
        Tensor y = Tensor.EmptyLike(x);
        _mean = Tensor.Empty(x.Sizes[..^_axes], Tensor.StatisticsType(x.DType), x.Device);
        _rstd = Tensor.EmptyLike(_mean);
        x.Device.Backend.NormForward(x, Optional(inputs, _weight), Optional(inputs, _bias), y, _mean, _rstd, _eps);
        return y;
    }

    /// <inheritdoc/>
    protected override void FusedBackward(Tensor dy, Gradients dx) => Backward(Inputs, _weight, _bias, _mean, _rstd!, dy, dx);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int[] shape = g.Shape(minRank: 1);
        int axes = 1 + g.Choose(shape.Length);
        int[] last = shape[^axes..];
        double eps = g.OneOf(0.5, 0.1, 2);
        List<Tensor> inputs = [g.Tensor(shape)];
        int weight = g.Chance(3) ? 0 : inputs.Count, bias = 0;
        if (weight > 0) inputs.Add(g.Tensor(last));
        if (!g.Chance(3))
        {
            bias = inputs.Count;
            inputs.Add(g.Tensor(last));
        }
        return OpSample.Of($"({string.Join(", ", shape)}) axes {axes} weight {weight > 0} bias {bias > 0} eps {eps}", [.. inputs],
            t => t[0].LayerNorm(weight > 0 ? t[weight] : null, bias > 0 ? t[bias] : null, eps, axes));
    }

    internal static Tensor? Optional(ReadOnlySpan<Tensor> inputs, int at) => at > 0 ? inputs[at].Contiguous() : null;

    /// <summary>Layer norm's and RMS norm's gradients: the latter has no mean.</summary>
    internal static void Backward(ReadOnlySpan<Tensor> inputs, int weight, int bias, Tensor? mean, Tensor rstd, Tensor dy, Gradients dx)
    {
        Tensor x = inputs[0].Contiguous();
        Tensor? g = dx.Needs(0) ? Tensor.EmptyLike(x) : null;
        Tensor? dw = weight > 0 && dx.Needs(weight) ? Tensor.EmptyLike(inputs[weight]) : null;
        Tensor? db = bias > 0 && dx.Needs(bias) ? Tensor.EmptyLike(inputs[bias]) : null;
        x.Device.Backend.NormBackward(x, Optional(inputs, weight), mean, rstd, dy.Contiguous(), g, dw, db);
        if (g is not null) dx.Add(0, g, fresh: true);
        if (dw is not null) dx.Add(weight, dw, fresh: true);
        if (db is not null) dx.Add(bias, db, fresh: true);
    }
}

/// <summary>
/// y = x̂·w with x̂ = x·rstd, rstd = 1/√(mean(x²) + eps) over the last axis;  with g = dy·w: dx = rstd·(g − x̂·mean(g·x̂)), dw = Σ dy·x̂ over the rows.
/// (Zhang, Sennrich 2019, arXiv:1910.07467, eq. 4.)
/// </summary>
internal sealed class RmsNormOp : FusedOp, IOp
{
    private readonly double _eps;
    private readonly int _weight;
    private Tensor? _rstd;

    internal RmsNormOp(double eps, int weight) => (_eps, _weight) = (eps, weight);

    /// <inheritdoc/>
    public static string OpName => "rms_norm";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    protected override Tensor Composite(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0];
        Tensor y = x * (((x * x).Sum(-1, keepDim: true) / x.Size(-1)) + _eps).Rsqrt();
        return _weight > 0 ? y * inputs[_weight] : y;
    }

    /// <inheritdoc/>
    protected override Tensor FusedForward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0].Contiguous();
        Tensor y = Tensor.EmptyLike(x);
        _rstd = Tensor.Empty(x.Sizes[..^1], Tensor.StatisticsType(x.DType), x.Device);
        x.Device.Backend.NormForward(x, LayerNormOp.Optional(inputs, _weight), null, y, null, _rstd, _eps);
        return y;
    }

    /// <inheritdoc/>
    protected override void FusedBackward(Tensor dy, Gradients dx) => LayerNormOp.Backward(Inputs, _weight, 0, null, _rstd!, dy, dx);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        Tensor x = g.Tensor(g.Shape(minRank: 1));
        double eps = g.OneOf(0.5, 0.1, 2);
        return g.Chance()
            ? OpSample.Of($"{x.Shape} with weight, eps {eps}", [x, g.Tensor([x.Size(-1)])], t => t[0].RmsNorm(t[1], eps))
            : OpSample.Of($"{x.Shape} eps {eps}", [x], t => t[0].RmsNorm(null, eps));
    }
}

internal partial interface IBackend
{
    /// <summary>
    /// y = (x − mean)·rstd·weight + bias in each row of contiguous x, which has as many rows as <paramref name="rstd"/> elements; mean and rstd are
    /// written. Without <paramref name="mean"/> none is subtracted (RMS norm).
    /// </summary>
    void NormForward(Tensor x, Tensor? weight, Tensor? bias, Tensor y, Tensor? mean, Tensor rstd, double eps);

    /// <summary>The gradients that are not null: dx = rstd·(g − mean(g) − x̂·mean(g·x̂)) with g = dy·weight, dweight = Σ dy·x̂, dbias = Σ dy.</summary>
    void NormBackward(Tensor x, Tensor? weight, Tensor? mean, Tensor rstd, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias);
}

public sealed partial class Tensor
{
    /// <summary>
    /// Layer normalisation: (x − mean)/√(var + eps)·weight + bias, with the mean and the (biased) variance of each slice over the last
    /// <paramref name="axes"/> axes.
    /// </summary>
    /// <param name="weight">Of the last axes' sizes; null counts as 1.</param>
    /// <param name="bias">Of the last axes' sizes; null counts as 0.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="axes">How many of the last axes make up a slice.</param>
    /// <exception cref="ShapeException">There are fewer axes, or the weight's or bias's shape is not theirs.</exception>
    /// <exception cref="DTypeException">Not float32 or float64, or not the same.</exception>
    public Tensor LayerNorm(Tensor? weight = null, Tensor? bias = null, double eps = 1e-5, int axes = 1)
    {
        RequireFloat("layer_norm");
        if (axes < 1 || axes > Rank) throw new ShapeException($"layer_norm of {Shape} over the last {axes} axes: it has {Rank}, and at least 1 is normalised");
        CheckNormParameter("layer_norm", "weight", weight, _sizes.AsSpan(^axes..));
        CheckNormParameter("layer_norm", "bias", bias, _sizes.AsSpan(^axes..));
        int atWeight = weight is null ? 0 : 1, atBias = bias is null ? 0 : atWeight + 1;
        LayerNormOp op = new(axes, eps, atWeight, atBias);
        return weight is null
            ? bias is null ? Op.Apply(op, this) : Op.Apply(op, this, bias)
            : bias is null ? Op.Apply(op, this, weight) : Op.Apply(op, this, weight, bias);
    }

    /// <summary>Root-mean-square normalisation over the last axis: x/√(mean(x²) + eps)·weight.</summary>
    /// <param name="weight">Of the last axis's size; null counts as 1.</param>
    /// <param name="eps">Added to the mean square.</param>
    /// <exception cref="ShapeException">A scalar, or the weight's shape is not (last size,).</exception>
    /// <exception cref="DTypeException">Not float32 or float64, or not the same.</exception>
    public Tensor RmsNorm(Tensor? weight = null, double eps = 1e-5)
    {
        RequireFloat("rms_norm");
        if (Rank == 0) throw new ShapeException("rms_norm of a scalar: it needs an axis");
        CheckNormParameter("rms_norm", "weight", weight, _sizes.AsSpan(^1..));
        return weight is null ? Op.Apply(new RmsNormOp(eps, 0), this) : Op.Apply(new RmsNormOp(eps, 1), this, weight);
    }

    private void CheckNormParameter(string op, string name, Tensor? parameter, ReadOnlySpan<int> sizes)
    {
        if (parameter is null) return;
        if (!parameter.Sizes.SequenceEqual(sizes)) throw new ShapeException($"{op} of {Shape}: the {name} has shape {parameter.Shape}, not {new Shape(sizes.ToArray())}");
        if (parameter.DType != DType) throw new DTypeException($"{op}: x is {DType.Name()}, the {name} {parameter.DType.Name()}: convert one with To(dtype)");
    }
}
