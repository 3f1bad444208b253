using TensorCore.Cpu;

namespace TensorCore;

/// <summary>
/// Binary cross-entropy on logits: loss = −t·ln σ(x) − (1 − t)·ln(1 − σ(x)) = max(x, 0) − x·t + ln(1 + e^−|x|);  dx = dy·(σ(x) − t), dt = −dy·x.
/// </summary>
internal sealed class BinaryCrossEntropyWithLogits : FusedOp, IOp
{
    internal BinaryCrossEntropyWithLogits()
    {
    }

    /// <inheritdoc/>
    public static string OpName => "binary_cross_entropy_with_logits";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    protected override Tensor Composite(ReadOnlySpan<Tensor> inputs) => inputs[0].Softplus() - (inputs[0] * inputs[1]);

    /// <inheritdoc/>
    protected override Tensor FusedForward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor losses = Tensor.EmptyLike(inputs[0]);
        losses.Device.Backend.Ternary(default(Losses), inputs[0].Contiguous(), inputs[1].Contiguous(), inputs[1].Contiguous(), losses);
        return losses;
    }

    /// <inheritdoc/>
    protected override void FusedBackward(Tensor dy, Gradients dx)
    {
        if (dx.Needs(0))
        {
            Tensor g = Tensor.EmptyLike(dy);
            dy.Device.Backend.Ternary(default(LogitGradients), Inputs[0].Contiguous(), Inputs[1].Contiguous(), dy.Contiguous(), g);
            dx.Add(0, g, fresh: true);
        }
        if (dx.Needs(1)) dx.Add(1, -(dy * Inputs[0].Detach()), fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int[] shape = g.Shape();
        Tensor x = g.Tensor(shape, -6, 6), t = g.Tensor(shape, 0, 1);
        Reduction reduction = g.OneOf(Reduction.None, Reduction.Sum, Reduction.BatchMean);
        int weights = g.Choose(4);
        Tensor positive = g.Tensor(g.BroadcastableTo(shape), 0.5, 3), weight = g.Tensor(g.BroadcastableTo(shape), 0.5, 3);
        return OpSample.Of($"{x.Shape} {reduction}, positive weight {positive.Shape}, weight {weight.Shape}, form {weights}", [x, t, positive, weight],
            i => Loss.BinaryCrossEntropyWithLogits(i[0], i[1], (weights & 1) == 0 ? null : i[2], (weights & 2) == 0 ? null : i[3], reduction));
    }

    /// <summary>max(x, 0) − x·t + ln(1 + e^−|x|): never overflows, and max(x, 0) − x·t is exact where the loss is all but linear. The third operand is not read.</summary>
    private readonly struct Losses : ITernary
    {
        public static string Name => OpName;

        public V Compute<V>(V x, V t, V unused)
            where V : struct, ISimd<V> => V.Max(x, V.Zero) - (x * t) + V.Log1p(V.Exp(-V.Abs(x)));
    }

    /// <summary>dy·(σ(x) − t).</summary>
    private readonly struct LogitGradients : ITernary
    {
        public static string Name => OpName + "_backward";

        public V Compute<V>(V x, V t, V dy)
            where V : struct, ISimd<V> => dy * (V.Sigmoid(x) - t);
    }
}
