using TensorCore.Cpu;
using TensorCore.Tests.Cpu;

namespace TensorCore.Tests;

/// <summary>Poolings against numbers computed by hand and against plain loops.</summary>
[Collection(ProcessWideSettings.Name)]
public sealed class PoolingTests
{
    private static double[] Numbers(long count, int seed = 0) => [.. Enumerable.Range(0, (int)count).Select(i => Math.Sin((i * 1.3) + seed) * 2)];

    private static Tensor Filled(int[] shape, int seed = 0, DType dtype = DType.Float64) => Tensor.From(Numbers(Shape.Create(shape).Count, seed), shape).To(dtype);

    private static double[] Values(Tensor t) => t.Detach().To(DType.Float64).ToArray<double>();

    private static readonly Tensor _square = Tensor.From([.. Enumerable.Range(1, 16).Select(i => (double)i)], [1, 1, 4, 4]);

    private sealed record Problem(int H, int W, Size2d Kernel, Size2d Stride, Size2d Padding, Size2d Dilation)
    {
        public int Oh => ((H + (2 * Padding.Height) - (Dilation.Height * (Kernel.Height - 1)) - 1) / Stride.Height) + 1;

        public int Ow => ((W + (2 * Padding.Width) - (Dilation.Width * (Kernel.Width - 1)) - 1) / Stride.Width) + 1;

        public IEnumerable<int> Window(int i, int j)
        {
            for (int p = 0; p < Kernel.Height; p++)
                for (int q = 0; q < Kernel.Width; q++)
                {
                    int h = (i * Stride.Height) - Padding.Height + (p * Dilation.Height), w = (j * Stride.Width) - Padding.Width + (q * Dilation.Width);
                    if (h >= 0 && h < H && w >= 0 && w < W) yield return (h * W) + w;
                }
        }
    }

