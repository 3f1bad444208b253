namespace TensorCore;

/// <summary>
/// y[n, c, i, j] = the largest x in window (i, j) of the plane: NaN if one is there, the first of equals;  dx is dy at the places of the largest,
/// summed where windows share one.
/// </summary>
internal sealed class MaxPool2dOp : Op, IOp
{
    private readonly PoolAxis _h, _w;
    private Tensor? _places;
    private Shape _shape;

    internal MaxPool2dOp(PoolAxis h, PoolAxis w) => (_h, _w) = (h, w);

    /// <inheritdoc/>
    public static string OpName => "max_pool2d";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0].Contiguous();
        _shape = x.Shape;
        Tensor y = Tensor.Empty([x.Sizes[0], x.Sizes[1], _h.Windows, _w.Windows], x.DType, x.Device);
        _places = Tensor.EmptyLike(y, DType.Int32);
        x.Device.Backend.MaxPool2d(_h, _w, x, y, _places);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (dx.Needs(0)) dx.Add(0, Op.Apply(new PlaneScatter(_shape[2], _shape[3]), dy, _places!), fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        PoolSample s = new(g, dilated: true);
        Tensor x = g.Tensor(s.Shape, distinct: true);
        return OpSample.Of($"{x.Shape} kernel {s.Kernel}, stride {s.Stride}, padding {s.Padding}, dilation {s.Dilation}", [x],
            t => t[0].MaxPool2d(s.Kernel, s.Stride, s.Padding, s.Dilation));
    }
}

/// <summary>y[n, c, i] = x[n, c] at place[n, c, i] of the plane, counted row by row;  dx is the scatter of dy to these places.</summary>
internal sealed class PlaneGather : Op, IOp
{
    private Tensor? _places;
    private Shape _shape;

    internal PlaneGather()
    {
    }

    /// <inheritdoc/>
    public static string OpName => "plane_gather";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0].Contiguous();
        _places = Save(inputs[1]);
        _shape = x.Shape;
        Tensor y = Tensor.Empty(_places.Sizes, x.DType, x.Device);
        x.Device.Backend.GatherPlanes(x, _places, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (dx.Needs(0)) dx.Add(0, Op.Apply(new PlaneScatter(_shape[2], _shape[3]), dy, _places!), fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int n = g.Size(), c = g.Size(), h = g.PositiveSize(), w = g.PositiveSize();
        Tensor x = g.Tensor([n, c, h, w]);
        Tensor places = g.Indices([n, c, g.Size(), g.Size()], h * w).To(DType.Int32);
        return OpSample.Of($"{x.Shape} at {places.Shape}", [x, places], t => Op.Apply(new PlaneGather(), t[0], t[1]));
    }
}

/// <summary>y[n, c, place[n, c, i]] += x[n, c, i], from zeros;  dx is the gather of dy from these places.</summary>
internal sealed class PlaneScatter : Op, IOp
{
    private readonly int _height, _width;
    private Tensor? _places;

    internal PlaneScatter(int height, int width) => (_height, _width) = (height, width);

    /// <inheritdoc/>
    public static string OpName => "plane_scatter";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0].Contiguous();
        _places = Save(inputs[1]);
        Tensor y = Tensor.Empty([x.Sizes[0], x.Sizes[1], _height, _width], x.DType, x.Device);
        x.Device.Backend.ScatterPlanes(x, _places, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (dx.Needs(0)) dx.Add(0, Op.Apply(new PlaneGather(), dy, _places!), fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int n = g.Size(), c = g.Size(), h = g.PositiveSize(), w = g.PositiveSize();
        int[] shape = [n, c, g.Size(), g.Size()];
        Tensor x = g.Tensor(shape), places = g.Indices(shape, h * w).To(DType.Int32);
        return OpSample.Of($"{x.Shape} to {h}×{w}", [x, places], t => Op.Apply(new PlaneScatter(h, w), t[0], t[1]));
    }
}

/// <summary>Sizes of a pooling that fit together, drawn for the gradient checks.</summary>
internal readonly struct PoolSample
{
    public PoolSample(SampleGenerator g, bool dilated)
    {
        Kernel = new(1 + g.Choose(3), 1 + g.Choose(3));
        Dilation = dilated ? new Size2d(1 + g.Choose(2), 1 + g.Choose(2)) : 1;
        Size2d span = new((Dilation.Height * (Kernel.Height - 1)) + 1, (Dilation.Width * (Kernel.Width - 1)) + 1);
        Padding = new(g.Choose((span.Height / 2) + 1), g.Choose((span.Width / 2) + 1));
        Stride = g.Chance(4) ? null : new Size2d(1 + g.Choose(3), 1 + g.Choose(3));
        Shape = [g.Size(), g.Size(), span.Height + g.Choose(5), span.Width + g.Choose(5)];
    }

    public Size2d Kernel { get; }

    public Size2d Dilation { get; }

    public Size2d Padding { get; }

    public Size2d? Stride { get; }

    public int[] Shape { get; }
}

