using TensorCore.Cpu;

namespace TensorCore;

/// <summary>
/// A fully connected layer in one pass: y = act(p), p = x·Wᵀ + b (or x·W + b with the weight stored input first);
/// dp = dy·act′(p), dx = dp·W, dW = dpᵀ·x, db = Σ over rows of dp. Bias and activation ride in the product's epilogue, so y is written once;
/// backward forms dp and db in one pass over dy.
/// </summary>
internal sealed class LinearOp : FusedOp, IOp
{
    private readonly Activation _activation;
    private readonly bool _inputFirst, _keep;
    private Tensor? _kept; // what act′ is computed from: p for GELU, y for ReLU

    internal LinearOp(Activation activation, bool inputFirst, bool keep) => (_activation, _inputFirst, _keep) = (activation, inputFirst, keep);

    /// <inheritdoc/>
    public static string OpName => "linear";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    protected override Tensor Composite(ReadOnlySpan<Tensor> inputs)
    {
        Tensor p = inputs[0].MatMul(_inputFirst ? inputs[1] : inputs[1].Transpose());
        if (inputs.Length == 3) p += inputs[2];
        return _activation switch
        {
            Activation.Relu => p.Relu(),
            Activation.GeluTanh => p.Gelu(approximate: true),
            _ => p,
        };
    }

    /// <inheritdoc/>
    protected override Tensor FusedForward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0], weight = inputs[1];
        Tensor y = Tensor.Empty([.. x.Sizes[..^1], weight.Size(_inputFirst ? 1 : 0)], x.DType, x.Device);
        Tensor? pre = _keep && _activation == Activation.GeluTanh ? Tensor.EmptyLike(y) : null;
        y.Device.Backend.Linear(x, _inputFirst ? weight : weight.Transpose(), inputs.Length == 3 ? inputs[2].Contiguous() : null, _activation, y, pre);
        if (_keep && _activation != Activation.None) _kept = Save(pre ?? y);
        return y;
    }

    /// <inheritdoc/>
    protected override void FusedBackward(Tensor dy, Gradients dx)
    {
        Tensor x = Inputs[0], weight = Inputs[1];
        int outputs = dy.Sizes[^1];
        long rows = outputs == 0 ? 0 : dy.Count / outputs;
        Tensor? db = dx.Needs(2) ? Tensor.Empty([outputs], dy.DType, dy.Device) : null;
        Tensor dp = dy.Contiguous();
        if (_activation != Activation.None || db is not null)
        {
            Tensor upstream = dp;
            if (_activation != Activation.None) dp = Tensor.EmptyLike(dp);
            dy.Device.Backend.ActivationBackward(_activation, _kept, upstream, dp, db, rows, outputs);
        }
        dp = dp.Reshape(x.Rank == 1 ? [1, outputs] : dp.Shape);
        if (x.Rank == 1) x = x.Reshape(1, x.Sizes[0]);
        if (dx.Needs(0)) MatMul.AddProduct(dx, 0, Inputs[0], dp, _inputFirst ? weight.Transpose() : weight);
        if (dx.Needs(1))
        {
            if (_inputFirst) MatMul.AddProduct(dx, 1, weight, x.Transpose(), dp);
            else MatMul.AddProduct(dx, 1, weight, dp.Transpose(), x);
        }
        if (db is not null) dx.Add(2, db, fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int k = g.Size(), n = g.Size();
        bool bias = g.Chance(), inputFirst = g.Chance();
        Activation activation = g.OneOf(Activation.None, Activation.GeluTanh, Activation.Relu);
        int[] lead = g.Shape(maxRank: 3);
        // ReLU has a kink at 0: positive inputs times columns of one sign keep every pre-activation away from it.
        bool relu = activation == Activation.Relu;
        double low = relu ? 0.2 : -1;
        Tensor x = g.Tensor([.. lead, k], low, 1), weight = g.Tensor(inputFirst ? [k, n] : [n, k], low, 1);
        Tensor? b = bias ? g.Tensor([n], low, 1) : null;
        double[] signs = new double[n];
        for (int i = 0; i < n; i++) signs[i] = relu && g.Chance() ? -1 : 1;
        Tensor sign = g.Constant(signs);
        return OpSample.Of($"x {x.Shape}, weight {weight.Shape}, bias {bias}, {activation}, input first {inputFirst}", b is null ? [x, weight] : [x, weight, b], t =>
        {
            Tensor w = relu ? t[1] * (inputFirst ? sign : sign.Reshape(n, 1)) : t[1];
            return t[0].Linear(w, bias ? (relu ? t[2] * sign : t[2]) : null, activation, inputFirst);
        });
    }
}

