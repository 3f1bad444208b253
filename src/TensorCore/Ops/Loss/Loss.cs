namespace TensorCore;

/// <summary>
/// What training minimises. Every loss takes the prediction first and the target second; none of them broadcasts one against the other, since a
/// (N, 1) prediction beside (N,) targets would silently become an (N, N) loss.
/// </summary>
public static partial class Loss
{
    /// <summary>The target index that classification losses skip unless another is given.</summary>
    public const long DefaultIgnoreIndex = -100;

    /// <summary>
    /// Cross-entropy of softmax(<paramref name="logits"/>) over the last axis:
    /// −(1 − ε)·ln p(target) − (ε/V)·Σ ln p for class indices, −Σ q·ln p for class probabilities q (smoothed to (1 − ε)·q + ε/V).
    /// </summary>
    /// <param name="logits">(…, V), any finite scale; −∞ is a class that cannot be.</param>
    /// <param name="targets">Class indices, int64 or int32 of shape (…), each in 0 … V − 1 or <paramref name="ignoreIndex"/>; or probabilities of the logits' shape and dtype.</param>
    /// <param name="labelSmoothing">ε in [0, 1]: the share of the target spread over all classes.</param>
    /// <param name="ignoreIndex">A class index that counts neither in the loss nor in the mean: padding, the prompt of a chat.</param>
    /// <param name="reduction">
    /// <see cref="Reduction.Mean"/> divides by the number of targets that are not ignored. With none left the loss and its gradient are 0
    /// (PyTorch: NaN), so that a batch with nothing to learn leaves the weights alone.
    /// </param>
    /// <exception cref="ShapeException">The shapes do not match, there are no classes, or an index is out of range.</exception>
    /// <exception cref="DTypeException">Logits that are not float32 or float64, or probabilities of another dtype.</exception>
    /// <exception cref="ArgumentOutOfRangeException">ε is outside [0, 1].</exception>
    public static Tensor CrossEntropy(Tensor logits, Tensor targets, double labelSmoothing = 0, long ignoreIndex = DefaultIgnoreIndex, Reduction reduction = Reduction.Mean)
    {
        const string Name = "cross_entropy";
        logits.RequireFloat(Name);
        if (!(labelSmoothing is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, $"{Name}: label smoothing is a share, from 0 to 1");
        if (targets.DType.IsFloat())
        {
            RequireSame(Name, "logits", logits, "target probabilities", targets);
            if (logits.Rank == 0 || logits.Size(-1) == 0) throw NoClasses(Name, logits);
            Tensor q = labelSmoothing == 0 ? targets : (targets * (1 - labelSmoothing)) + (labelSmoothing / logits.Size(-1));
            return Reduce(Op.Apply(new SoftCrossEntropy(), logits, q), reduction);
        }
        (targets, long? counted) = CheckClasses(Name, "logits", logits, targets, ignoreIndex);
        return Reduce(Op.Apply(new CrossEntropy(labelSmoothing, ignoreIndex), logits, targets), reduction, counted, targets, ignoreIndex);
    }

    /// <summary>−logp[target] for each row: cross-entropy for those who have log-probabilities (<see cref="Tensor.LogSoftmax"/>) already.</summary>
    /// <param name="logProbabilities">(…, V).</param>
    /// <param name="targets">Class indices, int64 or int32 of shape (…), each in 0 … V − 1 or <paramref name="ignoreIndex"/>.</param>
    /// <param name="ignoreIndex">A class index that counts neither in the loss nor in the mean.</param>
    /// <param name="reduction">As in <see cref="CrossEntropy"/>.</param>
    /// <exception cref="ShapeException">The shapes do not match, there are no classes, or an index is out of range.</exception>
    /// <exception cref="DTypeException">Log-probabilities that are not float32 or float64, or targets that are not integers.</exception>
    public static Tensor NegativeLogLikelihood(Tensor logProbabilities, Tensor targets, long ignoreIndex = DefaultIgnoreIndex, Reduction reduction = Reduction.Mean)
    {
        const string Name = "negative_log_likelihood";
        logProbabilities.RequireFloat(Name);
        (targets, long? counted) = CheckClasses(Name, "log-probabilities", logProbabilities, targets, ignoreIndex);
        // One look-up in the flat table of all rows: element target[r] of row r is element r·V + target[r].
        int rows = checked((int)targets.Count), classes = logProbabilities.Size(-1);
        Tensor ignored = targets == ignoreIndex;
        Tensor flat = RowStarts(rows, classes, targets.Device).Reshape(targets.Shape) + targets.MaskedFill(ignored, 0);
        Tensor picked = logProbabilities.Reshape(checked(rows * classes)).Embedding(flat);
        return Reduce(-picked.MaskedFill(ignored, 0), reduction, counted, targets, ignoreIndex);
    }

    /// <summary>Checks class targets against scores (…, V); returns them as int64, and how many are not ignored (null on a device that would have to be waited for).</summary>
    private static (Tensor Targets, long? Counted) CheckClasses(string op, string what, Tensor scores, Tensor targets, long ignoreIndex)
    {
        if (targets.DType is not (DType.Int64 or DType.Int32))
            throw new DTypeException($"{op}: targets are {targets.DType.Name()} {targets.Shape}: class indices must be int64 or int32");
        if (scores.Rank == 0 || scores.Size(-1) == 0) throw NoClasses(op, scores);
        if (!targets.Sizes.SequenceEqual(scores.Sizes[..^1]))
            throw new ShapeException($"{op}: {what} {scores.Shape} need class indices of shape {new Shape(scores.Sizes[..^1].ToArray())}, one for each row over the last axis, but the targets have shape {targets.Shape}");
        Tensor indices = targets.To(DType.Int64).Contiguous();
        long? counted = indices.Device.Backend.CheckRowIndices(op, indices, scores.Size(-1), ignoreIndex);
        return (indices, counted);
    }

    private static Tensor RowStarts(int rows, int step, Device device)
    {
        long[] starts = new long[rows];
        for (int i = 0; i < rows; i++) starts[i] = (long)i * step;
        return Tensor.From(starts, [rows], device);
    }

    private static ShapeException NoClasses(string op, Tensor scores) => new($"{op}: shape {scores.Shape} has no classes: the last axis must hold at least one");

    private static void RequireSame(string op, string nameA, Tensor a, string nameB, Tensor b)
    {
        a.RequireFloat(op);
        if (a.Shape != b.Shape) throw new ShapeException($"{op}: {nameA} {a.Shape} and {nameB} {b.Shape} must have the same shape; Reshape or Expand one of them");
        if (a.DType != b.DType) throw new DTypeException($"{op}: {nameA} are {a.DType.Name()} and {nameB} {b.DType.Name()}: convert one with To(dtype)");
    }

    /// <summary>Sums or averages; the mean over class targets divides by <paramref name="counted"/>, or by what the device counts.</summary>
    private static Tensor Reduce(Tensor losses, Reduction reduction, long? counted, Tensor targets, long ignoreIndex)
    {
        if (reduction != Reduction.Mean) return Reduce(losses, reduction);
        if (counted is long n) return losses.Sum() / Math.Max(1, n);
        using (Autograd.NoGrad()) targets = (targets != ignoreIndex).Sum().Clamp(low: 1).To(losses.DType);
        return losses.Sum() / targets;
    }

    private static Tensor Reduce(Tensor losses, Reduction reduction) => reduction switch
    {
        Reduction.None => losses,
        Reduction.Sum => losses.Sum(),
        Reduction.Mean => losses.Mean(),
        Reduction.BatchMean => losses.Sum() / (losses.Rank == 0 ? 1 : Math.Max(1, losses.Size(0))),
        _ => throw new ArgumentOutOfRangeException(nameof(reduction), reduction, "None, Mean, Sum or BatchMean"),
    };
}
