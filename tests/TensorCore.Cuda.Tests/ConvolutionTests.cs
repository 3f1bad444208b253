namespace TensorCore.Cuda.Tests;

/// <summary>
/// Convolutions and poolings against the CPU, in shapes that bring every kernel and every way of cutting: full and ragged tiles, split sums, few channels, residues of large strides. The samples
/// of the op parity tests are too small for most.
/// </summary>
public sealed class ConvolutionTests
{
    /// <summary>x (N, C, H, W), output channels, kernel, stride, padding, dilation, groups.</summary>
    public sealed record Case(string Name, int[] X, int Outputs, Size2d Kernel, Size2d Stride, Size2d Padding, Size2d Dilation, int Groups, bool LargeTiles = false)
    {
        public override string ToString() => Name;
    }

    public static readonly TheoryData<Case> Cases =
    [
        new("large tiles", [1, 128, 8, 16], 128, 3, 1, 1, 1, 1, LargeTiles: true),
        new("ragged large tiles", [3, 67, 9, 11], 100, 3, 1, 1, 1, 1, LargeTiles: true),
        new("64 rows", [2, 9, 17, 19], 60, 3, 2, 1, 1, 1),
        new("32 rows", [1, 16, 33, 20], 20, (3, 5), (1, 2), (1, 2), 1, 1),
        new("split sums", [2, 70, 8, 8], 48, 3, 1, 1, 1, 1),
        new("split sums, odd plane", [1, 72, 7, 9], 90, 3, 1, 0, 1, 1),
        new("pointwise", [2, 40, 12, 10], 72, 1, 1, 0, 1, 1),
        new("dilated", [2, 8, 21, 23], 33, 3, (2, 1), (3, 2), (2, 3), 1),
        new("groups", [2, 24, 13, 11], 36, 3, 1, 1, 1, 3),
        new("wide stride", [1, 12, 31, 29], 21, (7, 5), (6, 5), (2, 1), 1, 1),
        new("stride beyond the kernel", [1, 6, 30, 30], 12, 2, 5, 0, 1, 1),
        new("stride and dilation share a factor", [1, 7, 25, 26], 19, 3, 4, 1, 2, 1),
        new("depthwise", [2, 19, 21, 18], 19, 3, 1, 1, 1, 19),
        new("depthwise, strided and multiplied", [2, 6, 20, 25], 12, 5, (2, 3), 2, 1, 6),
        new("three outputs", [2, 17, 15, 16], 3, 3, 1, 1, 1, 1),
        new("one channel", [3, 1, 40, 40], 40, 5, 2, 0, 1, 1),
        new("as large as the image", [5, 11, 6, 4], 23, (6, 4), 1, 0, 1, 1),
        new("a sequence", [4, 10, 1, 131], 14, (1, 9), (1, 2), (0, 4), 1, 1),
    ];

    private static readonly DType[] s_types = [DType.Float32, DType.BFloat16, DType.Float64];

    [GpuTheory]
    [MemberData(nameof(Cases))]
    public void Convolutions_are_the_CPUs(Case c)
    {
        using TileChoice tiles = new(c.LargeTiles);
        foreach (DType type in s_types)
        {
            OnBoth.Check(
                d => OnBoth.Values(d, type, 1, c.X).Conv2d(OnBoth.Values(d, type, 2, c.Outputs, c.X[1] / c.Groups, c.Kernel.Height, c.Kernel.Width), OnBoth.Values(d, type, 3, c.Outputs), c.Stride, c.Padding, c.Dilation, c.Groups),
                OnBoth.Tolerance(type), $"{c}, {type.Name()}");
        }
    }

    [GpuTheory]
    [MemberData(nameof(Cases))]
    public void Gradients_are_the_CPUs(Case c)
    {
        using TileChoice tiles = new(c.LargeTiles);
        ConvGeometry geometry = ConvGeometry.Checked("test", c.Stride, c.Padding, c.Dilation, c.Groups);
        Size2d size = geometry.OutputSize("test", (c.X[2], c.X[3]), c.Kernel);
        int[] y = [c.X[0], c.Outputs, size.Height, size.Width], weight = [c.Outputs, c.X[1] / c.Groups, c.Kernel.Height, c.Kernel.Width];
        foreach (DType type in s_types)
        {
            OnBoth.Check(d => Op.Apply(new Conv2dWeightGradient(geometry, c.Kernel), OnBoth.Values(d, type, 1, c.X), OnBoth.Values(d, type, 2, y)), OnBoth.Tolerance(type), $"{c}, dweight, {type.Name()}");
            OnBoth.Check(
                d => Op.Apply(new ConvTranspose2dOp(geometry, (c.X[2], c.X[3])), OnBoth.Values(d, type, 1, y), OnBoth.Values(d, type, 2, weight)), OnBoth.Tolerance(type), $"{c}, dx, {type.Name()}");
            OnBoth.Check(
                d => Op.Apply(new ConvTranspose2dOp(geometry, (c.X[2], c.X[3])), OnBoth.Values(d, type, 1, y), OnBoth.Values(d, type, 2, weight), OnBoth.Values(d, type, 3, c.X[1])),
                OnBoth.Tolerance(type), $"{c}, transposed with bias, {type.Name()}");
        }
    }

