using TensorCore.Cpu;

namespace TensorCore;

/// <summary>
/// y = eˣ / Σ eˣ over the last axis;  dx = y·(dy − Σ dy·y). Computed as e^(x − max), so large x do not overflow.
/// </summary>
internal sealed class SoftmaxOp : FusedOp, IOp
{
    private Tensor? _y;

    internal SoftmaxOp()
    {
    }

    /// <inheritdoc/>
    public static string OpName => "softmax";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    protected override Tensor Composite(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0];
        if (x.Count == 0) return x.Exp();
        Tensor e = (x - x.Detach().Max(-1, keepDim: true)).Exp(); // the shift cancels: it needs no gradient
        return e / e.Sum(-1, keepDim: true);
    }

    /// <inheritdoc/>
    protected override Tensor FusedForward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0].Contiguous();
        _y = Tensor.EmptyLike(x);
        x.Device.Backend.Softmax(x, _y, x.Size(-1));
        return Save(_y);
    }

    /// <inheritdoc/>
    protected override void FusedBackward(Tensor dy, Gradients dx)
    {
        Tensor g = Tensor.EmptyLike(_y!);
        dy.Device.Backend.SoftmaxBackward(_y!, dy.Contiguous(), g, g.Size(-1));
        dx.Add(0, g, fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        Tensor x = g.Tensor(g.Shape(minRank: 1), -4, 4);
        int axis = g.Axis(x.Rank);
        return OpSample.Of($"{x.Shape} axis {axis}", [x], t => t[0].Softmax(axis));
    }
}

/// <summary>y = x − ln Σ eˣ over the last axis;  dx = dy − eʸ·Σ dy.</summary>
internal sealed class LogSoftmaxOp : FusedOp, IOp
{
    private Tensor? _y;

    internal LogSoftmaxOp()
    {
    }

    /// <inheritdoc/>
    public static string OpName => "log_softmax";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    protected override Tensor Composite(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0];
        if (x.Count == 0) return x.Exp();
        Tensor shifted = x - x.Detach().Max(-1, keepDim: true);
        return shifted - shifted.Exp().Sum(-1, keepDim: true).Log();
    }

    /// <inheritdoc/>
    protected override Tensor FusedForward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0].Contiguous();
        _y = Tensor.EmptyLike(x);
        x.Device.Backend.LogSoftmax(x, _y, x.Size(-1));
        return Save(_y);
    }

    /// <inheritdoc/>
    protected override void FusedBackward(Tensor dy, Gradients dx)
    {
        Tensor g = Tensor.EmptyLike(_y!);
        dy.Device.Backend.LogSoftmaxBackward(_y!, dy.Contiguous(), g, g.Size(-1));
        dx.Add(0, g, fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        Tensor x = g.Tensor(g.Shape(minRank: 1), -4, 4);
        int axis = g.Axis(x.Rank);
        return OpSample.Of($"{x.Shape} axis {axis}", [x], t => t[0].LogSoftmax(axis));
    }
}

internal partial interface IBackend
{
    /// <summary>y = softmax of each row of contiguous x, seen as rows of n.</summary>
    void Softmax(Tensor x, Tensor y, int n);

    /// <summary>dx = y·(dy − Σ dy·y) in each row of n; all contiguous.</summary>
    void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx, int n);

    /// <summary>y = x − ln Σ eˣ in each row of n; both contiguous.</summary>
    void LogSoftmax(Tensor x, Tensor y, int n);

    /// <summary>dx = dy − eʸ·Σ dy in each row of n; all contiguous.</summary>
    void LogSoftmaxBackward(Tensor y, Tensor dy, Tensor dx, int n);
}

public sealed partial class Tensor
{
    /// <summary>
    /// eˣ / Σ eˣ along <paramref name="axis"/>: positive and summing to 1. For a temperature T, call it on <c>x * (1 / T)</c>. −∞ gives 0 (a
    /// masked position); a slice that is −∞ throughout, or holds +∞ or NaN, has no softmax and gives NaN, as in PyTorch.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    /// <exception cref="DTypeException">Not float32 or float64.</exception>
    public Tensor Softmax(int axis = -1)
    {
        RequireFloat("softmax");
        int a = Shape.Axis(axis);
        if (a == Rank - 1) return Op.Apply(new SoftmaxOp(), this);
        return Op.Apply(new SoftmaxOp(), Transpose(a, -1)).Transpose(a, -1);
    }

    /// <summary>
    /// ln softmax(x) = x − ln Σ eˣ along <paramref name="axis"/>, exact where softmax itself would underflow. A slice that is −∞ throughout gives
    /// NaN, as in PyTorch.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    /// <exception cref="DTypeException">Not float32 or float64.</exception>
    public Tensor LogSoftmax(int axis = -1)
    {
        RequireFloat("log_softmax");
        int a = Shape.Axis(axis);
        if (a == Rank - 1) return Op.Apply(new LogSoftmaxOp(), this);
        return Op.Apply(new LogSoftmaxOp(), Transpose(a, -1)).Transpose(a, -1);
    }
}
