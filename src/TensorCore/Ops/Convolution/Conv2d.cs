namespace TensorCore;

/// <summary>
/// y[n, o, i, j] = bias[o] + Σ over c, p, q of weight[o, c, p, q]·x[n, c, i·s − pad + p·d, j·s − pad + q·d] (cross-correlation, as in every framework);
/// dx is the transposed convolution of dy, dweight the correlation of x with dy, dbias = Σ dy over n, i, j. The three are bilinear and each other's
/// derivatives, so gradients of any order work.
/// </summary>
internal sealed class Conv2dOp : Op, IOp
{
    private readonly ConvGeometry _geometry;
    private Tensor? _x, _weight;

    internal Conv2dOp(ConvGeometry geometry) => _geometry = geometry;

    /// <inheritdoc/>
    public static string OpName => "conv2d";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        (_x, _weight) = (Save(inputs[0]), Save(inputs[1]));
        Size2d size = _geometry.OutputSize(OpName, (_x.Sizes[2], _x.Sizes[3]), (_weight.Sizes[2], _weight.Sizes[3]));
        Tensor y = Tensor.Empty([_x.Sizes[0], _weight.Sizes[0], size.Height, size.Width], _x.DType, _x.Device);
        y.Device.Backend.Conv2d(_geometry, _x.Contiguous(), _weight.Contiguous(), inputs.Length == 3 ? inputs[2].Contiguous() : null, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (dx.Needs(0)) dx.Add(0, Op.Apply(new ConvTranspose2dOp(_geometry, (_x!.Sizes[2], _x.Sizes[3])), dy, _weight!), fresh: true);
        if (dx.Needs(1)) dx.Add(1, Op.Apply(new Conv2dWeightGradient(_geometry, (_weight!.Sizes[2], _weight.Sizes[3])), _x!, dy), fresh: true);
        if (dx.Needs(2)) dx.Add(2, BiasGradient(dy), fresh: true);
    }

    /// <summary>Σ dy over images and positions, without moving the channels to the end first.</summary>
    internal static Tensor BiasGradient(Tensor dy)
    {
        int n = dy.Sizes[0], o = dy.Sizes[1];
        return dy.Reshape(n, o, dy.Sizes[2] * dy.Sizes[3]).Sum(2).Sum(0);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        ConvSample s = new(g);
        Tensor x = g.Tensor([s.Images, s.Channels, s.Image.Height, s.Image.Width], -1, 1), weight = g.Tensor(s.WeightShape, -1, 1);
        Tensor? bias = g.Chance() ? g.Tensor([s.Outputs]) : null;
        ConvGeometry c = s.Geometry;
        return OpSample.Of($"x {x.Shape}, weight {weight.Shape}, bias {bias is not null}, {c}", bias is null ? [x, weight] : [x, weight, bias],
            t => t[0].Conv2d(t[1], t.Length == 3 ? t[2] : null, c.Stride, c.Padding, c.Dilation, c.Groups));
    }
}

/// <summary>
/// The gradient of a convolution's weight: dweight[o, c, p, q] = Σ over n, i, j of dy[n, o, i, j]·x[n, c, i·s − pad + p·d, j·s − pad + q·d];
/// bilinear in x and dy, so its own backward is a transposed convolution and a convolution with its upstream gradient as the weight.
/// </summary>
internal sealed class Conv2dWeightGradient : Op, IOp
{
    private readonly ConvGeometry _geometry;
    private readonly Size2d _kernel;
    private Tensor? _x, _dy;

    internal Conv2dWeightGradient(ConvGeometry geometry, Size2d kernel) => (_geometry, _kernel) = (geometry, kernel);