internal partial interface IBackend
{
    /// <summary>y = the largest element of each window, <paramref name="places"/> (int32) where in its plane it stands; all contiguous.</summary>
    void MaxPool2d(PoolAxis h, PoolAxis w, Tensor x, Tensor y, Tensor places);

    /// <summary>y[plane, i] = x[plane, places[plane, i]]; all contiguous, places int32 and inside the plane.</summary>
    void GatherPlanes(Tensor x, Tensor places, Tensor y);

    /// <summary>y[plane, places[plane, i]] += x[plane, i] from zeros, in the order of i; all contiguous, places int32 and inside the plane.</summary>
    void ScatterPlanes(Tensor x, Tensor places, Tensor y);
}

public sealed partial class Tensor
{
    /// <summary>
    /// The largest element of each window of the images (N, C, H, W): (N, C, OH, OW) with OH = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1.
    /// A window that holds a NaN gives NaN; of equal elements the first (row by row) receives the gradient. float32 and float64.
    /// </summary>
    /// <param name="kernel">The window's size.</param>
    /// <param name="stride">Steps between two windows; the kernel's size if left out.</param>
    /// <param name="padding">How far the first window reaches over the edge, at most half of it; what lies outside never is the largest.</param>
    /// <param name="dilation">Steps between two elements of a window; 1 if left out.</param>
    /// <exception cref="ShapeException">Not four axes, the kernel does not fit, or a window would hold padding only.</exception>
    /// <exception cref="DTypeException">Not float32 or float64.</exception>
    public Tensor MaxPool2d(Size2d kernel, Size2d? stride = null, Size2d padding = default, Size2d? dilation = null)
    {
        CheckPooling("max_pool2d", "(N, C, H, W)", 4);
        ConvGeometry geometry = ConvGeometry.Checked("max_pool2d", stride ?? kernel, padding, dilation, 1);
        (PoolAxis h, PoolAxis w) = Windows("max_pool2d", (Sizes[2], Sizes[3]), kernel, geometry);
        return Op.Apply(new MaxPool2dOp(h, w), this);
    }

    /// <summary>The largest element of each window of the sequences (N, C, L): see <see cref="MaxPool2d"/>.</summary>
    /// <param name="kernel">The window's size.</param>
    /// <param name="stride">Steps between two windows; the kernel's size if left out.</param>
    /// <param name="padding">How far the first window reaches over the edge, at most half of it.</param>
    /// <param name="dilation">Steps between two elements of a window.</param>
    /// <exception cref="ShapeException">Not three axes, the kernel does not fit, or a window would hold padding only.</exception>
    /// <exception cref="DTypeException">Not float32 or float64.</exception>
    public Tensor MaxPool1d(int kernel, int? stride = null, int padding = 0, int dilation = 1)
    {
        CheckPooling("max_pool1d", "(N, C, L)", 3);
        ConvGeometry geometry = ConvGeometry.Checked("max_pool1d", (1, stride ?? kernel), (0, padding), (1, dilation), 1);
        (PoolAxis h, PoolAxis w) = Windows("max_pool1d", (1, Sizes[2]), (1, kernel), geometry);
        Tensor y = Op.Apply(new MaxPool2dOp(h, w), Reshape(Sizes[0], Sizes[1], 1, Sizes[2]));
        return y.Reshape(y.Sizes[0], y.Sizes[1], y.Sizes[3]);
    }

    private static (PoolAxis H, PoolAxis W) Windows(string op, Size2d image, Size2d kernel, ConvGeometry g, bool countPadding = false)
    {
        _ = g.OutputSize(op, image, kernel);
        return (PoolAxis.Moving(op, "height", image.Height, kernel.Height, g.Stride.Height, g.Padding.Height, g.Dilation.Height, countPadding),
            PoolAxis.Moving(op, "width", image.Width, kernel.Width, g.Stride.Width, g.Padding.Width, g.Dilation.Width, countPadding));
    }

    private void CheckPooling(string op, string layout, int rank)
    {
        RequireFloat(op);
        if (Rank != rank) throw new ShapeException($"{op}: x {Shape}: {rank} axes {layout} are needed");
        if (rank == 4 && (long)Sizes[2] * Sizes[3] > int.MaxValue) throw new ShapeException($"{op}: a plane of {Sizes[2]}×{Sizes[3]} has more than {int.MaxValue} elements");
    }
}
