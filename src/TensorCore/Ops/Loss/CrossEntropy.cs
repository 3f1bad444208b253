namespace TensorCore;

/// <summary>
/// Cross-entropy with class indices: loss = −(1 − ε)·ln p(target) − ε·mean over the classes of ln p, with p = softmax(logits) over the last axis and ε
/// the label smoothing;  dlogits = dy·(p − (1 − ε)·onehot(target) − ε/V). Neither p nor ln p is stored. An ignored target has loss and gradient 0.
/// (Label smoothing: Szegedy et al. 2015, arXiv:1512.00567, section 7.)
/// </summary>
internal sealed class CrossEntropy : FusedOp, IOp
{
    private readonly double _smoothing;
    private readonly long _ignoreIndex;
    private Tensor? _statistics;

    internal CrossEntropy(double smoothing, long ignoreIndex) => (_smoothing, _ignoreIndex) = (smoothing, ignoreIndex);

    /// <inheritdoc/>
    public static string OpName => "cross_entropy";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    protected override Tensor Composite(ReadOnlySpan<Tensor> inputs)
    {
        (Tensor logits, Tensor targets) = (inputs[0], inputs[1]);
        Tensor logp = logits.LogSoftmax();
        Tensor loss = Loss.NegativeLogLikelihood(logp, targets, _ignoreIndex, Reduction.None);
        if (_smoothing == 0) return loss;
        Tensor uniform = -logp.Mean(-1);
        return (loss * (1 - _smoothing)) + (uniform * _smoothing).MaskedFill(targets == _ignoreIndex, 0);
    }

    /// <inheritdoc/>
    protected override Tensor FusedForward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor targets = inputs[1];
        Tensor losses = Tensor.Empty(targets.Shape, Tensor.StatisticsType(inputs[0].DType), targets.Device);
        _statistics = Tensor.Empty([.. targets.Sizes, 3], losses.DType, losses.Device);
        losses.Device.Backend.CrossEntropy(inputs[0].Contiguous(), targets.Contiguous(), losses, _statistics, _smoothing, _ignoreIndex);
        return losses;
    }

    /// <inheritdoc/>
    protected override void FusedBackward(Tensor dy, Gradients dx)
    {
        Tensor logits = Inputs[0].Contiguous(), g = Tensor.EmptyLike(logits);
        dy.Device.Backend.CrossEntropyBackward(logits, Inputs[1].Contiguous(), _statistics!, dy.Contiguous(), g, _smoothing, _ignoreIndex);
        dx.Add(0, g, fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int[] shape = g.Shape(maxRank: 2);
        int classes = g.PositiveSize();
        Tensor logits = g.Tensor([.. shape, classes], -4, 4), targets = g.Indices(shape, classes);
        double smoothing = g.OneOf(0, 0.1, 1);
        long ignore = g.OneOf(-100L, 0L, classes - 1L);
        Reduction reduction = g.OneOf(Reduction.Mean, Reduction.None, Reduction.Sum, Reduction.BatchMean);
        return OpSample.Of($"{logits.Shape} smoothing {smoothing} ignore {ignore} {reduction}", [logits, targets],
            t => Loss.CrossEntropy(t[0], t[1], smoothing, ignore, reduction));
    }
}

/// <summary>
/// Cross-entropy with class probabilities: loss = −Σ q·ln p over the last axis, p = softmax(logits);  dlogits = dy·(p·Σq − q), dq = −dy·ln p.
/// </summary>
internal sealed class SoftCrossEntropy : FusedOp, IOp
{
    private Tensor? _statistics;

    internal SoftCrossEntropy()
    {
    }

    /// <inheritdoc/>
    public static string OpName => "soft_cross_entropy";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    protected override Tensor Composite(ReadOnlySpan<Tensor> inputs) => -(inputs[1] * inputs[0].LogSoftmax()).Sum(-1);

    /// <inheritdoc/>
    protected override Tensor FusedForward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor logits = inputs[0].Contiguous();
        Tensor losses = Tensor.Empty(logits.Sizes[..^1], Tensor.StatisticsType(logits.DType), logits.Device);
        _statistics = Tensor.Empty([.. losses.Sizes, 3], losses.DType, logits.Device);
        logits.Device.Backend.SoftCrossEntropy(logits, inputs[1].Contiguous(), losses, _statistics);
        return losses;
    }

    /// <inheritdoc/>
    protected override void FusedBackward(Tensor dy, Gradients dx)
    {
        Tensor logits = Inputs[0].Contiguous();
        Tensor? g = dx.Needs(0) ? Tensor.EmptyLike(logits) : null, dq = dx.Needs(1) ? Tensor.EmptyLike(logits) : null;
        dy.Device.Backend.SoftCrossEntropyBackward(logits, Inputs[1].Contiguous(), _statistics!, dy.Contiguous(), g, dq);
        if (g is not null) dx.Add(0, g, fresh: true);
        if (dq is not null) dx.Add(1, dq, fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int[] shape = [.. g.Shape(maxRank: 2), g.PositiveSize()];
        Tensor logits = g.Tensor(shape, -4, 4), q = g.Tensor(shape, 0, 1);
        double smoothing = g.OneOf(0, 0.1, 1);
        Reduction reduction = g.OneOf(Reduction.Mean, Reduction.None, Reduction.Sum, Reduction.BatchMean);
        return OpSample.Of($"{logits.Shape} smoothing {smoothing} {reduction}", [logits, q], t => Loss.CrossEntropy(t[0], t[1], smoothing, reduction: reduction));
    }
}

internal partial interface IBackend
{
    /// <summary>
    /// losses[r] = −(1 − ε)·ln p(target) − ε·mean ln p for each row of contiguous logits, 0 where the target is <paramref name="ignoreIndex"/>.
    /// <paramref name="statistics"/> (rows, 3) is room for what the backward kernel reads. Targets are int64, contiguous and checked.
    /// </summary>
    void CrossEntropy(Tensor logits, Tensor targets, Tensor losses, Tensor statistics, double smoothing, long ignoreIndex);

    /// <summary>dx = dy[r]·(p − (1 − ε)·onehot − ε/V), 0 in ignored rows.</summary>
    void CrossEntropyBackward(Tensor logits, Tensor targets, Tensor statistics, Tensor dy, Tensor dx, double smoothing, long ignoreIndex);

    /// <summary>losses[r] = −Σ q·ln p for each row of contiguous logits and target probabilities q; statistics (rows, 3).</summary>
    void SoftCrossEntropy(Tensor logits, Tensor targets, Tensor losses, Tensor statistics);

    /// <summary>The gradients that are not null: dx = dy[r]·(p·Σq − q), dq = −dy[r]·ln p.</summary>
    void SoftCrossEntropyBackward(Tensor logits, Tensor targets, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dtargets);
}
