using TensorCore.Cpu;
using TensorCore.Tests.Cpu;

namespace TensorCore.Tests;

/// <summary>Convolutions against numbers computed by hand and against seven nested loops.</summary>
[Collection(ProcessWideSettings.Name)]
public sealed class ConvolutionTests
{
    private static double[] Numbers(long count, int seed = 0) => [.. Enumerable.Range(0, (int)count).Select(i => Math.Sin((i * 1.3) + seed) * 2)];

    private static Tensor Filled(int[] shape, int seed = 0, DType dtype = DType.Float64) => Tensor.From(Numbers(Shape.Create(shape).Count, seed), shape).To(dtype);

    private static double[] Values(Tensor t) => t.Detach().To(DType.Float64).ToArray<double>();

    /// <param name="expected">By definition, in float64.</param>
    /// <param name="actual">What is checked.</param>
    /// <param name="tolerance">Relative to the largest value, or to <paramref name="squares"/> if that is larger.</param>
    /// <param name="what">For the message.</param>
    /// <param name="squares">
    /// For each value, the sum of its terms' squares: rounding grows with the terms, also where they cancel and leave a small value.
    /// </param>
    private static void Near(double[] expected, Tensor actual, double tolerance, string what, double[]? squares = null)
    {
        double[] a = Values(actual);
        Assert.Equal(expected.Length, a.Length);
        double scale = Math.Max(1, expected.Select(Math.Abs).DefaultIfEmpty(0).Max());
        if (squares is not null) scale = Math.Max(scale, Math.Sqrt(squares.DefaultIfEmpty(0).Max()));
        for (int i = 0; i < a.Length; i++) Assert.True(Math.Abs(expected[i] - a[i]) <= tolerance * scale, $"{what}: element {i}: {a[i]} instead of {expected[i]}");
    }

    /// <summary>A convolution of any sizes, and what it, its input gradient and its weight gradient are by definition.</summary>
    private sealed record Problem(int N, int C, int H, int W, int O, int Kh, int Kw, Size2d Stride, Size2d Padding, Size2d Dilation, int Groups)
    {
        public int Oh => ((H + (2 * Padding.Height) - (Dilation.Height * (Kh - 1)) - 1) / Stride.Height) + 1;

        public int Ow => ((W + (2 * Padding.Width) - (Dilation.Width * (Kw - 1)) - 1) / Stride.Width) + 1;

        public int[] X => [N, C, H, W];

        public int[] Weight => [O, C / Groups, Kh, Kw];

        public int[] Y => [N, O, Oh, Ow];

        /// <summary>Calls with the flat indices of x, weight and y of each product in the sum.</summary>
        private void Each(Action<int, int, int> visit)
        {
            int cg = C / Groups, og = O / Groups;
            for (int n = 0; n < N; n++)
                for (int o = 0; o < O; o++)
                    for (int i = 0; i < Oh; i++)
                        for (int j = 0; j < Ow; j++)
                            for (int c = 0; c < cg; c++)
                                for (int p = 0; p < Kh; p++)
                                    for (int q = 0; q < Kw; q++)
                                    {
                                        int h = (i * Stride.Height) - Padding.Height + (p * Dilation.Height), w = (j * Stride.Width) - Padding.Width + (q * Dilation.Width);
                                        if (h < 0 || h >= H || w < 0 || w >= W) continue;
                                        visit((((((n * C) + (o / og * cg) + c) * H) + h) * W) + w, (((((o * cg) + c) * Kh) + p) * Kw) + q, (((((n * O) + o) * Oh) + i) * Ow) + j);
                                    }
        }

        public double[] Forward(double[] x, double[] w, double[]? bias)
        {
            double[] y = new double[N * O * Oh * Ow];
            if (bias is not null) for (int i = 0; i < y.Length; i++) y[i] = bias[i / (Oh * Ow) % O];
            Each((a, b, c) => y[c] += x[a] * w[b]);
            return y;
        }

        public double[] InputGradient(double[] dy, double[] w)
        {
            double[] dx = new double[N * C * H * W];
            Each((a, b, c) => dx[a] += dy[c] * w[b]);
            return dx;
        }