    /// <inheritdoc/>
    public static string OpName => "conv2d_weight_gradient";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        (_x, _dy) = (Save(inputs[0]), Save(inputs[1]));
        Tensor dw = Tensor.Empty([_dy.Sizes[1], _x.Sizes[1] / _geometry.Groups, _kernel.Height, _kernel.Width], _x.DType, _x.Device);
        dw.Device.Backend.Conv2dWeightGradient(_geometry, _x.Contiguous(), _dy.Contiguous(), dw);
        return dw;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (dx.Needs(0)) dx.Add(0, Op.Apply(new ConvTranspose2dOp(_geometry, (_x!.Sizes[2], _x.Sizes[3])), _dy!, dy), fresh: true);
        if (dx.Needs(1)) dx.Add(1, Op.Apply(new Conv2dOp(_geometry), _x!, dy), fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        ConvSample s = new(g);
        Size2d output = s.Geometry.OutputSize(OpName, s.Image, s.Kernel);
        Tensor x = g.Tensor([s.Images, s.Channels, s.Image.Height, s.Image.Width], -1, 1);
        Tensor dy = g.Tensor([s.Images, s.Outputs, output.Height, output.Width], -1, 1);
        return OpSample.Of($"x {x.Shape}, dy {dy.Shape}, kernel {s.Kernel}, {s.Geometry}", [x, dy],
            t => Op.Apply(new Conv2dWeightGradient(s.Geometry, s.Kernel), t[0], t[1]));
    }
}

/// <summary>Sizes of a convolution that fit together, drawn for the gradient checks.</summary>
internal readonly struct ConvSample
{
    public ConvSample(SampleGenerator g)
    {
        int groups = g.OneOf(1, 2, 3);
        Kernel = new(1 + g.Choose(3), 1 + g.Choose(3));
        Geometry = new ConvGeometry(
            new(1 + g.Choose(3), 1 + g.Choose(3)), new(g.Choose(3), g.Choose(3)), new(1 + g.Choose(2), 1 + g.Choose(2)), groups);
        Images = g.Choose(16) == 15 ? 0 : 1 + g.Choose(2);
        Channels = groups * (1 + g.Choose(3));
        Outputs = groups * (g.Chance(4) ? 5 : 1 + g.Choose(2));
        Image = new(
            Smallest(Kernel.Height, Geometry.Padding.Height, Geometry.Dilation.Height) + g.Choose(5),
            Smallest(Kernel.Width, Geometry.Padding.Width, Geometry.Dilation.Width) + g.Choose(5));
    }

    public ConvGeometry Geometry { get; }

    public int Images { get; }

    public int Channels { get; }

    public int Outputs { get; }

    public Size2d Image { get; }

    public Size2d Kernel { get; }

    public int[] WeightShape => [Outputs, Channels / Geometry.Groups, Kernel.Height, Kernel.Width];

    /// <summary>The smallest image the kernel fits on once: with enough padding it is smaller than the kernel.</summary>
    private static int Smallest(int kernel, int padding, int dilation) => Math.Max(1, (dilation * (kernel - 1)) + 1 - (2 * padding));
}

internal partial interface IBackend
{
    /// <summary>y = bias + x ⋆ weight; all contiguous: x (N, C, H, W), weight (O, C/groups, KH, KW), y (N, O, OH, OW).</summary>
    void Conv2d(ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, Tensor y);

    /// <summary>
    /// The adjoint of <see cref="Conv2d"/> in x: y (N, C, H, W) = bias + Σ of x (N, O, OH, OW) spread through weight (O, C/groups, KH, KW); all contiguous.
    /// </summary>
    void ConvTranspose2d(ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, Tensor y);

    /// <summary>The adjoint of <see cref="Conv2d"/> in the weight: dweight from x (N, C, H, W) and dy (N, O, OH, OW); all contiguous.</summary>
    void Conv2dWeightGradient(ConvGeometry geometry, Tensor x, Tensor dy, Tensor dweight);
}

public sealed partial class Tensor
{
    /// <summary>
    /// Convolution of images (N, C, H, W) with kernels (O, C/groups, KH, KW), as cross-correlation: (N, O, OH, OW) with
    /// OH = ⌊(H + 2·padding − dilation·(KH − 1) − 1) / stride⌋ + 1. float32 and float64; different dtypes are promoted.
    /// </summary>
    /// <param name="weight">The kernels, (O, C/groups, KH, KW).</param>
    /// <param name="bias">One number for each output channel, (O,), or none.</param>
    /// <param name="stride">Steps between two positions of the kernel; 1 if left out.</param>
    /// <param name="padding">Zeros added on each side.</param>
    /// <param name="dilation">Steps between two elements of the kernel; 1 if left out.</param>
    /// <param name="groups">Output channels of group g see only the input channels of group g; as many groups as channels is a depthwise convolution.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or the kernel does not fit on the padded image.</exception>
    /// <exception cref="DTypeException">An integer or bool tensor.</exception>
    public Tensor Conv2d(Tensor weight, Tensor? bias = null, Size2d? stride = null, Size2d padding = default, Size2d? dilation = null, int groups = 1)
    {
        ConvGeometry geometry = ConvGeometry.Checked("conv2d", stride, padding, dilation, groups);
        CheckConvolution("conv2d", "(N, C, H, W)", "(O, C/groups, KH, KW)", 4, weight, groups);
        (Tensor x, weight, bias) = ForConvolution("conv2d", weight, bias, weight.Sizes[0]);
        _ = geometry.OutputSize("conv2d", (x.Sizes[2], x.Sizes[3]), (weight.Sizes[2], weight.Sizes[3]));
        return bias is null ? Op.Apply(new Conv2dOp(geometry), x, weight) : Op.Apply(new Conv2dOp(geometry), x, weight, bias);
    }

