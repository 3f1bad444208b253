namespace TensorCore.Tests;

public sealed class SortingTests
{
    [Fact]
    public void Sort_orders_numbers_and_puts_NaN_last()
    {
        Tensor x = Tensor.From([3f, float.NaN, -1, float.PositiveInfinity, 0, float.NegativeInfinity, -0f, 1e-40f]);
        (Tensor values, Tensor indices) = x.Sort();
        Assert.Equal([float.NegativeInfinity, -1, 0, -0f, 1e-40f, 3, float.PositiveInfinity, float.NaN], values.ToArray<float>());
        Assert.Equal([5L, 2, 4, 6, 7, 0, 3, 1], indices.ToArray<long>());
        Assert.Equal([1L, 3, 0, 7, 4, 6, 2, 5], x.ArgSort(descending: true).ToArray<long>()); // equal ones keep their order
    }

    [Fact]
    public void Sort_takes_any_axis_and_dtype()
    {
        Tensor x = Tensor.From([3L, 1, 2, long.MinValue, long.MaxValue, 0], [2, 3]);
        Assert.Equal([long.MinValue, 1, 0, 3, long.MaxValue, 2], x.Sort(0).Values.ToArray<long>());
        Assert.Equal([3L, 2, 1, long.MaxValue, 0, long.MinValue], x.Sort(1, descending: true).Values.ToArray<long>());
        Assert.Equal([int.MinValue, -1, 5], Tensor.From([5, int.MinValue, -1]).Sort().Values.ToArray<int>());
        Assert.Equal([false, true, true], Tensor.From([true, false, true]).Sort().Values.ToArray<bool>());
        Assert.Equal(DType.BFloat16, Tensor.From([2f, 1]).To(DType.BFloat16).Sort().Values.DType);
        Assert.Equal([0, 3], Tensor.Zeros([0, 3]).Sort(0).Values.Shape);
        Assert.Throws<ShapeException>(() => Tensor.Scalar(1).Sort());
    }

