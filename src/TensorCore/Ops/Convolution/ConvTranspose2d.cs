namespace TensorCore;

/// <summary>
/// The transposed convolution: y[n, c, i·s − pad + p·d, j·s − pad + q·d] += weight[o, c, p, q]·x[n, o, i, j], plus bias[c]: the adjoint of
/// <see cref="Conv2dOp"/>, and so its gradient;  dx = dy ⋆ weight, dweight is the convolution's with x and dy in each other's place.
/// </summary>
internal sealed class ConvTranspose2dOp : Op, IOp
{
    private readonly ConvGeometry _geometry;
    private readonly Size2d _size;
    private Tensor? _x, _weight;

    /// <summary>The op; <paramref name="size"/> is the output's height and width, which the stride alone does not determine.</summary>
    internal ConvTranspose2dOp(ConvGeometry geometry, Size2d size) => (_geometry, _size) = (geometry, size);

    /// <inheritdoc/>
    public static string OpName => "conv_transpose2d";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        (_x, _weight) = (Save(inputs[0]), Save(inputs[1]));
        Tensor y = Tensor.Empty([_x.Sizes[0], _weight.Sizes[1] * _geometry.Groups, _size.Height, _size.Width], _x.DType, _x.Device);
        y.Device.Backend.ConvTranspose2d(_geometry, _x.Contiguous(), _weight.Contiguous(), inputs.Length == 3 ? inputs[2].Contiguous() : null, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (dx.Needs(0)) dx.Add(0, Op.Apply(new Conv2dOp(_geometry), dy, _weight!), fresh: true);
        if (dx.Needs(1)) dx.Add(1, Op.Apply(new Conv2dWeightGradient(_geometry, (_weight!.Sizes[2], _weight.Sizes[3])), dy, _x!), fresh: true);
        if (dx.Needs(2)) dx.Add(2, Conv2dOp.BiasGradient(dy), fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        ConvSample s = new(g);
        ConvGeometry c = s.Geometry;
        Size2d small = c.OutputSize(OpName, s.Image, s.Kernel);
        // Padding can eat a small output: without it there is always something left.
        Size2d extra = new(g.Choose(c.Stride.Height), g.Choose(c.Stride.Width));
        c = c with { Padding = new(Cut(c.Padding.Height, s.Kernel.Height, c.Dilation.Height), Cut(c.Padding.Width, s.Kernel.Width, c.Dilation.Width)) };
        Tensor x = g.Tensor([s.Images, s.Outputs, small.Height, small.Width], -1, 1), weight = g.Tensor(s.WeightShape, -1, 1);
        Tensor? bias = g.Chance() ? g.Tensor([s.Channels]) : null;
        return OpSample.Of($"x {x.Shape}, weight {weight.Shape}, bias {bias is not null}, {c}, output padding {extra}", bias is null ? [x, weight] : [x, weight, bias],
            t => t[0].ConvTranspose2d(t[1], t.Length == 3 ? t[2] : null, c.Stride, c.Padding, extra, c.Dilation, c.Groups));

        static int Cut(int padding, int kernel, int dilation) => Math.Min(padding, dilation * (kernel - 1) / 2);
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// Transposed convolution of images (N, C, H, W) with kernels (C, O/groups, KH, KW): (N, O, OH, OW) with
    /// OH = (H − 1)·stride − 2·padding + dilation·(KH − 1) + 1 + outputPadding. It is the gradient of a convolution with the same arguments in its
    /// input, not its inverse; a stride of s makes images s times larger. float32 and float64; different dtypes are promoted.
    /// </summary>
    /// <param name="weight">The kernels, (C, O/groups, KH, KW).</param>
    /// <param name="bias">One number for each output channel, (O,), or none.</param>
    /// <param name="stride">Steps in the output between two elements of the input; 1 if left out.</param>
    /// <param name="padding">Rows and columns cut off the output on each side.</param>
    /// <param name="outputPadding">Rows and columns more at the bottom and right, below the stride: which of the sizes that a convolution maps to this one.</param>
    /// <param name="dilation">Steps between two elements of the kernel; 1 if left out.</param>
    /// <param name="groups">Input channels of group g reach only the output channels of group g.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or nothing is left of the output.</exception>
    /// <exception cref="DTypeException">An integer or bool tensor.</exception>
    public Tensor ConvTranspose2d(
        Tensor weight, Tensor? bias = null, Size2d? stride = null, Size2d padding = default, Size2d outputPadding = default, Size2d? dilation = null, int groups = 1)
    {
        ConvGeometry geometry = ConvGeometry.Checked("conv_transpose2d", stride, padding, dilation, groups);
        if (Rank != 4) throw new ShapeException($"conv_transpose2d: x {Shape}: 4 axes (N, C, H, W) are needed");
        if (weight.Rank != 4) throw new ShapeException($"conv_transpose2d: weight {weight.Shape}: 4 axes (C, O/groups, KH, KW) are needed");
        if (Sizes[1] % groups != 0) throw new ShapeException($"conv_transpose2d: {Sizes[1]} input channels do not divide into {groups} groups");
        if (weight.Sizes[0] != Sizes[1])
            throw new ShapeException($"conv_transpose2d: x {Shape} has {Sizes[1]} channels, but the weight {weight.Shape} takes {weight.Sizes[0]}");
        (Tensor x, weight, bias) = ForConvolution("conv_transpose2d", weight, bias, weight.Sizes[1] * groups);
        Size2d size = geometry.TransposedSize("conv_transpose2d", (x.Sizes[2], x.Sizes[3]), (weight.Sizes[2], weight.Sizes[3]), outputPadding);
        ConvTranspose2dOp op = new(geometry, size);
        return bias is null ? Op.Apply(op, x, weight) : Op.Apply(op, x, weight, bias);
    }
}
