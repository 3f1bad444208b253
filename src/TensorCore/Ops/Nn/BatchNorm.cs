namespace TensorCore;

/// <summary>
/// y = x̂·w + b with x̂ = (x − mean)·rstd for each channel (axis 1), rstd = 1/√(var + eps). In training mean and variance are the batch's, over all
/// other axes (M values a channel): dx = w·rstd·(dy − Σdy/M − x̂·Σ(dy·x̂)/M); in evaluation they are constants: dx = w·rstd·dy. In both dw = Σ dy·x̂,
/// db = Σ dy.  (Ioffe, Szegedy 2015, arXiv:1502.03167, algorithm 1.)
/// </summary>
internal sealed class BatchNormOp : FusedOp, IOp
{
    private readonly bool _training;
    private readonly double _eps;
    private readonly int _weight, _bias;
    private readonly Tensor _mean, _rstd;

    internal BatchNormOp(bool training, double eps, int weight, int bias, Tensor mean, Tensor rstd) =>
        (_training, _eps, _weight, _bias, _mean, _rstd) = (training, eps, weight, bias, mean, rstd);

    /// <inheritdoc/>
    public static string OpName => "batch_norm";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    protected override Tensor Composite(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0];
        int[] perChannel = [x.Size(1), .. Enumerable.Repeat(1, x.Rank - 2)];
        int[] axes = [.. Enumerable.Range(0, x.Rank).Where(a => a != 1)];
        Tensor mean = _training ? x.Mean(axes, keepDim: true) : _mean.Reshape(perChannel);
        Tensor centred = x - mean;
        Tensor y = centred * (_training ? ((centred * centred).Mean(axes, keepDim: true) + _eps).Rsqrt() : _rstd.Reshape(perChannel));
        if (_weight > 0) y *= inputs[_weight].Reshape(perChannel);
        return _bias > 0 ? y + inputs[_bias].Reshape(perChannel) : y;
    }

    /// <inheritdoc/>
    protected override Tensor FusedForward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0].Contiguous();
        Tensor y = Tensor.EmptyLike(x);
        x.Device.Backend.BatchNorm(x, _mean, _rstd, LayerNormOp.Optional(inputs, _weight), LayerNormOp.Optional(inputs, _bias), y);
        return y;
    }

    /// <inheritdoc/>
    protected override void FusedBackward(Tensor dy, Gradients dx)
    {
        Tensor x = Inputs[0].Contiguous();
        Tensor? g = dx.Needs(0) ? Tensor.EmptyLike(x) : null;
        Tensor? dw = _weight > 0 && dx.Needs(_weight) ? Tensor.EmptyLike(Inputs[_weight]) : null, db = _bias > 0 && dx.Needs(_bias) ? Tensor.EmptyLike(Inputs[_bias]) : null;
        x.Device.Backend.BatchNormBackward(x, _mean, _rstd, LayerNormOp.Optional(Inputs, _weight), dy.Contiguous(), g, dw, db, _training);
        if (g is not null) dx.Add(0, g, fresh: true);
        if (dw is not null) dx.Add(_weight, dw, fresh: true);
        if (db is not null) dx.Add(_bias, db, fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        bool training = !g.Chance(3);
        // In training at least 2 values a channel; in evaluation any number, also none.
        int[] shape = training ? [2 + g.Choose(3), g.PositiveSize(), .. g.Shape(maxRank: 2).Select(size => Math.Max(size, 1))] : [g.Size(), g.Size(), .. g.Shape(maxRank: 2)];
        int channels = shape[1];
        double eps = g.OneOf(0.5, 0.1, 2);
        int form = g.Choose(4), atWeight = form & 1, atBias = form > 1 ? atWeight + 1 : 0;
        Tensor mean = g.Tensor([channels]).Detach(), variance = g.Tensor([channels], 0.2, 2).Detach();
        List<Tensor> inputs = [g.Tensor(shape)];
        if (atWeight > 0) inputs.Add(g.Tensor([channels]));
        if (atBias > 0) inputs.Add(g.Tensor([channels]));
        return OpSample.Of($"({string.Join(", ", shape)}) training {training} weight {atWeight > 0} bias {atBias > 0} eps {eps}", [.. inputs],
            t => t[0].BatchNorm(atWeight > 0 ? t[atWeight] : null, atBias > 0 ? t[atBias] : null, mean, variance, training, momentum: 0.3, eps));
    }
}