    /// <summary>Against a stable sort of .NET's, over lengths on both sides of the switch to radix sort, with many equal elements.</summary>
    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    [InlineData(DType.Int32)]
    [InlineData(DType.Int64)]
    public void ArgSort_and_TopK_equal_a_stable_sort(DType dtype)
    {
        Generator random = new(3);
        foreach (int n in new[] { 1, 2, 7, 48, 49, 300, 5000 })
        {
            Tensor x = n % 2 == 0 ? Tensor.RandInt([3, n], -20, 20, generator: random).To(dtype) : (Tensor.RandN([3, n], 0, 1e6, DType.Float64, random)).To(dtype);
            double[] v = x.To(DType.Float64).ToArray<double>();
            foreach (bool descending in new[] { false, true })
            {
                long[] sorted = x.ArgSort(1, descending).ToArray<long>();
                for (int r = 0; r < 3; r++)
                {
                    IEnumerable<long> places = Enumerable.Range(0, n).Select(i => (long)i);
                    long[] expected = [.. descending ? places.OrderByDescending(i => v[(r * n) + i]) : places.OrderBy(i => v[(r * n) + i])];
                    Assert.Equal(expected, sorted[(r * n)..((r + 1) * n)]);
                }
                foreach (int k in new[] { 0, 1, Math.Min(5, n), n / 3, n })
                {
                    (Tensor values, Tensor top) = x.TopK(k, 1, largest: descending);
                    Assert.Equal(x.ArgSort(1, descending)[.., ..k].ToArray<long>(), top.ToArray<long>());
                    Assert.Equal(x.Gather(1, top).To(DType.Float64).ToArray<double>(), values.To(DType.Float64).ToArray<double>());
                }
            }
        }
        Assert.Contains("the axis has size 3", Assert.Throws<ShapeException>(() => Tensor.Zeros([3]).TopK(4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sorted_values_carry_the_gradient() => Cases.Check(Cases.Count(40), choices =>
    {
        SampleGenerator g = new(choices);
        Tensor x = g.Tensor(g.Shape(minRank: 1, maxRank: 3), distinct: true);
        int axis = g.Axis(x.Rank);
        int k = g.Choose(x.Size(axis) + 1);
        bool largest = g.Chance();
        GradCheck.Check(t => t[0].Sort(axis, largest).Values * 2, [x]);
        GradCheck.Check(t => t[0].TopK(k, axis, largest).Values.Tanh(), [x], new GradCheck.Options { SecondOrder = true });
    });

    [Fact]
    public void Unique_counts_values()
    {
        (Tensor values, Tensor counts) = Tensor.From([3f, 1, 3, float.NaN, 1, 3, float.NaN], [7]).Unique();
        Assert.Equal([1f, 3, float.NaN], values.ToArray<float>());
        Assert.Equal([2L, 3, 2], counts.ToArray<long>());
        Assert.Equal([7L], Tensor.From([7L, 7]).Unique().Values.ToArray<long>());
        Assert.Equal([float.NaN], Tensor.From([float.NaN]).Unique().Values.ToArray<float>());
        Assert.Equal(0, Tensor.Zeros([0]).Unique().Values.Count);
    }

    [Fact]
    public void Multinomial_draws_in_proportion()
    {
        Tensor weights = Tensor.From([0.0, 1, 3, 0, 6], [5]);
        const int N = 20_000;
        foreach (bool replacement in new[] { true, false })
        {
            // Without replacement the first draw has the weights' distribution too.
            Tensor draws = replacement ? weights.Multinomial(N, true, new Generator(5)) : weights.Expand(N, 5).Multinomial(2, false, new Generator(6))[.., 0];
            long[] d = draws.ToArray<long>();
            foreach ((int i, double p) in new[] { (0, 0.0), (1, 0.1), (2, 0.3), (3, 0.0), (4, 0.6) })
            {
                // Five standard deviations of a binomial count.
                double count = d.Count(v => v == i), slack = 5 * Math.Sqrt(N * p * (1 - p));
                Assert.InRange(count, (N * p) - slack, (N * p) + slack);
            }
        }
    }

    /// <summary>Without replacement, of weights 1 2 3, the pair (2, 1) in order has probability 3/6 · 2/3.</summary>
    [Fact]
    public void Multinomial_without_replacement_draws_pairs_in_proportion()
    {
        const int N = 20_000;
        Tensor pairs = Tensor.From([1f, 2, 3]).Expand(N, 3).Multinomial(2, false, new Generator(7));
        long[] p = pairs.ToArray<long>();
        int hits = Enumerable.Range(0, N).Count(i => p[2 * i] == 2 && p[(2 * i) + 1] == 1);
        Assert.InRange(hits, (N / 3.0) - 350, (N / 3.0) + 350); // standard deviation 67
        Assert.All(Enumerable.Range(0, N), i => Assert.NotEqual(p[2 * i], p[(2 * i) + 1]));
    }

    [Fact]
    public void Multinomial_checks_its_weights()
    {
        Assert.Equal([1L, 1, 1], Tensor.From([0f, 1e-30f, 0]).Multinomial(3, replacement: true).ToArray<long>());
        Assert.Equal([1L], Tensor.From([0.0, double.Epsilon, 0]).Multinomial(1).ToArray<long>());
        Assert.Equal([0, 2], Tensor.Zeros([0, 4]).Multinomial(2).Shape);
        Assert.Contains("weight 1 of row 0 is -1", Assert.Throws<ArgumentException>(() => Tensor.From([1f, -1]).Multinomial(1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Tensor.From([1f, float.NaN]).Multinomial(1));
        Assert.Throws<ArgumentException>(() => Tensor.Zeros([3]).Multinomial(1));
        Assert.Contains("which has 1 weights above 0", Assert.Throws<ShapeException>(() => Tensor.From([1f, 0]).Multinomial(2)).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Tensor.Scalar(1).Multinomial(1));
    }
}
