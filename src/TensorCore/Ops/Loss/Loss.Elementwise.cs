namespace TensorCore;

public static partial class Loss
{
    /// <summary>
    /// Binary cross-entropy of p = σ(<paramref name="logits"/>): −w·(posWeight·t·ln p + (1 − t)·ln(1 − p)), element by element, without computing p: right
    /// for logits of any size.
    /// </summary>
    /// <param name="logits">Any shape.</param>
    /// <param name="targets">The probability of "yes", of the logits' shape: 0, 1 or between.</param>
    /// <param name="positiveWeight">What a positive counts for; broadcasts to the logits. Above 1 for rare positives.</param>
    /// <param name="weight">What each element's loss is multiplied by; broadcasts to the logits. The mean still divides by the number of elements.</param>
    /// <param name="reduction">What becomes of the elements' losses.</param>
    /// <exception cref="ShapeException">The shapes differ, or a weight does not broadcast to the logits.</exception>
    /// <exception cref="DTypeException">Not float32 or float64, or not the same.</exception>
    public static Tensor BinaryCrossEntropyWithLogits(Tensor logits, Tensor targets, Tensor? positiveWeight = null, Tensor? weight = null, Reduction reduction = Reduction.Mean)
    {
        const string Name = "binary_cross_entropy_with_logits";
        RequireSame(Name, "logits", logits, "targets", targets);
        RequireBroadcast(Name, "positive weight", positiveWeight, logits);
        RequireBroadcast(Name, "weight", weight, logits);
        // With ln(1 + e^−x) = softplus(−x): −ln p = softplus(−x) and −ln(1 − p) = x + softplus(−x).
        Tensor losses = positiveWeight is null
            ? Op.Apply(new BinaryCrossEntropyWithLogits(), logits, targets)
            : ((1 - targets) * logits) + ((1 + ((positiveWeight - 1) * targets)) * (-logits).Softplus());
        return Reduce(weight is null ? losses : losses * weight, reduction);
    }

    /// <summary>(prediction − target)², element by element.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="DTypeException">Not float32 or float64, or not the same.</exception>
    public static Tensor MeanSquaredError(Tensor prediction, Tensor target, Reduction reduction = Reduction.Mean)
    {
        RequireSame("mean_squared_error", "prediction", prediction, "target", target);
        Tensor d = prediction - target;
        return Reduce(d * d, reduction);
    }

    /// <summary>|prediction − target|, element by element; the gradient where they are equal is 0.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="DTypeException">Not float32 or float64, or not the same.</exception>
    public static Tensor L1(Tensor prediction, Tensor target, Reduction reduction = Reduction.Mean)
    {
        RequireSame("l1", "prediction", prediction, "target", target);
        return Reduce((prediction - target).Abs(), reduction);
    }

    /// <summary>
    /// Huber's loss of d = prediction − target: d²/2 for |d| ≤ <paramref name="delta"/>, δ·(|d| − δ/2) beyond: squares that outliers do not dominate.
    /// (Huber 1964.)
    /// </summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="DTypeException">Not float32 or float64, or not the same.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is not a positive number.</exception>
    public static Tensor Huber(Tensor prediction, Tensor target, double delta = 1, Reduction reduction = Reduction.Mean)
    {
        RequireSame("huber", "prediction", prediction, "target", target);
        RequirePositive("huber", nameof(delta), delta);
        return Reduce(HuberOf(prediction - target, delta), reduction);
    }

    /// <summary>Huber's loss divided by δ = <paramref name="beta"/>: d²/(2β) for |d| ≤ β, |d| − β/2 beyond.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="DTypeException">Not float32 or float64, or not the same.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="beta"/> is not a positive number.</exception>
    public static Tensor SmoothL1(Tensor prediction, Tensor target, double beta = 1, Reduction reduction = Reduction.Mean)
    {
        RequireSame("smooth_l1", "prediction", prediction, "target", target);
        RequirePositive("smooth_l1", nameof(beta), beta);
        return Reduce(HuberOf(prediction - target, beta) / beta, reduction);
    }

    /// <summary>
    /// The Kullback–Leibler divergence's terms t·(ln t − logq), element by element, as PyTorch's kl_div: the model's <em>log</em>-probabilities first, the
    /// target's probabilities second. Σ over a distribution is KL(t‖q); a mean over a batch of distributions is <see cref="Reduction.BatchMean"/>.
    /// </summary>
    /// <param name="logProbabilities">ln q.</param>
    /// <param name="targets">t, or ln t with <paramref name="logTarget"/>; of the same shape. A t of 0 contributes 0.</param>
    /// <param name="logTarget">True if <paramref name="targets"/> are log-probabilities.</param>
    /// <param name="reduction">What becomes of the terms.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="DTypeException">Not float32 or float64, or not the same.</exception>
    public static Tensor KullbackLeibler(Tensor logProbabilities, Tensor targets, bool logTarget = false, Reduction reduction = Reduction.Mean)
    {
        RequireSame("kullback_leibler", "log-probabilities", logProbabilities, "targets", targets);
        if (logTarget) return Reduce(targets.Exp() * (targets - logProbabilities), reduction);
        return Reduce(targets.Apply(default(NegativeEntropy)) - (targets * logProbabilities), reduction);
    }

    // With c = min(|d|, δ): c·(|d| − c/2) is d²/2 inside and δ·(|d| − δ/2) beyond.
    private static Tensor HuberOf(Tensor d, double delta)
    {
        Tensor distance = d.Abs(), c = distance.Clamp(high: delta);
        return c * (distance - (c * 0.5));
    }

    private static void RequireBroadcast(string op, string what, Tensor? weight, Tensor x)
    {
        if (weight is null) return;
        if (Shape.Broadcast(weight.Shape, x.Shape, op) != x.Shape) throw new ShapeException($"{op}: the {what} {weight.Shape} does not broadcast to the logits {x.Shape}");
        if (weight.DType != x.DType) throw new DTypeException($"{op}: the {what} is {weight.DType.Name()}, the logits {x.DType.Name()}: convert one with To(dtype)");
    }

    private static void RequirePositive(string op, string name, double value)
    {
        if (!(value > 0) || double.IsInfinity(value)) throw new ArgumentOutOfRangeException(name, value, $"{op}: {name} must be a positive number");
    }
}