internal partial interface IBackend
{
    /// <summary>mean and biased variance of each channel of contiguous x (N, C, …).</summary>
    void ChannelStatistics(Tensor x, Tensor mean, Tensor variance);

    /// <summary>y = (x − mean)·rstd·weight + bias, by channel; all contiguous.</summary>
    void BatchNorm(Tensor x, Tensor mean, Tensor rstd, Tensor? weight, Tensor? bias, Tensor y);

    /// <summary>The gradients that are not null: see <see cref="BatchNormOp"/>; dx through the batch's statistics only in training.</summary>
    void BatchNormBackward(Tensor x, Tensor mean, Tensor rstd, Tensor? weight, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias, bool training);
}

public sealed partial class Tensor
{
    /// <summary>
    /// Batch normalisation of (N, C), (N, C, L), (N, C, H, W), …: each channel is centred and scaled by its mean and √(variance + eps), then by
    /// <paramref name="weight"/> and <paramref name="bias"/>. In training the statistics are the batch's, the gradient flows through them, and the
    /// running ones are updated in place; in evaluation the running ones are used.
    /// </summary>
    /// <param name="weight">(C,), or null for 1.</param>
    /// <param name="bias">(C,), or null for 0.</param>
    /// <param name="runningMean">(C,); becomes (1 − momentum)·running + momentum·mean. May be null in training.</param>
    /// <param name="runningVar">(C,); the same, with the unbiased variance (divided by M − 1), as in PyTorch.</param>
    /// <param name="training">Whether the batch's statistics are used.</param>
    /// <param name="momentum">The new batch's share in the running statistics.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <exception cref="ShapeException">Fewer than 2 axes, a parameter that is not (C,), or fewer than 2 values a channel in training.</exception>
    /// <exception cref="DTypeException">Not float32 or float64, or not the same.</exception>
    /// <exception cref="ArgumentException">Running statistics are missing in evaluation, or one of the two is.</exception>
    public Tensor BatchNorm(Tensor? weight, Tensor? bias, Tensor? runningMean, Tensor? runningVar, bool training, double momentum = 0.1, double eps = 1e-5)
    {
        const string Name = "batch_norm";
        RequireFloat(Name);
        if (Rank < 2) throw new ShapeException($"{Name} of {Shape}: it needs a batch axis and a channel axis, (N, C, …)");
        CheckNormParameter(Name, "weight", weight, _sizes.AsSpan(1..2));
        CheckNormParameter(Name, "bias", bias, _sizes.AsSpan(1..2));
        CheckNormParameter(Name, "running mean", runningMean, _sizes.AsSpan(1..2));
        CheckNormParameter(Name, "running variance", runningVar, _sizes.AsSpan(1..2));
        if (runningMean is null != runningVar is null) throw new ArgumentException($"{Name}: the running {(runningMean is null ? "mean" : "variance")} is missing: give both or none");
        if (!training && runningMean is null) throw new ArgumentException($"{Name}: evaluation needs the running mean and variance");
        long perChannel = _sizes[1] == 0 ? 2 : Count / _sizes[1];
        if (training && perChannel < 2)
            throw new ShapeException($"{Name} of {Shape} in training: {perChannel} values a channel have no variance: use a larger batch, or evaluation mode");

        Tensor mean, rstd;
        using (Autograd.NoGrad())
        {
            Tensor variance;
            if (training)
            {
                (mean, variance) = (Empty([_sizes[1]], StatisticsType(DType), Device), Empty([_sizes[1]], StatisticsType(DType), Device));
                Device.Backend.ChannelStatistics(Contiguous(), mean, variance);
                if (runningMean is not null)
                {
                    runningMean.CopyFrom((runningMean * (1 - momentum)) + (mean * momentum));
                    runningVar!.CopyFrom((runningVar * (1 - momentum)) + (variance * (momentum * perChannel / (perChannel - 1))));
                }
            }
            else
            {
                // A copy: training may update the running mean before backward comes.
                (mean, variance) = (runningMean!.Clone().To(StatisticsType(DType)), runningVar!.To(StatisticsType(DType)));
            }
            rstd = (variance + eps).Rsqrt();
        }
        int atWeight = weight is null ? 0 : 1, atBias = bias is null ? 0 : atWeight + 1;
        BatchNormOp op = new(training, eps, atWeight, atBias, mean, rstd);
        return weight is null
            ? bias is null ? Op.Apply(op, this) : Op.Apply(op, this, bias)
            : bias is null ? Op.Apply(op, this, weight) : Op.Apply(op, this, weight, bias);
    }
}