    /// <summary>
    /// Convolution of sequences (N, C, L) with kernels (O, C/groups, K), as cross-correlation: (N, O, ⌊(L + 2·padding − dilation·(K − 1) − 1) / stride⌋ + 1).
    /// The arguments are those of <see cref="Conv2d"/>.
    /// </summary>
    /// <param name="weight">The kernels, (O, C/groups, K).</param>
    /// <param name="bias">One number for each output channel, (O,), or none.</param>
    /// <param name="stride">Steps between two positions of the kernel.</param>
    /// <param name="padding">Zeros added on each side.</param>
    /// <param name="dilation">Steps between two elements of the kernel.</param>
    /// <param name="groups">Output channels of group g see only the input channels of group g.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or the kernel does not fit on the padded sequence.</exception>
    /// <exception cref="DTypeException">An integer or bool tensor.</exception>
    public Tensor Conv1d(Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0, int dilation = 1, int groups = 1)
    {
        ConvGeometry geometry = ConvGeometry.Checked("conv1d", (1, stride), (0, padding), (1, dilation), groups);
        CheckConvolution("conv1d", "(N, C, L)", "(O, C/groups, K)", 3, weight, groups);
        (Tensor x, weight, bias) = ForConvolution("conv1d", weight, bias, weight.Sizes[0]);
        _ = geometry.OutputSize("conv1d", (1, x.Sizes[2]), (1, weight.Sizes[2]));
        x = x.Reshape(x.Sizes[0], x.Sizes[1], 1, x.Sizes[2]);
        weight = weight.Reshape(weight.Sizes[0], weight.Sizes[1], 1, weight.Sizes[2]);
        Tensor y = bias is null ? Op.Apply(new Conv2dOp(geometry), x, weight) : Op.Apply(new Conv2dOp(geometry), x, weight, bias);
        return y.Reshape(y.Sizes[0], y.Sizes[1], y.Sizes[3]);
    }

    private void CheckConvolution(string op, string layout, string weightLayout, int rank, Tensor weight, int groups)
    {
        if (Rank != rank) throw new ShapeException($"{op}: x {Shape}: {rank} axes {layout} are needed");
        if (weight.Rank != rank) throw new ShapeException($"{op}: weight {weight.Shape}: {rank} axes {weightLayout} are needed");
        int channels = Sizes[1], outputs = weight.Sizes[0];
        if (channels % groups != 0 || outputs % groups != 0)
            throw new ShapeException($"{op}: {channels} input and {outputs} output channels do not divide into {groups} groups");
        if (weight.Sizes[1] != channels / groups)
            throw new ShapeException($"{op}: x {Shape} has {channels} channels, {channels / groups} in each of {groups} groups, but the weight {weight.Shape} takes {weight.Sizes[1]}");
    }

    private (Tensor X, Tensor Weight, Tensor? Bias) ForConvolution(string op, Tensor weight, Tensor? bias, int outputs)
    {
        if (bias is not null && (bias.Rank != 1 || bias.Sizes[0] != outputs))
            throw new ShapeException($"{op}: bias {bias.Shape}: there are {outputs} output channels, so ({outputs},) is needed");
        (Tensor x, weight) = ForProduct(this, weight, op);
        if (bias is null) return (x, weight, null);
        if (bias.DType.IsFloat()) bias = bias.To(x.DType);
        bias.RequireFloat(op);
        return (x, weight, bias);
    }
}
