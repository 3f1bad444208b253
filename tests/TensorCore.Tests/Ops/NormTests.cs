using TensorCore.Cpu;

namespace TensorCore.Tests;

[Collection(Cpu.ProcessWideSettings.Name)]
public sealed class NormTests
{
    // Rows and lengths around the vector widths and the blocks of the two-stage column sums.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 5)]
    [InlineData(17, 16)]
    [InlineData(40, 33)]
    [InlineData(700, 35)]
    [InlineData(2, 768)]
    public void Layer_norm_and_its_gradients_as_naive_loops(int rows, int n)
    {
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            Tensor x = Near.Wave([rows, n], dtype).RequireGrad(), w = Near.Wave([n], dtype, 1).RequireGrad(), b = Near.Wave([n], dtype, 2).RequireGrad();
            Tensor dy = Near.Wave([rows, n], dtype, 3);
            Tensor y = x.LayerNorm(w, b, eps: 1e-3);
            y.Backward(dy);
            (double[] expected, double[] dx, double[] dw, double[] db) = Naive(Near.Values(x), Near.Values(w), Near.Values(b), Near.Values(dy), rows, n, 1e-3, centre: true);
            double tolerance = dtype == DType.Float32 ? 1e-4 : 1e-10;
            Near.Equal(expected, Near.Values(y), tolerance);
            Near.Equal(dx, Near.Values(x.Grad!), tolerance * 10);
            Near.Equal(dw, Near.Values(w.Grad!), tolerance);
            Near.Equal(db, Near.Values(b.Grad!), tolerance);

            x.Grad = w.Grad = null;
            y = x.RmsNorm(w, eps: 1e-3);
            y.Backward(dy);
            (expected, dx, dw, _) = Naive(Near.Values(x), Near.Values(w), new double[n], Near.Values(dy), rows, n, 1e-3, centre: false);
            Near.Equal(expected, Near.Values(y), tolerance);
            Near.Equal(dx, Near.Values(x.Grad!), tolerance * 10);
            Near.Equal(dw, Near.Values(w.Grad!), tolerance);
        }
    }

    [Fact]
    public void Layer_norm_over_several_axes_equals_one_joined_axis()
    {
        Tensor x = Near.Wave([2, 3, 4, 5]), w = Near.Wave([4, 5], phase: 1), b = Near.Wave([4, 5], phase: 2);
        Tensor joined = x.Reshape(2, 3, 20).LayerNorm(w.Reshape(20), b.Reshape(20));
        Near.Equal(Near.Values(joined), x.LayerNorm(w, b, axes: 2));
    }

    [Fact]
    public void Variance_does_not_cancel_beside_a_large_mean()
    {
        // 30,000 ± 1: the square of the mean, 9e8, leaves no digit of a variance of 1 in float32.
        float[] v = [.. Enumerable.Range(0, 64).Select(i => 30_000f + ((i & 1) == 0 ? 1 : -1))];
        float[] y = Tensor.From(v).LayerNorm(eps: 0).ToArray<float>();
        Assert.All(y.Index(), p => Assert.Equal((p.Index & 1) == 0 ? 1f : -1f, p.Item, 1e-5f));
        Tensor batch = Tensor.From(v, [64, 1]).BatchNorm(null, null, null, null, training: true, eps: 0);
        Near.Equal([.. y.Select(t => (double)t)], batch.Reshape(64), 1e-5);
    }

    [Fact]
    public void A_constant_row_gives_the_bias()
    {
        Tensor x = Tensor.Full([2, 5], 3).RequireGrad(), b = Near.Wave([5], DType.Float32);
        Tensor y = x.LayerNorm(null, b);
        Near.Equal([.. Near.Values(b), .. Near.Values(b)], y);
        y.Sum().Backward();
        Near.Equal(new double[10], x.Grad!);
        Assert.True(float.IsNaN(Tensor.From(new[] { 1f, float.NaN }).LayerNorm().ToArray<float>()[0]));
    }

    [Fact]
    public void The_bits_do_not_depend_on_the_number_of_threads()
    {
        Tensor x = Near.Wave([300, 100], DType.Float32).RequireGrad(), w = Near.Wave([100], DType.Float32, 1).RequireGrad();
        int before = WorkerPool.Threads;
        try
        {
            float[][] results = [.. new[] { 1, 2, 3 }.Select(threads =>
            {
                WorkerPool.Threads = threads;
                w.Grad = null;
                x.LayerNorm(w).Backward(Near.Wave([300, 100], DType.Float32, 3));
                return w.Grad!.ToArray<float>();
            })];
            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
        finally
        {
            WorkerPool.Threads = before;
        }
    }

    [Theory]
    [InlineData(new[] { 6, 3 })]
    [InlineData(new[] { 5, 70 })]
    [InlineData(new[] { 4, 3, 5 })]
    [InlineData(new[] { 2, 3, 5, 7 })]
    [InlineData(new[] { 3, 2, 1, 1 })]
    public void Batch_norm_in_training_as_naive_loops(int[] shape)
    {
        int samples = shape[0], channels = shape[1], length = shape[2..].Aggregate(1, (a, b) => a * b), m = samples * length;
        Tensor x = Near.Wave(shape).RequireGrad(), w = Near.Wave([channels], phase: 1).RequireGrad(), b = Near.Wave([channels], phase: 2).RequireGrad();
        Tensor dy = Near.Wave(shape, phase: 3), mean = Tensor.Full([channels], 0.5, DType.Float64), variance = Tensor.Full([channels], 2, DType.Float64);
        Tensor y = x.BatchNorm(w, b, mean, variance, training: true, momentum: 0.25, eps: 1e-3);
        y.Backward(dy);

        // Each channel is one row of length m for the layer-norm loops, with a weight and bias of its own.
        double[] v = Near.Values(x), u = Near.Values(dy), expected = new double[v.Length], dx = new double[v.Length], dw = new double[channels], db = new double[channels];
        for (int c = 0; c < channels; c++)
        {
            int[] at = [.. Enumerable.Range(0, m).Select(i => (((i / length * channels) + c) * length) + (i % length))];
            double[] row = [.. at.Select(i => v[i])], up = [.. at.Select(i => u[i])];
            double[] cw = [.. Enumerable.Repeat(Near.Values(w)[c], m)], cb = [.. Enumerable.Repeat(Near.Values(b)[c], m)];
            (double[] ry, double[] rdx, double[] rdw, double[] rdb) = Naive(row, cw, cb, up, 1, m, 1e-3, centre: true);
            for (int i = 0; i < m; i++) (expected[at[i]], dx[at[i]]) = (ry[i], rdx[i]);
            (dw[c], db[c]) = (rdw.Sum(), rdb.Sum());
            double mu = row.Average(), unbiased = row.Sum(t => (t - mu) * (t - mu)) / (m - 1);
            Assert.Equal((0.75 * 0.5) + (0.25 * mu), mean.ToArray<double>()[c], 1e-12);
            Assert.Equal((0.75 * 2) + (0.25 * unbiased), variance.ToArray<double>()[c], 1e-12);
        }
        Near.Equal(expected, y);
        Near.Equal(dx, Near.Values(x.Grad!), 1e-9);
        Near.Equal(dw, w.Grad!);
        Near.Equal(db, b.Grad!);
    }

    [Fact]
    public void Batch_norm_in_evaluation_uses_the_running_statistics_as_they_are()
    {
        Tensor mean = Tensor.From(new[] { 1.0, -1 }), variance = Tensor.From(new[] { 3.0, 0 }), w = Tensor.From(new[] { 2.0, 5 });
        Tensor x = Tensor.From(new[] { 1.0, 3, 0, -1 }, [2, 2]).RequireGrad();
        Tensor y = x.BatchNorm(w, null, mean, variance, training: false, eps: 1);
        mean.CopyFrom(Tensor.From(new[] { 7.0, 7 })); // another batch's training in between
        y.Sum().Backward();
        Near.Equal([0, 20, -1, 0], y);
        Near.Equal([1, 5, 1, 5], x.Grad!);
        Near.Equal([3, 0], variance);
    }

    [Fact]
    public void Wrong_calls_say_what_is_wrong()
    {
        Tensor x = Tensor.Zeros([2, 3]);
        Assert.Contains("the weight has shape (2,), not (3,)", Assert.Throws<ShapeException>(() => x.LayerNorm(Tensor.Ones([2]))).Message);
        Assert.Contains("the bias float64", Assert.Throws<DTypeException>(() => x.LayerNorm(null, Tensor.Ones([3], DType.Float64))).Message);
        Assert.Contains("last 3 axes", Assert.Throws<ShapeException>(() => x.LayerNorm(axes: 3)).Message);
        Assert.Throws<ShapeException>(() => Tensor.Scalar(1).RmsNorm());
        Assert.Throws<DTypeException>(() => Tensor.Zeros([2], DType.Int32).RmsNorm());
        Assert.Contains("1 values a channel", Assert.Throws<ShapeException>(() => Tensor.Zeros([1, 3]).BatchNorm(null, null, null, null, training: true)).Message);
        Assert.Contains("needs the running mean", Assert.Throws<ArgumentException>(() => x.BatchNorm(null, null, null, null, training: false)).Message);
        Assert.Contains("running variance is missing", Assert.Throws<ArgumentException>(() => x.BatchNorm(null, null, Tensor.Zeros([3]), null, training: true)).Message);
        Assert.Contains("running mean has shape (2,)", Assert.Throws<ShapeException>(() => x.BatchNorm(null, null, Tensor.Zeros([2]), Tensor.Zeros([3]), training: true)).Message);
        Assert.Throws<ShapeException>(() => Tensor.Zeros([3]).BatchNorm(null, null, null, null, training: true));
    }

    /// <summary>The definitions, with the gradient by the full Jacobian ∂x̂ᵢ/∂xⱼ = rstd·(δᵢⱼ − [centre]/n − x̂ᵢ·x̂ⱼ/n).</summary>
    private static (double[] Y, double[] Dx, double[] Dw, double[] Db) Naive(double[] x, double[] w, double[] b, double[] dy, int rows, int n, double eps, bool centre)
    {
        double[] y = new double[x.Length], dx = new double[x.Length], dw = new double[n], db = new double[n];
        for (int r = 0; r < rows; r++)
        {
            double[] row = x[(r * n)..((r + 1) * n)];
            double mean = centre ? row.Average() : 0, rstd = 1 / Math.Sqrt((row.Sum(t => (t - mean) * (t - mean)) / n) + eps);
            double[] hat = [.. row.Select(t => (t - mean) * rstd)];
            for (int i = 0; i < n; i++)
            {
                double d = dy[(r * n) + i];
                y[(r * n) + i] = (hat[i] * w[i]) + b[i];
                dw[i] += d * hat[i];
                db[i] += d;
                for (int j = 0; j < n; j++) dx[(r * n) + j] += d * w[i] * rstd * ((i == j ? 1 : 0) - (centre ? 1.0 / n : 0) - (hat[i] * hat[j] / n));
            }
        }
        return (y, dx, dw, db);
    }
}