    private static Problem Draw(int[] choices, bool dilated)
    {
        int at = 0;
        int Next(int count) => at < choices.Length ? choices[at++] % count : 0;
        Size2d kernel = new(1 + Next(4), 1 + Next(4)), dilation = dilated ? new Size2d(1 + Next(2), 1 + Next(2)) : 1;
        int spanH = (dilation.Height * (kernel.Height - 1)) + 1, spanW = (dilation.Width * (kernel.Width - 1)) + 1;
        Size2d padding = new(Next((spanH / 2) + 1), Next((spanW / 2) + 1));
        return new Problem(spanH + Next(9), spanW + Next(30), kernel, new(1 + Next(4), 1 + Next(4)), padding, dilation);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Max_pooling_equals_loops(DType dtype) => Cases.Check(Cases.Count(60), choices =>
    {
        Problem p = Draw(choices, dilated: true);
        Tensor x = Filled([2, 3, p.H, p.W], 1, dtype).RequireGrad(), y = x.MaxPool2d(p.Kernel, p.Stride, p.Padding, p.Dilation);
        Tensor dy = Filled([.. y.Shape], 2, dtype);
        y.Backward(dy);
        double[] values = Values(x), up = Values(dy), expected = new double[y.Count], dx = new double[x.Count];
        for (int plane = 0, k = 0; plane < 6; plane++)
        {
            for (int i = 0; i < p.Oh; i++)
            {
                for (int j = 0; j < p.Ow; j++, k++)
                {
                    int best = (plane * p.H * p.W) + p.Window(i, j).MaxBy(a => values[(plane * p.H * p.W) + a]);
                    expected[k] = values[best];
                    dx[best] += up[k];
                }
            }
        }
        Assert.Equal<Shape>([2, 3, p.Oh, p.Ow], y.Shape);
        Assert.Equal(expected, Values(y));
        AssertNear(dx, x.Grad!, dtype);
    });

    [Theory]
    [InlineData(DType.Float32, true)]
    [InlineData(DType.Float64, false)]
    public void Average_pooling_equals_loops(DType dtype, bool countPadding) => Cases.Check(Cases.Count(60), choices =>
    {
        Problem p = Draw(choices, dilated: false);
        Tensor x = Filled([2, 3, p.H, p.W], 1, dtype).RequireGrad(), y = x.AvgPool2d(p.Kernel, p.Stride, p.Padding, countPadding);
        Tensor dy = Filled([.. y.Shape], 2, dtype);
        y.Backward(dy);
        double[] values = Values(x), up = Values(dy), expected = new double[y.Count], dx = new double[x.Count];
        for (int plane = 0, k = 0; plane < 6; plane++)
        {
            for (int i = 0; i < p.Oh; i++)
            {
                for (int j = 0; j < p.Ow; j++, k++)
                {
                    int[] window = [.. p.Window(i, j).Select(a => (plane * p.H * p.W) + a)];
                    double share = countPadding ? p.Kernel.Height * p.Kernel.Width : window.Length;
                    expected[k] = window.Sum(a => values[a]) / share;
                    foreach (int a in window) dx[a] += up[k] / share;
                }
            }
        }
        AssertNear(expected, y, dtype);
        AssertNear(dx, x.Grad!, dtype);
    });

    private static void AssertNear(double[] expected, Tensor actual, DType dtype)
    {
        double[] a = Values(actual);
        Assert.Equal(expected.Length, a.Length);
        for (int i = 0; i < a.Length; i++) Assert.Equal(expected[i], a[i], dtype == DType.Float64 ? 1e-12 : 1e-5);
    }

    [Fact]
    public void Poolings_by_hand()
    {
        Assert.Equal([6.0, 8, 14, 16], Values(_square.MaxPool2d(2)));
        Assert.Equal([1.0, 3, 4, 9, 11, 12, 13, 15, 16], Values(_square.MaxPool2d(2, padding: 1)));
        Assert.Equal([11.0, 12, 15, 16], Values(_square.MaxPool2d(2, 1, dilation: 2)));
        Assert.Equal([3.5, 5.5, 11.5, 13.5], Values(_square.AvgPool2d(2)));
        Assert.Equal([0.25, 1.25, 1, 3.5, 8.5, 5, 3.25, 7.25, 4], Values(_square.AvgPool2d(2, padding: 1)));
        Assert.Equal([1.0, 2.5, 4, 7, 8.5, 10, 13, 14.5, 16], Values(_square.AvgPool2d(2, padding: 1, countIncludePad: false)));
        Assert.Equal([8.5], Values(_square.AdaptiveAvgPool2d(1)));
        Assert.Equal([3.5, 4.5, 5.5, 7.5, 8.5, 9.5, 11.5, 12.5, 13.5], Values(_square.AdaptiveAvgPool2d(3)));
        Assert.Equal(Values(_square), Values(_square.AdaptiveAvgPool2d(4)));
        Assert.Equal([1.0, 1, 2, 2], Values(Tensor.From([1.0, 2], [1, 1, 1, 2]).AdaptiveAvgPool2d((1, 4))));
        Tensor line = Tensor.From([3.0, 1, 4, 1, 5, 9, 2, 6], [1, 2, 4]);
        Assert.Equal([3.0, 4, 9, 6], Values(line.MaxPool1d(2)));
        Assert.Equal([4.0, 4, 9, 9], Values(line.MaxPool1d(3, 1)));
        Assert.Equal([2.0, 2.5, 7, 4], Values(line.AvgPool1d(2)));
        Assert.Equal<Shape>([1, 2, 3], line.AvgPool1d(2, padding: 1).Shape);
    }

    [Fact]
    public void NaN_propagates_and_equals_go_to_the_first()
    {
        Tensor x = Tensor.From([1.0, double.NaN, 7, 7, 2, 9, 7, 3], [1, 1, 2, 4]).RequireGrad();
        Tensor y = x.MaxPool2d(2);
        Assert.True(double.IsNaN(Values(y)[0]));
        Assert.Equal(7, Values(y)[1]);
        y.Backward(Tensor.From([10.0, 20], [1, 1, 1, 2]));
        Assert.Equal([0.0, 10, 20, 0, 0, 0, 0, 0], Values(x.Grad!));
        Assert.Equal([double.NegativeInfinity], Values(Tensor.Full([1, 1, 2, 2], double.NegativeInfinity, DType.Float64).MaxPool2d(2)));
    }

    [Fact]
    public void Ties_and_NaN_give_the_first_place_at_every_width() => Cases.Check(60, choices =>
    {
        // Few different values, so that windows hold several largest ones, zeros of both signs and several NaNs.
        Problem p = Draw(choices, dilated: true);
        Random random = new(choices.Sum());
        double[] values = [.. Enumerable.Range(0, p.H * p.W).Select(_ => new[] { 1, 2, 2, 0.0, -0.0, double.NaN, double.NegativeInfinity }[random.Next(7)])];
        double[] up = Numbers((long)p.Oh * p.Ow, 2), dx = new double[values.Length];
        for (int i = 0; i < p.Oh; i++)
        {
            for (int j = 0; j < p.Ow; j++)
            {
                int best = p.Window(i, j).First();
                foreach (int a in p.Window(i, j))
                    if (values[a] > values[best] || (double.IsNaN(values[a]) && !double.IsNaN(values[best]))) best = a;
                dx[best] += up[(i * p.Ow) + j];
            }
        }
        SimdLevel before = Simd.Level;
        try
        {
            for (SimdLevel level = SimdLevel.Scalar; level <= Simd.Best; level++)
            {
                Simd.Level = level;
                foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
                {
                    Tensor x = Tensor.From(values, [1, 1, p.H, p.W]).To(dtype).RequireGrad();
                    Tensor y = x.MaxPool2d(p.Kernel, p.Stride, p.Padding, p.Dilation);
                    y.Backward(Tensor.From(up, y.Shape).To(dtype));
                    AssertNear(dx, x.Grad!, dtype);
                }
            }
        }
        finally
        {
            Simd.Level = before;
        }
    });

    [Fact]
    public void Any_threads_and_any_width_give_the_same_bits()
    {
        int threads = WorkerPool.Threads;
        SimdLevel level = Simd.Level;
        try
        {
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
            {
                List<double[]> runs = [];
                foreach ((int t, SimdLevel l) in ((int, SimdLevel)[])[(1, Simd.Best), (2, Simd.Best), (4, Simd.Best), (2, SimdLevel.V256), (2, SimdLevel.V128), (2, SimdLevel.Scalar)])
                {
                    if (l > Simd.Best) continue;
                    WorkerPool.Threads = t;
                    Simd.Level = l;
                    Tensor x = Filled([5, 30, 21, 23], 1, dtype).RequireGrad();
                    Tensor max = x.MaxPool2d(3, 2, 1), avg = x.AvgPool2d(3, 2, 1);
                    // Unequal weights: the gradient's places and sums both show.
                    (max * Filled([.. max.Shape], 2, dtype)).Sum().Backward();
                    (avg * Filled([.. avg.Shape], 3, dtype)).Sum().Backward();
                    runs.Add([.. Values(max), .. Values(avg), .. Values(x.Grad!)]);
                }
                foreach (double[] run in runs) Assert.Equal(runs[0], run);
            }
        }
        finally
        {
            WorkerPool.Threads = threads;
            Simd.Level = level;
        }
    }

    [Fact]
    public void Empty_batches_work()
    {
        Tensor x = Tensor.Zeros([0, 3, 4, 4]).RequireGrad();
        Assert.Equal<Shape>([0, 3, 2, 2], x.MaxPool2d(2).Shape);
        Assert.Equal<Shape>([0, 3, 1, 1], x.AdaptiveAvgPool2d(1).Shape);
        x.AvgPool2d(2).Sum().Backward();
        Assert.Equal<Shape>([0, 3, 4, 4], x.Grad!.Shape);
    }

    [Fact]
    public void Errors_name_the_sizes()
    {
        Tensor x = Tensor.Ones([1, 1, 4, 4]);
        Message("max_pool2d: x (4, 4): 4 axes (N, C, H, W) are needed", () => Tensor.Ones([4, 4]).MaxPool2d(2));
        Message("max_pool2d: the kernel spans 5 (5 with dilation 1), but the padded height is only 4 (4 + 2·0)", () => x.MaxPool2d(5));
        Message("max_pool2d: padding 2 along the height: it can be at most half the kernel's span of 2", () => x.MaxPool2d(2, padding: 2));
        Message("max_pool2d: window 0 along the height of size 1 holds padding only (kernel 2, padding 1, dilation 2)",
            () => Tensor.Ones([1, 1, 1, 1]).MaxPool2d(2, padding: 1, dilation: 2));
        Message("avg_pool1d: stride 1×0: it must be at least 1", () => Tensor.Ones([1, 1, 4]).AvgPool1d(2, 0));
        Message("avg_pool2d: the kernel's height is 0: it must be at least 1", () => x.AvgPool2d(0, 1));
        Message("adaptive_avg_pool2d: output size 0×2: it must be at least 1", () => x.AdaptiveAvgPool2d((0, 2)));
        Message("adaptive_avg_pool2d: x (1, 1, 0, 4): there is nothing to average in images of 0×4", () => Tensor.Ones([1, 1, 0, 4]).AdaptiveAvgPool2d(1));
        Assert.Contains("max_pool2d: int64", Assert.Throws<DTypeException>(() => Tensor.Ones([1, 1, 4, 4], DType.Int64).MaxPool2d(2)).Message);
    }

    private static void Message(string expected, Func<object> call) => Assert.Equal(expected, Assert.Throws<ShapeException>(call).Message);
}