        public double[] WeightGradient(double[] x, double[] dy)
        {
            double[] dw = new double[O * (C / Groups) * Kh * Kw];
            Each((a, b, c) => dw[b] += dy[c] * x[a]);
            return dw;
        }

        public (Tensor Y, Tensor Dx, Tensor Dw, Tensor Db) Run(DType dtype)
        {
            Tensor x = Filled(X, 1, dtype).RequireGrad(), w = Filled(Weight, 2, dtype).RequireGrad(), b = Filled([O], 3, dtype).RequireGrad();
            Tensor y = x.Conv2d(w, b, Stride, Padding, Dilation, Groups);
            y.Backward(Filled(Y, 4, dtype));
            return (y.Detach(), x.Grad!, w.Grad!, b.Grad!);
        }

        public void Check(DType dtype)
        {
            (Tensor y, Tensor dx, Tensor dw, Tensor db) = Run(dtype);
            double[] a = Values(Filled(X, 1, dtype)), w = Values(Filled(Weight, 2, dtype)), b = Values(Filled([O], 3, dtype)), dy = Values(Filled(Y, 4, dtype));
            double tolerance = dtype == DType.Float64 ? 1e-12 : 1e-5;
            Assert.Equal<Shape>(Y, y.Shape);
            double[] a2 = Squared(a), w2 = Squared(w), dy2 = Squared(dy);
            Near(Forward(a, w, b), y, tolerance, $"{this} {dtype} y", Forward(a2, w2, null));
            Near(InputGradient(dy, w), dx, tolerance, $"{this} {dtype} dx", InputGradient(dy2, w2));
            Near(WeightGradient(a, dy), dw, tolerance, $"{this} {dtype} dw", WeightGradient(a2, dy2));
            double[] sums = new double[O];
            for (int i = 0; i < dy.Length; i++) sums[i / (Oh * Ow) % O] += dy[i];
            Near(sums, db, tolerance, $"{this} {dtype} db");
        }

        private static double[] Squared(double[] values) => [.. values.Select(v => v * v)];
    }

    private static Problem Draw(int[] choices)
    {
        int at = 0;
        int Next(int count) => at < choices.Length ? choices[at++] % count : 0;
        int groups = new[] { 1, 1, 2, 3, 6 }[Next(5)];
        int kh = 1 + Next(4), kw = 1 + Next(4);
        Size2d stride = new(1 + Next(3), 1 + Next(3)), padding = new(Next(3), Next(3)), dilation = new(1 + Next(2), 1 + Next(2));
        int h = Math.Max(1, (dilation.Height * (kh - 1)) + 1 - (2 * padding.Height)) + Next(13), w = Math.Max(1, (dilation.Width * (kw - 1)) + 1 - (2 * padding.Width)) + Next(40);
        return new Problem(1 + Next(4), groups * (1 + Next(5)), h, w, groups * (1 + Next(9)), kh, kw, stride, padding, dilation, groups);
    }

    [Fact]
    public void Generated_convolutions_equal_seven_loops() => Cases.Check(Cases.Count(60), choices =>
    {
        Problem p = Draw(choices);
        p.Check(DType.Float64);
        p.Check(DType.Float32);
    });

    [Theory]
    [InlineData(SimdLevel.Scalar)]
    [InlineData(SimdLevel.V128)]
    [InlineData(SimdLevel.V256)]
    [InlineData(SimdLevel.V512)]
    public void Every_vector_width_equals_seven_loops(SimdLevel level)
    {
        if (level > Simd.Best) return;
        SimdLevel before = Simd.Level;
        Simd.Level = level;
        try
        {
            Cases.Check(12, choices =>
            {
                Draw(choices).Check(DType.Float64);
                Draw(choices).Check(DType.Float32);
            }, seed: 7);
            new Problem(3, 5, 7, 9, 40, 3, 3, 1, 1, 1, 1).Check(DType.Float32);
            new Problem(2, 6, 11, 19, 6, 3, 3, 2, 1, 1, 6).Check(DType.Float64);
        }
        finally
        {
            Simd.Level = before;
        }
    }

