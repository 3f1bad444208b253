namespace TensorCore.Tests;

public sealed class CreationTests
{
    [Fact]
    public void Ranges_and_grids()
    {
        Assert.Equal([0L, 1, 2], Tensor.Arange(3).ToArray<long>());
        Assert.Equal([5L, 3, 1], Tensor.Arange(5, 0, -2).ToArray<long>());
        Assert.Equal([2f, 3], Tensor.Arange(2, 4, 1, DType.Float32).ToArray<float>());
        Assert.Equal([0f, 0.25f, 0.5f, 0.75f], Tensor.Arange(0, 1, 0.25).ToArray<float>());
        Assert.Empty(Tensor.Arange(3, 3).ToArray<long>());
        Assert.Empty(Tensor.Arange(3, 0).ToArray<long>());
        Assert.Equal([long.MaxValue - 1], Tensor.Arange(long.MaxValue - 1, long.MaxValue, long.MaxValue).ToArray<long>());
        Assert.Throws<ShapeException>(() => Tensor.Arange(0, 1, 0));
        Assert.Throws<ShapeException>(() => Tensor.Arange(0, long.MaxValue));
        Assert.Throws<ShapeException>(() => Tensor.Arange(0, double.NaN));
        Assert.Equal([0.0, 0.1, 0.2, 0.3], Tensor.Linspace(0, 0.3, 4, DType.Float64).ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-16);
        Assert.Equal([1.0, 0.3], Tensor.Linspace(1, 0.3, 7, DType.Float64).ToArray<double>() is [var a, .., var b] ? [a, b] : []);
        Assert.Equal([5f], Tensor.Linspace(5, 9, 1).ToArray<float>());
        Assert.Empty(Tensor.Linspace(5, 9, 0).ToArray<float>());
        Assert.Equal([1f, 0, 0, 0, 1, 0], Tensor.Eye(2, 3).ToArray<float>());
        Assert.Equal([7, 7], Tensor.FullLike(Tensor.From([1, 2]), 7).ToArray<int>());
    }

    [Fact]
    public void Arrays_of_every_form()
    {
        Assert.Equal("[[1 2]\n [3 4]]", Tensor.From(new[,] { { 1, 2 }, { 3, 4 } }).ToString());
        Assert.Equal([2, 1, 2], Tensor.From(new float[2, 1, 2]).Shape);
        Assert.Equal([1, 2, 1, 2], Tensor.From(new float[1, 2, 1, 2]).Shape);
        Assert.Equal([2, 0], Tensor.From(new double[2, 0]).Shape);
        Tensor jagged = Tensor.From<long>([[1, 2], [3, 4], [5, 6]]);
        Assert.Equal([3, 2], jagged.Shape);
        Assert.Equal([1L, 2, 3, 4, 5, 6], jagged.ToArray<long>());
        Assert.Equal([1, 2, 2], Tensor.From(new[] { new[] { new[] { 1f, 2 }, [3, 4] } }).Shape);
        Assert.Contains("row 1 has 1 values and row 0 has 2", Assert.Throws<ShapeException>(() => Tensor.From<int>([[1, 2], [3]])).Message, StringComparison.Ordinal);
        Array five = new int[1, 2, 1, 2, 1];
        Assert.Equal([1, 2, 1, 2, 1], Tensor.From(five).Shape);
        Assert.Throws<ArgumentException>(() => Tensor.From((Array)new string[1]));
        ReadOnlyMemory<int> memory = new([1, 2, 3, 4]);
        Assert.Equal([2, 2], Tensor.From(memory, [2, 2]).Shape);
        Assert.Equal([1f, 2], Tensor.From((ReadOnlySpan<float>)[1f, 2]).ToArray<float>());
        Assert.Throws<ShapeException>(() => Tensor.From([1, 2, 3], [2, 2]));
        Assert.Equal(DType.Float64, ((Tensor)1.0).DType);
        Assert.Equal(DType.Int32, ((Tensor)1).DType);
        Assert.Equal(DType.Bool, ((Tensor)true).DType);
    }

    [Fact]
    public void Random_tensors_repeat_with_their_seed_and_not_otherwise()
    {
        Tensor.ManualSeed(42);
        float[] a = Tensor.Rand([1000]).ToArray<float>(), b = Tensor.Rand([1000]).ToArray<float>();
        Tensor.ManualSeed(42);
        Assert.Equal(a, Tensor.Rand([1000]).ToArray<float>());
        Assert.Equal(b, Tensor.Rand([1000]).ToArray<float>());
        Assert.NotEqual(a, b);
        Assert.Equal(Tensor.RandN([50], generator: new Generator(9)).ToArray<float>(), Tensor.RandN([50], generator: new Generator(9)).ToArray<float>());
    }

    [Fact]
    public void Random_tensors_have_their_distributions()
    {
        Generator g = new(1);
        float[] u = Tensor.Rand([100_000], -2, 3, generator: g).ToArray<float>();
        Assert.All(u, v => Assert.InRange(v, -2, 3));
        Assert.Equal(0.5, u.Average(), 0.03); // standard error 0.0046
        double[] z = Tensor.RandN([100_000], 1, 2, DType.Float64, g).ToArray<double>();
        Assert.Equal(1, z.Average(), 0.03);
        Assert.Equal(4, z.Select(v => (v - 1) * (v - 1)).Average(), 0.1);
        long[] k = Tensor.RandInt([60_000], -1, 2, generator: g).ToArray<long>();
        foreach (long v in new long[] { -1, 0, 1 }) Assert.InRange(k.Count(x => x == v), 19_400, 20_600); // standard deviation 115
        Assert.InRange(Tensor.Bernoulli([50_000], 0.2, generator: g).Sum().Item(), 9_600, 10_400);     // standard deviation 89
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), Tensor.RandPerm(100, g).ToArray<long>().Order());
        Assert.Equal([2, 2], Tensor.RandNLike(Tensor.Zeros([2, 2], DType.BFloat16)).Shape);
        Assert.Equal(DType.BFloat16, Tensor.RandLike(Tensor.Zeros([2, 2], DType.BFloat16)).DType);
        Assert.Equal(DType.Bool, Tensor.Bernoulli([3], 0.5, DType.Bool).DType);
        Assert.Equal(DType.Int32, Tensor.RandInt([3], 0, 9, DType.Int32).DType);
    }

    [Fact]
    public void Random_parameters_are_checked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.RandInt([2], 3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.RandInt([2], 0, 1L << 40, DType.Int32));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Bernoulli([2], 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Bernoulli([2], double.NaN));
        Assert.Throws<DTypeException>(() => Tensor.RandN([2], dtype: DType.Int64));
        Assert.ThrowsAny<ArgumentException>(() => Tensor.Rand([2], 3, 2));
        Assert.ThrowsAny<ArgumentException>(() => Tensor.RandN([0], 0, -1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Random_fills_do_not_depend_on_the_threads(int threads)
    {
        int before = TensorCore.Cpu.WorkerPool.Threads;
        try
        {
            TensorCore.Cpu.WorkerPool.Threads = threads;
            float[] pieces = Tensor.RandN([50_001], generator: new Generator(4)).ToArray<float>();
            float[] whole = new float[50_001];
            unsafe
            {
                fixed (float* p = whole) Philox.FillNormal(p, whole.Length, 4, 0, 0, 1);
            }
            Assert.Equal(whole, pieces);
        }
        finally
        {
            TensorCore.Cpu.WorkerPool.Threads = before;
        }
    }
}