    /// <summary>x (N, C, H, W), kernel, stride, padding.</summary>
    public static readonly TheoryData<int[], int, int, int> Poolings = new()
    {
        { [2, 3, 16, 24], 2, 2, 0 }, // side by side, whole vectors
        { [2, 3, 16, 22], 2, 2, 0 }, // side by side, not
        { [2, 3, 17, 24], 2, 2, 0 }, // a row left over
        { [1, 5, 30, 31], 3, 2, 1 },
        { [3, 2, 28, 28], 5, 1, 2 },
        { [700, 2, 4, 4], 3, 1, 1 }, // several planes a block
        { [1, 2, 70, 70], 3, 3, 0 }, // a plane in tiles
        { [2, 4, 20, 16], 8, 8, 0 }, // a warp a window
        { [1, 2, 80, 66], 66, 66, 0 }, // a block a window
    };

    [GpuTheory]
    [MemberData(nameof(Poolings))]
    public void Poolings_are_the_CPUs(int[] shape, int kernel, int stride, int padding)
    {
        foreach (DType type in s_types)
        {
            Tensor X(Device d) => OnBoth.Values(d, type, 5, shape);
            string what = $"{new Shape(shape)} by {kernel}, {type.Name()}";
            OnBoth.Check(d => X(d).MaxPool2d(kernel, stride, padding), 0, "max, " + what);
            OnBoth.Check(d => Gradient(X(d), x => x.MaxPool2d(kernel, stride, padding)), OnBoth.Tolerance(type), "max backward, " + what);
            foreach (bool counts in (bool[])[true, false])
            {
                OnBoth.Check(d => X(d).AvgPool2d(kernel, stride, padding, counts), OnBoth.Tolerance(type), "average, " + what);
                OnBoth.Check(d => Gradient(X(d), x => x.AvgPool2d(kernel, stride, padding, counts)), OnBoth.Tolerance(type), "average backward, " + what);
            }
            OnBoth.Check(d => X(d).AdaptiveAvgPool2d((1, 1)), OnBoth.Tolerance(type), "whole planes, " + what);
            OnBoth.Check(d => Gradient(X(d), x => x.AdaptiveAvgPool2d((3, 2))), OnBoth.Tolerance(type), "adaptive backward, " + what);
        }
    }

    /// <summary>NaN wins, and of equals the first.</summary>
    [GpuFact]
    public void Max_pooling_of_nan_and_of_equals()
    {
        float nan = float.NaN;
        Tensor X(Device d) => Tensor.From<float>([1, 1, nan, 2, 1, 1, 7, nan, -1, -2, 5, 5, -2, -1, 5, 5], [1, 1, 4, 4], d);
        OnBoth.Check(d => X(d).MaxPool2d(2), 0, "2×2");
        OnBoth.Check(d => X(d).MaxPool2d(3, 1), 0, "3×3");
        OnBoth.Check(d => Gradient(X(d), x => x.MaxPool2d(2)), 0, "2×2 backward");
        OnBoth.Check(d => Gradient(X(d), x => x.MaxPool2d(3, 1)), 0, "3×3 backward");
    }

    /// <summary>Every window's largest is one element: each round of the scatter adds one.</summary>
    [GpuFact]
    public void Scattered_elements_of_one_place_are_added_in_order()
    {
        foreach (DType type in s_types)
        {
            OnBoth.Check(d => Op.Apply(new PlaneScatter(3, 5), OnBoth.Values(d, type, 4, 2, 3, 20, 40), OnBoth.Indices(d, 2, 1, 2, 3, 20, 40).To(DType.Int32)),
                type == DType.BFloat16 ? 0.005 : 0, type.Name());
        }
    }

    /// <summary>Chooses large tiles, where that is wanted, however few they are.</summary>
    private sealed class TileChoice : IDisposable
    {
        private readonly int _few = CudaBackend.FewTiles;

        public TileChoice(bool large)
        {
            if (large) CudaBackend.FewTiles = 1;
        }

        public void Dispose() => CudaBackend.FewTiles = _few;
    }

    /// <summary>dx for a fixed upstream gradient.</summary>
    private static Tensor Gradient(Tensor x, Func<Tensor, Tensor> f)
    {
        x.RequiresGrad = true;
        Tensor y = f(x), dy = OnBoth.Values(x.Device, x.DType, 9, y.Shape.ToArray());
        return Autograd.Grad([y], [x], [dy])[0];
    }
}
