namespace TensorCore;

/// <summary>
/// y[n, c, i, j] = Σ of x over window (i, j), divided by its size;  dx spreads dy evenly over the windows: <see cref="AvgPool2dSpread"/>.
/// </summary>
internal sealed class AvgPool2dOp : Op, IOp
{
    private readonly PoolAxis _h, _w;

    internal AvgPool2dOp(PoolAxis h, PoolAxis w) => (_h, _w) = (h, w);

    /// <inheritdoc/>
    public static string OpName => "avg_pool2d";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0].Contiguous();
        Tensor y = Tensor.Empty([x.Sizes[0], x.Sizes[1], _h.Windows, _w.Windows], x.DType, x.Device);
        x.Device.Backend.AvgPool2d(_h, _w, x, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (dx.Needs(0)) dx.Add(0, Op.Apply(new AvgPool2dSpread(_h, _w), dy), fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        PoolSample s = new(g, dilated: false);
        Tensor x = g.Tensor(s.Shape);
        bool count = g.Chance();
        if (!g.Chance(3))
        {
            return OpSample.Of($"{x.Shape} kernel {s.Kernel}, stride {s.Stride}, padding {s.Padding}, padding counts {count}", [x],
                t => t[0].AvgPool2d(s.Kernel, s.Stride, s.Padding, count));
        }
        Size2d size = new(g.PositiveSize(), g.PositiveSize());
        return OpSample.Of($"{x.Shape} to {size}", [x], t => t[0].AdaptiveAvgPool2d(size));
    }
}

/// <summary>y[n, c, h, w] = Σ over the windows (i, j) that hold (h, w) of x[n, c, i, j] divided by the window's size;  dx = the windows' averages of dy.</summary>
internal sealed class AvgPool2dSpread : Op, IOp
{
    private readonly PoolAxis _h, _w;

    internal AvgPool2dSpread(PoolAxis h, PoolAxis w) => (_h, _w) = (h, w);

    /// <inheritdoc/>
    public static string OpName => "avg_pool2d_spread";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0].Contiguous();
        Tensor y = Tensor.Empty([x.Sizes[0], x.Sizes[1], _h.Size, _w.Size], x.DType, x.Device);
        x.Device.Backend.SpreadWindows(_h, _w, x, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (dx.Needs(0)) dx.Add(0, Op.Apply(new AvgPool2dOp(_h, _w), dy), fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        PoolSample s = new(g, dilated: false);
        Size2d stride = s.Stride ?? s.Kernel;
        PoolAxis h = PoolAxis.Moving(OpName, "height", s.Shape[2], s.Kernel.Height, stride.Height, s.Padding.Height, 1, g.Chance());
        PoolAxis w = PoolAxis.Moving(OpName, "width", s.Shape[3], s.Kernel.Width, stride.Width, s.Padding.Width, 1);
        Tensor x = g.Tensor([s.Shape[0], s.Shape[1], h.Windows, w.Windows]);
        return OpSample.Of($"{x.Shape} to {h.Size}×{w.Size}, kernel {s.Kernel}, stride {stride}, padding {s.Padding}", [x], t => Op.Apply(new AvgPool2dSpread(h, w), t[0]));
    }
}

internal partial interface IBackend
{
    /// <summary>y = the sum of each window times the axes' shares; contiguous.</summary>
    void AvgPool2d(PoolAxis h, PoolAxis w, Tensor x, Tensor y);

    /// <summary>The adjoint of <see cref="AvgPool2d"/>: y = Σ over the windows around each element of x times the axes' shares; contiguous.</summary>
    void SpreadWindows(PoolAxis h, PoolAxis w, Tensor x, Tensor y);
}

public sealed partial class Tensor
{
    /// <summary>The average of each window of the images (N, C, H, W): (N, C, OH, OW) with OH = ⌊(H + 2·padding − kernel) / stride⌋ + 1. float32 and float64.</summary>
    /// <param name="kernel">The window's size.</param>
    /// <param name="stride">Steps between two windows; the kernel's size if left out.</param>
    /// <param name="padding">How far the first window reaches over the edge, at most half of it.</param>
    /// <param name="countIncludePad">Divide by the kernel's size at the edges too (zeros lie outside), as PyTorch does by default; false divides by the elements inside.</param>
    /// <exception cref="ShapeException">Not four axes, or the kernel does not fit.</exception>
    /// <exception cref="DTypeException">Not float32 or float64.</exception>
    public Tensor AvgPool2d(Size2d kernel, Size2d? stride = null, Size2d padding = default, bool countIncludePad = true)
    {
        CheckPooling("avg_pool2d", "(N, C, H, W)", 4);
        ConvGeometry geometry = ConvGeometry.Checked("avg_pool2d", stride ?? kernel, padding, null, 1);
        (PoolAxis h, PoolAxis w) = Windows("avg_pool2d", (Sizes[2], Sizes[3]), kernel, geometry, countIncludePad);
        return Op.Apply(new AvgPool2dOp(h, w), this);
    }

    /// <summary>The average of each window of the sequences (N, C, L): see <see cref="AvgPool2d"/>.</summary>
    /// <param name="kernel">The window's size.</param>
    /// <param name="stride">Steps between two windows; the kernel's size if left out.</param>
    /// <param name="padding">How far the first window reaches over the edge, at most half of it.</param>
    /// <param name="countIncludePad">Divide by the kernel's size at the edges too.</param>
    /// <exception cref="ShapeException">Not three axes, or the kernel does not fit.</exception>
    /// <exception cref="DTypeException">Not float32 or float64.</exception>
    public Tensor AvgPool1d(int kernel, int? stride = null, int padding = 0, bool countIncludePad = true)
    {
        CheckPooling("avg_pool1d", "(N, C, L)", 3);
        ConvGeometry geometry = ConvGeometry.Checked("avg_pool1d", (1, stride ?? kernel), (0, padding), null, 1);
        (PoolAxis h, PoolAxis w) = Windows("avg_pool1d", (1, Sizes[2]), (1, kernel), geometry, countIncludePad);
        Tensor y = Op.Apply(new AvgPool2dOp(h, w), Reshape(Sizes[0], Sizes[1], 1, Sizes[2]));
        return y.Reshape(y.Sizes[0], y.Sizes[1], y.Sizes[3]);
    }

    /// <summary>
    /// The averages of <paramref name="size"/> windows that cover the images (N, C, H, W) as evenly as possible, whatever their size: window i of OH covers
    /// rows ⌊i·H/OH⌋ … ⌈(i + 1)·H/OH⌉ − 1. A size of 1 averages whole planes. float32 and float64.
    /// </summary>
    /// <param name="size">The output's height and width, at least 1.</param>
    /// <exception cref="ShapeException">Not four axes, empty images, or a size below 1.</exception>
    /// <exception cref="DTypeException">Not float32 or float64.</exception>
    public Tensor AdaptiveAvgPool2d(Size2d size)
    {
        CheckPooling("adaptive_avg_pool2d", "(N, C, H, W)", 4);
        if (size.Height < 1 || size.Width < 1) throw new ShapeException($"adaptive_avg_pool2d: output size {size}: it must be at least 1");
        if (Sizes[2] == 0 || Sizes[3] == 0) throw new ShapeException($"adaptive_avg_pool2d: x {Shape}: there is nothing to average in images of {Sizes[2]}×{Sizes[3]}");
        return Op.Apply(new AvgPool2dOp(PoolAxis.Adaptive(Sizes[2], size.Height), PoolAxis.Adaptive(Sizes[3], size.Width)), this);
    }
}
