namespace TensorCore.Tests;

public sealed class SoftmaxTests
{
    [Fact]
    public void Known_values()
    {
        Tensor x = Tensor.From(new[] { 0.0, Math.Log(2), Math.Log(5) });
        Near.Equal([1 / 8.0, 2 / 8.0, 5 / 8.0], x.Softmax());
        Near.Equal([Math.Log(1 / 8.0), Math.Log(2 / 8.0), Math.Log(5 / 8.0)], x.LogSoftmax());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(-1)]
    public void Along_any_axis_as_naive_loops(int axis)
    {
        int[] shape = [3, 4, 5];
        Tensor x = Near.Wave(shape, DType.Float64);
        double[] v = x.ToArray<double>(), p = new double[v.Length], logp = new double[v.Length];
        int a = axis < 0 ? axis + 3 : axis, step = a == 0 ? 20 : a == 1 ? 5 : 1;
        for (int i = 0; i < v.Length; i++)
        {
            int first = i - (i / step % shape[a] * step);
            double sum = 0;
            for (int k = 0; k < shape[a]; k++) sum += Math.Exp(v[first + (k * step)]);
            p[i] = Math.Exp(v[i]) / sum;
            logp[i] = v[i] - Math.Log(sum);
        }
        Near.Equal(p, x.Softmax(axis));
        Near.Equal(logp, x.LogSoftmax(axis));
    }

    // Lengths around the vector widths, their unrolling, and the chunk of 4,096.
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(67)]
    [InlineData(4095)]
    [InlineData(4097)]
    [InlineData(12_345)]
    public void Every_row_length(int n)
    {
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            Tensor x = Near.Wave([2, n], dtype) * 10;
            double[] v = x.To(DType.Float64).ToArray<double>();
            double tolerance = dtype == DType.Float32 ? 1e-5 : 1e-12;
            for (int row = 0; row < 2; row++)
            {
                double[] r = v[(row * n)..((row + 1) * n)];
                double max = r.Max(), log = Math.Log(r.Sum(t => Math.Exp(t - max)));
                Near.Equal([.. r.Select(t => Math.Exp(t - max - log))], Near.Values(x.Softmax())[(row * n)..((row + 1) * n)], tolerance);
                Near.Equal([.. r.Select(t => t - max - log)], Near.Values(x.LogSoftmax())[(row * n)..((row + 1) * n)], tolerance * 20);
            }
        }
    }

    [Fact]
    public void Large_values_do_not_overflow_and_keep_their_digits()
    {
        Tensor x = Tensor.From(new[] { 10_000f, 10_001f, -10_000f });
        double p = 1 / (1 + Math.E);
        Near.Equal([p, 1 - p, 0], x.Softmax(), 1e-6);
        Near.Equal([Math.Log(p), Math.Log(1 - p), -20_000], x.LogSoftmax(), 1e-3);
        Assert.Equal(Math.Log(p), x.LogSoftmax().ToArray<float>()[0], 1e-6); // the digits beside a maximum of 10,001
    }

    [Fact]
    public void Minus_infinity_is_a_masked_position()
    {
        const float Inf = float.PositiveInfinity;
        Tensor x = Tensor.From(new[] { 1f, -Inf, 1f, -Inf, -Inf, -Inf, 0f, Inf, 0f, 0f, float.NaN, 0f }, [4, 3]).RequireGrad();
        Tensor y = x.Softmax();
        float[] v = y.ToArray<float>();
        Assert.Equal([0.5f, 0f, 0.5f], v[..3]);
        Assert.All(v[3..6], t => Assert.True(float.IsNaN(t))); // nothing is left: no distribution
        Assert.Contains(v[6..9], float.IsNaN);
        Assert.All(v[9..], t => Assert.True(float.IsNaN(t)));
        Assert.Equal([-MathF.Log(2), -Inf, -MathF.Log(2)], x.LogSoftmax().ToArray<float>()[..3]);

        // A long row whose first chunk is masked throughout.
        float[] row = new float[5000];
        Array.Fill(row, -Inf, 0, 4500);
        Assert.Equal(-MathF.Log(500), Tensor.From(row).LogSoftmax().ToArray<float>()[^1], 1e-5f);

        (y * Tensor.From(new[] { 1f, 2f, 3f })).Sum().Backward();
        Near.Equal([-0.5, 0, 0.5], x.Grad!.ToArray<float>()[..3].Select(t => (double)t).ToArray(), 1e-6);
    }

    [Fact]
    public void Empty_and_single()
    {
        Assert.Equal([0, 3], Tensor.Zeros([0, 3]).Softmax().Shape.ToArray());
        Assert.Equal([3, 0], Tensor.Zeros([3, 0]).LogSoftmax().Shape.ToArray());
        Near.Equal([1, 1], Tensor.From(new[] { 3f, -8f }, [2, 1]).Softmax());
    }

    [Fact]
    public void Wrong_calls_say_what_is_wrong()
    {
        Assert.Contains("axis 2 of shape (2, 3)", Assert.Throws<ShapeException>(() => Tensor.Zeros([2, 3]).Softmax(2)).Message);
        Assert.Throws<ShapeException>(() => Tensor.Scalar(1).Softmax());
        Assert.Contains("int64", Assert.Throws<DTypeException>(() => Tensor.Zeros([2], DType.Int64).LogSoftmax()).Message);
    }
}