internal partial interface IBackend
{
    /// <summary>y = activation(x·w + bias) and, where asked, pre = x·w + bias; x (…, k), w (k, n) with strides of its own, y contiguous (…, n).</summary>
    void Linear(Tensor x, Tensor w, Tensor? bias, Activation activation, Tensor y, Tensor? pre);

    /// <summary>
    /// dp = dy·act′ and db = Σ over rows of dp, in one pass; all contiguous (rows, cols). act′ is computed from <paramref name="kept"/>: the pre-activation
    /// for GELU, the output (or pre-activation) for ReLU. Without an activation dp is dy itself and only db is computed.
    /// </summary>
    void ActivationBackward(Activation activation, Tensor? kept, Tensor dy, Tensor dp, Tensor? db, long rows, long cols);
}

public sealed partial class Tensor
{
    /// <summary>
    /// A fully connected layer: activation(x·Wᵀ + b) over the last axis, x (…, in) → (…, out), as one fused op. float32 and float64; different dtypes are promoted.
    /// </summary>
    /// <param name="weight">W of shape (out, in), as PyTorch stores it; with <paramref name="inputFirst"/> (in, out), as GPT-2's checkpoints do.</param>
    /// <param name="bias">b of shape (out,), or none.</param>
    /// <param name="activation">The function applied last.</param>
    /// <param name="inputFirst">The weight is stored (in, out).</param>
    /// <exception cref="ShapeException">The weight is not a matrix whose input size is x's last size, or the bias does not fit.</exception>
    /// <exception cref="DTypeException">An integer or bool tensor.</exception>
    public Tensor Linear(Tensor weight, Tensor? bias = null, Activation activation = Activation.None, bool inputFirst = false)
    {
        string layout = inputFirst ? "(in, out)" : "(out, in)";
        if (weight.Rank != 2) throw new ShapeException($"linear: weight {weight.Shape}: a matrix {layout} is needed");
        if (Rank == 0) throw new ShapeException($"linear: x is a scalar: its last axis must be the {weight.Sizes[inputFirst ? 0 : 1]} inputs of weight {weight.Shape} {layout}");
        int inputs = weight.Sizes[inputFirst ? 0 : 1], outputs = weight.Sizes[inputFirst ? 1 : 0];
        if (Sizes[^1] != inputs)
            throw new ShapeException($"linear: x {Shape} and weight {weight.Shape} {layout}: the last size of x is {Sizes[^1]}, but the weight takes {inputs} inputs");
        if (bias is not null && (bias.Rank != 1 || bias.Sizes[0] != outputs))
            throw new ShapeException($"linear: bias {bias.Shape}: the weight {weight.Shape} {layout} gives {outputs} outputs, so ({outputs},) is needed");
        (Tensor x, weight) = ForProduct(this, weight, "linear");
        if (bias is not null)
        {
            if (bias.DType.IsFloat()) bias = bias.To(x.DType);
            bias.RequireFloat("linear");
        }
        bool keep = Autograd.IsRecording && (x.RequiresGrad || weight.RequiresGrad || bias is { RequiresGrad: true });
        LinearOp op = new(activation, inputFirst, keep);
        return bias is null ? Op.Apply(op, x, weight) : Op.Apply(op, x, weight, bias);
    }
}
