using TensorCore.Cpu;

namespace TensorCore.Tests;

[Collection(Cpu.ProcessWideSettings.Name)]
public sealed class DropoutTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Drops_the_asked_share_and_scales_the_rest(double p)
    {
        const int N = 200_000;
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            Tensor x = Tensor.Full([N], 3, dtype).RequireGrad();
            Tensor y = x.Dropout(p, new Generator(42));
            double[] v = Near.Values(y);
            Assert.All(v, t => Assert.True(t == 0 || Math.Abs(t - (3 / (1 - p))) < 1e-5 / (1 - p)));
            // Six standard deviations of a binomial share: fails by chance once in 500 million seeds, and the seed is fixed.
            Assert.Equal(p, v.Count(t => t == 0) / (double)N, 6 * Math.Sqrt(p * (1 - p) / N));
            y.Sum().Backward();
            Near.Equal([.. v.Select(t => t / 3)], Near.Values(x.Grad!), 1e-6); // the gradient passes at the same places
        }
    }

    [Fact]
    public void The_generator_s_state_decides()
    {
        Generator g = new(7);
        Tensor x = Tensor.Ones([1000]);
        (ulong, ulong) state = g.State;
        float[] first = x.Dropout(0.5, g).ToArray<float>(), second = x.Dropout(0.5, g).ToArray<float>();
        g.State = state;
        Assert.Equal(first, x.Dropout(0.5, g).ToArray<float>());
        Assert.NotEqual(first, second);
        Assert.Equal(first, x.To(DType.Float64).Dropout(0.5, new Generator(7)).To(DType.Float32).ToArray<float>());
    }

    [Fact]
    public void Same_bits_with_any_number_of_threads()
    {
        Tensor x = Tensor.Ones([300_007]);
        int before = WorkerPool.Threads;
        try
        {
            WorkerPool.Threads = 1;
            float[] one = x.Dropout(0.3, new Generator(1)).ToArray<float>();
            WorkerPool.Threads = 3;
            Assert.Equal(one, x.Dropout(0.3, new Generator(1)).ToArray<float>());
        }
        finally
        {
            WorkerPool.Threads = before;
        }
    }

    [Fact]
    public void Edges()
    {
        Generator g = new(1);
        Tensor x = Tensor.From(new[] { 1f, float.PositiveInfinity, float.NaN });
        Assert.Same(x, x.Dropout(0.5, g, training: false));
        Assert.Same(x, x.Dropout(0, g));
        Assert.Equal(0ul, g.State.Stream); // neither took random bits
        Assert.Equal([0f, 0, 0], x.Dropout(1, g).ToArray<float>());
        Assert.Empty(Tensor.Zeros([0]).Dropout(0.5, g).ToArray<float>());
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Dropout(1.1, g));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Dropout(double.NaN, g));
        Assert.Throws<DTypeException>(() => Tensor.Zeros([1], DType.Int32).Dropout(0.5, g));
    }
}