    /// <summary>Sizes at which the plans cut differently: several blocks of steps, images in parts, channels in parts, panels across images.</summary>
    public static TheoryData<int, int, int, int, int, int> Large => new()
    {
        { 1, 140, 9, 9, 70, 3 },   // more than one block of steps (1,260), few pieces: channels in parts
        { 2, 3, 70, 90, 8, 5 },    // images in parts
        { 40, 4, 4, 4, 8, 3 },     // many small images: panels run across them
        { 1, 1, 120, 130, 1, 3 },  // one channel: no panels
        { 3, 300, 3, 3, 130, 1 },  // 1×1
        { 1, 20, 3, 3, 600, 3 },   // output channels in parts for the weight gradient
        { 2, 2, 5, 500, 9, 2 },    // rows longer than a unit of the weight gradient
    };

    [Theory]
    [MemberData(nameof(Large))]
    public void Cuts_of_large_problems_do_not_show(int n, int c, int h, int w, int o, int k)
    {
        Problem p = new(n, c, h, w, o, k, k, 1, k / 2, 1, 1);
        p.Check(DType.Float32);
        p.Check(DType.Float64);
        new Problem(n, c, h, w, o, k, k, 2, 0, 1, 1).Check(DType.Float32);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Any_number_of_threads_gives_the_same_bits(DType dtype)
    {
        int before = WorkerPool.Threads;
        Problem[] problems =
        [
            new(6, 16, 20, 20, 24, 3, 3, 1, 1, 1, 1), new(4, 12, 17, 19, 12, 3, 3, 2, 1, 1, 12), new(1, 32, 33, 31, 40, 3, 3, 2, 1, 1, 2),
            new(9, 8, 5, 5, 70, 3, 3, 1, 1, 1, 1),
        ];
        try
        {
            foreach (Problem p in problems)
            {
                List<double[]> runs = [];
                foreach (int threads in (int[])[1, 2, 4])
                {
                    WorkerPool.Threads = threads;
                    (Tensor y, Tensor dx, Tensor dw, Tensor db) = p.Run(dtype);
                    runs.Add([.. Values(y), .. Values(dx), .. Values(dw), .. Values(db)]);
                }
                Assert.Equal(runs[0], runs[1]);
                Assert.Equal(runs[0], runs[2]);
            }
        }
        finally
        {
            WorkerPool.Threads = before;
        }
    }

    [Fact]
    public void A_convolution_by_hand()
    {
        Tensor x = Tensor.From([1.0, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3]), w = Tensor.From([1.0, 0, 0, -1], [1, 1, 2, 2]);
        // Not flipped: x[i, j] − x[i + 1, j + 1].
        Assert.Equal([-4.0, -4, -4, -4], Values(x.Conv2d(w)));
        Assert.Equal([-3.5, -3.5, -3.5, -3.5], Values(x.Conv2d(w, Tensor.From([0.5]))));
        Assert.Equal([-1.0, -2, -3, 0, -4, -4, -4, 3, -7, -4, -4, 6, 0, 7, 8, 9], Values(x.Conv2d(w, padding: 1)));
        Assert.Equal([-8.0], Values(x.Conv2d(w, dilation: 2)));
        Assert.Equal([-1.0, -3, -7, -4], Values(x.Conv2d(w, stride: 2, padding: 1)));
    }

    [Fact]
    public void A_transposed_convolution_by_hand()
    {
        Tensor x = Tensor.From([1.0, 2], [1, 1, 1, 2]), w = Tensor.From([1.0, 10, 100], [1, 1, 1, 3]);
        Assert.Equal([1.0, 12, 120, 200], Values(x.ConvTranspose2d(w)));
        Assert.Equal([1.0, 10, 102, 20, 200], Values(x.ConvTranspose2d(w, stride: (1, 2))));
        Assert.Equal([1.5, 10.5, 102.5, 20.5, 200.5, 0.5], Values(x.ConvTranspose2d(w, Tensor.From([0.5]), stride: (1, 2), outputPadding: (0, 1))));
        Assert.Equal([10.0, 102, 20], Values(x.ConvTranspose2d(w, stride: (1, 2), padding: (0, 1))));
        // A stride beyond the kernel leaves zeros between.
        Assert.Equal([1.0, 0, 0, 2], Values(x.ConvTranspose2d(Tensor.Ones([1, 1, 1, 1], DType.Float64), stride: (1, 3))));
    }

    [Fact]
    public void A_transposed_convolution_is_the_adjoint()
    {
        Tensor x = Filled([2, 6, 9, 8], 1), w = Filled([4, 3, 3, 2], 2);
        Tensor y = x.Conv2d(w, null, (2, 3), (1, 0), (1, 2), 2), u = Filled([.. y.Shape], 3);
        Tensor back = u.ConvTranspose2d(w, null, (2, 3), (1, 0), (0, 2), (1, 2), 2);
        double forward = (y * u).Sum().Item(), adjoint = (x * back).Sum().Item();
        Assert.Equal(forward, adjoint, 1e-9);
    }

    [Fact]
    public void Conv1d_is_conv2d_with_height_1()
    {
        Tensor x = Filled([2, 4, 11], 1), w = Filled([6, 2, 3], 2), b = Filled([6], 3);
        Tensor y = x.Conv1d(w, b, 2, 1, 2, 2);
        Assert.Equal<Shape>([2, 6, 5], y.Shape);
        Assert.Equal(Values(x.Reshape(2, 4, 1, 11).Conv2d(w.Reshape(6, 2, 1, 3), b, (1, 2), (0, 1), (1, 2), 2)), Values(y));
    }

    [Fact]
    public void A_1x1_convolution_is_a_matrix_product()
    {
        Tensor x = Filled([2, 5, 3, 4], 1), w = Filled([7, 5, 1, 1], 2);
        Tensor product = w.Reshape(7, 5).MatMul(x.Reshape(2, 5, 12));
        Near(Values(product), x.Conv2d(w), 1e-13, "1×1");
    }

    [Fact]
    public void Empty_batches_and_channels_work()
    {
        Tensor w = Filled([4, 3, 3, 3]).RequireGrad(), b = Filled([4]).RequireGrad(), x = Tensor.Zeros([0, 3, 5, 5], DType.Float64).RequireGrad();
        Tensor y = x.Conv2d(w, b);
        Assert.Equal<Shape>([0, 4, 3, 3], y.Shape);
        y.Sum().Backward();
        Assert.Equal(new double[108], Values(w.Grad!));
        Assert.Equal(new double[4], Values(b.Grad!));
        Assert.Equal<Shape>([0, 3, 5, 5], x.Grad!.Shape);
        // No input channels: the bias alone, or zeros.
        Assert.Equal([2.0, 2, 2, 2], Values(Tensor.Zeros([1, 0, 2, 2]).Conv2d(Tensor.Zeros([1, 0, 1, 1]), Tensor.From([2f]))));
        Assert.Equal(new double[4], Values(Tensor.Zeros([1, 0, 2, 2]).Conv2d(Tensor.Zeros([1, 0, 1, 1]))));
        Assert.Equal<Shape>([1, 0, 2, 2], Tensor.Zeros([1, 3, 2, 2]).Conv2d(Tensor.Zeros([0, 3, 1, 1])).Shape);
    }

    [Fact]
    public void NaN_stays_where_it_is()
    {
        double[] values = new double[49];
        values[24] = double.NaN;
        double[] y = Values(Tensor.From(values, [1, 1, 7, 7]).Conv2d(Tensor.Ones([4, 1, 3, 3], DType.Float64)));
        for (int i = 0; i < 100; i++)
        {
            int row = i % 25 / 5, column = i % 5;
            Assert.Equal(row is >= 1 and <= 3 && column is >= 1 and <= 3, double.IsNaN(y[i]));
        }
    }

    [Fact]
    public void Views_are_read_as_they_lie()
    {
        Tensor x = Filled([2, 6, 5, 3], 1).Permute(0, 3, 1, 2), w = Filled([3, 3, 3, 4], 2).Permute(3, 0, 1, 2);
        Assert.Equal(Values(x.Clone().Conv2d(w.Clone())), Values(x.Conv2d(w)));
    }

    [Fact]
    public void Dtypes_are_promoted_and_integers_refused()
    {
        Assert.Equal(DType.Float64, Tensor.Ones([1, 1, 2, 2]).Conv2d(Tensor.Ones([1, 1, 2, 2], DType.Float64), Tensor.Ones([1])).DType);
        Assert.Contains("conv2d: int32 (1, 1, 2, 2)", Assert.Throws<DTypeException>(() => Tensor.Ones([1, 1, 2, 2], DType.Int32).Conv2d(Tensor.Ones([1, 1, 2, 2], DType.Int32))).Message);
        Assert.Throws<DTypeException>(() => Tensor.Ones([1, 1, 2, 2]).Conv2d(Tensor.Ones([1, 1, 2, 2]), Tensor.Ones([1], DType.Int64)));
    }

    [Fact]
    public void Errors_name_the_sizes()
    {
        Tensor x = Tensor.Ones([2, 4, 5, 5]);
        Message("conv2d: x (5, 5): 4 axes (N, C, H, W) are needed", () => Tensor.Ones([5, 5]).Conv2d(Tensor.Ones([1, 1, 2, 2])));
        Message("conv2d: weight (4, 2): 4 axes (O, C/groups, KH, KW) are needed", () => x.Conv2d(Tensor.Ones([4, 2])));
        Message("conv2d: x (2, 4, 5, 5) has 4 channels, 4 in each of 1 groups, but the weight (8, 3, 3, 3) takes 3", () => x.Conv2d(Tensor.Ones([8, 3, 3, 3])));
        Message("conv2d: 4 input and 8 output channels do not divide into 3 groups", () => x.Conv2d(Tensor.Ones([8, 4, 3, 3]), groups: 3));
        Message("conv2d: bias (3,): there are 8 output channels, so (8,) is needed", () => x.Conv2d(Tensor.Ones([8, 4, 3, 3]), Tensor.Ones([3])));
        Message("conv2d: the kernel spans 7 (4 with dilation 2), but the padded width is only 5 (5 + 2·0)", () => x.Conv2d(Tensor.Ones([8, 4, 1, 4]), dilation: 2));
        Message("conv2d: stride 0×1: it must be at least 1", () => x.Conv2d(Tensor.Ones([8, 4, 1, 4]), stride: (0, 1)));
        Message("conv2d: dilation 0×0: it must be at least 1", () => x.Conv2d(Tensor.Ones([8, 4, 1, 4]), dilation: 0));
        Message("conv2d: padding -1×-1: it cannot be negative", () => x.Conv2d(Tensor.Ones([8, 4, 1, 4]), padding: -1));
        Message("conv2d: 0 groups: there must be at least 1", () => x.Conv2d(Tensor.Ones([8, 4, 1, 4]), groups: 0));
        Message("conv1d: x (2, 4, 5, 5): 3 axes (N, C, L) are needed", () => x.Conv1d(Tensor.Ones([8, 4, 1])));
        Message("conv_transpose2d: x (2, 4, 5, 5) has 4 channels, but the weight (3, 4, 1, 1) takes 3", () => x.ConvTranspose2d(Tensor.Ones([3, 4, 1, 1])));
        Message("conv_transpose2d: output padding 2 along the height: it must be 0 … stride − 1 = 1, it chooses between the sizes that the stride makes equal",
            () => x.ConvTranspose2d(Tensor.Ones([4, 4, 1, 1]), stride: 2, outputPadding: 2));
        Message("conv_transpose2d: the output's height would be -1: (5 − 1)·1 − 2·3 + 1·(1 − 1) + 1 + 0", () => x.ConvTranspose2d(Tensor.Ones([4, 4, 1, 1]), padding: 3));
    }

    private static void Message(string expected, Func<object> call) => Assert.Equal(expected, Assert.Throws<ShapeException>(call).Message);
}
