using TensorCore.Cpu;

namespace TensorCore.Tests;

/// <summary>Attention against naive loops in double precision: values, masks, layouts, decoding and gradients.</summary>
public sealed class AttentionTests
{
    private static Tensor Random(int[] shape, int seed, DType dtype = DType.Float64)
    {
        Random random = new(seed);
        double[] values = new double[Shape.Create(shape).Count];
        for (int i = 0; i < values.Length; i++) values[i] = (random.NextDouble() * 2) - 1;
        return Tensor.From(values, shape).To(dtype);
    }

    private static double[] Values(Tensor t) => t.Detach().To(DType.Float64).ToArray<double>();

    /// <summary>(H, T, E) from (H, T, D), (H, S, D), (H, S, E); mask[h, i, j] is added.</summary>
    private static double[] Naive(Tensor q, Tensor k, Tensor v, bool causal, double scale, Func<int, int, int, double>? mask = null)
    {
        (int heads, int queries, int d, int keys, int e) = (q.Size(0), q.Size(1), q.Size(2), k.Size(1), v.Size(2));
        double[] a = Values(q), b = Values(k), c = Values(v), y = new double[heads * queries * e];
        for (int h = 0; h < heads; h++)
        {
            for (int i = 0; i < queries; i++)
            {
                int seen = causal ? i + 1 + keys - queries : keys;
                double[] s = new double[seen];
                for (int j = 0; j < seen; j++)
                {
                    for (int p = 0; p < d; p++) s[j] += a[(((h * queries) + i) * d) + p] * b[(((h * keys) + j) * d) + p];
                    s[j] = (s[j] * scale) + (mask?.Invoke(h, i, j) ?? 0);
                }
                double max = s.DefaultIfEmpty(double.NegativeInfinity).Max();
                if (double.IsNegativeInfinity(max)) continue;
                double sum = s.Sum(x => Math.Exp(x - max));
                for (int j = 0; j < seen; j++)
                    for (int p = 0; p < e; p++) y[(((h * queries) + i) * e) + p] += Math.Exp(s[j] - max) / sum * c[(((h * keys) + j) * e) + p];
            }
        }
        return y;
    }

    private static void Near(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"element {i}: {actual[i]} instead of {expected[i]}");
    }

    private static double Tolerance(DType dtype) => dtype == DType.Float32 ? 3e-6 : 1e-13;

    public static TheoryData<int, int, int, int, bool, DType> Sizes
    {
        get
        {
            TheoryData<int, int, int, int, bool, DType> data = [];
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
            {
                foreach ((int t, int s, int d, int e) in ((int, int, int, int)[])[(1, 1, 1, 1), (1, 300, 64, 64), (3, 17, 5, 7), (5, 5, 8, 8), (33, 140, 64, 64), (200, 333, 72, 20), (130, 130, 16, 33)])
                {
                    data.Add(t, s, d, e, false, dtype);
                    data.Add(t, s, d, e, true, dtype);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Equals_naive_loops(int queries, int keys, int d, int e, bool causal, DType dtype)
    {
        Tensor q = Random([2, queries, d], 1, dtype) * 3, k = Random([2, keys, d], 2, dtype) * 2, v = Random([2, keys, e], 3, dtype);
        Tensor y = Tensor.ScaledDotProductAttention(q, k, v, causal: causal);
        Assert.Equal(dtype, y.DType);
        Assert.Equal<Shape>([2, queries, e], y.Shape);
        Near(Naive(q, k, v, causal, 1 / Math.Sqrt(d)), Values(y), Tolerance(dtype));
    }

    [Theory]
    [InlineData(2, 40)]
    [InlineData(70, 150)]
    public void Masks_add_or_remove(int queries, int keys)
    {
        Tensor q = Random([2, queries, 8], 1), k = Random([2, keys, 8], 2), v = Random([2, keys, 8], 3);
        Tensor bias = Random([queries, keys], 4), allowed = Random([2, 1, keys], 5) > 0;
        double[] b = Values(bias), a = Values(allowed.To(DType.Float64));
        Near(Naive(q, k, v, false, 0.3, (_, i, j) => b[(i * keys) + j]), Values(Tensor.ScaledDotProductAttention(q, k, v, bias, scale: 0.3)), 1e-13);
        Near(Naive(q, k, v, true, 0.3, (h, _, j) => a[(h * keys) + j] == 1 ? 0 : double.NegativeInfinity),
            Values(Tensor.ScaledDotProductAttention(q, k, v, allowed, causal: true, scale: 0.3)), 1e-13);
        Tensor column = Random([queries, 1], 6); // the same for all keys: changes nothing
        Near(Naive(q, k, v, false, 0.3), Values(Tensor.ScaledDotProductAttention(q, k, v, column, scale: 0.3)), 1e-13);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    public void A_query_that_sees_no_key_gives_0_and_gets_no_gradient(int n)
    {
        Tensor q = Random([n, 4], 1).RequireGrad(), k = Random([n, 4], 2).RequireGrad(), v = Random([n, 4], 3).RequireGrad();
        bool[] seen = new bool[n * n];
        for (int i = n; i < seen.Length; i++) seen[i] = true; // the first query sees nothing
        Tensor y = Tensor.ScaledDotProductAttention(q, k, v, Tensor.From(seen, [n, n]));
        Assert.Equal(new double[4], Values(y)[..4]);
        y.Sum().Backward();
        Assert.Equal(new double[4], Values(q.Grad!)[..4]);
        Assert.All([.. Values(q.Grad!), .. Values(k.Grad!), .. Values(v.Grad!)], x => Assert.True(double.IsFinite(x)));
        Assert.Contains(Values(q.Grad!), x => x != 0);
        Tensor nothing = Tensor.ScaledDotProductAttention(q, k, v, Tensor.Zeros([n, n], DType.Bool));
        Assert.Equal(new double[4 * n], Values(nothing));
    }

    [Fact]
    public void Split_heads_are_read_without_a_copy_and_joined_by_a_view()
    {
        const int B = 2, T = 50, H = 3, D = 8;
        Tensor qkv = Random([B, T, 3 * H * D], 1);
        Tensor Heads(int part) => qkv.ViewAs([B, H, T, D], [T * 3 * H * D, D, 3 * H * D, 1], part * H * D);
        Tensor y = Tensor.ScaledDotProductAttention(Heads(0), Heads(1), Heads(2), causal: true);
        double[] flat = Naive(Heads(0).Reshape(B * H, T, D), Heads(1).Reshape(B * H, T, D), Heads(2).Reshape(B * H, T, D), true, 1 / Math.Sqrt(D));
        Near(flat, Values(y), 1e-13);
        Assert.True(y.Permute(0, 2, 1, 3).IsContiguous);
    }

    [Theory]
    [InlineData(1, 100, 1, false)]
    [InlineData(7, 30, 2, false)]
    [InlineData(70, 130, 3, true)]
    [InlineData(130, 130, 20, true)]
    public void Gradients_equal_the_composites(int queries, int keys, int heads, bool causal)
    {
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
        {
            Tensor[] x = [.. new[] { queries, keys, keys }.Select((n, i) => Random([heads, n, 12], i, dtype).RequireGrad())];
            Tensor bias = Random([queries, keys], 9, dtype), dy = Random([heads, queries, 12], 10, dtype);
            Tensor[] fused = Autograd.Grad([Tensor.ScaledDotProductAttention(x[0], x[1], x[2], bias, causal)], x, [dy]);
            Tensor naive = ScaledDotProductAttention.Naive(x[0], x[1], x[2], bias, causal, 1 / Math.Sqrt(12));
            Tensor[] expected = Autograd.Grad([naive], x, [dy]);
            for (int i = 0; i < 3; i++) Near(Values(expected[i]), Values(fused[i]), Tolerance(dtype) * 10);
        }
    }

    [Fact]
    public void A_mask_that_requires_a_gradient_gets_one()
    {
        Tensor q = Random([3, 2], 1), k = Random([4, 2], 2), v = Random([4, 2], 3), bias = Random([3, 4], 4).RequireGrad();
        GradCheck.Check(t => Tensor.ScaledDotProductAttention(q, k, v, t[0]), [bias]);
    }

    [Fact]
    public void Huge_scores_do_not_overflow()
    {
        Tensor q = Tensor.Full([40, 4], 1e3, DType.Float32), k = Random([200, 4], 1, DType.Float32) * 1e3, v = Random([200, 4], 2, DType.Float32);
        double[] y = Values(Tensor.ScaledDotProductAttention(q, k, v));
        double[] scores = Values(k.Sum(1));
        int best = Array.IndexOf(scores, scores.Max());
        Near(Values(v)[(best * 4)..((best + 1) * 4)], y[..4], 1e-6);
    }

    [Fact]
    public void NaN_reaches_the_rows_it_belongs_to()
    {
        Tensor q = Random([40, 4], 1), k = Random([40, 4], 2), v = Random([40, 4], 3);
        double[] values = Values(q);
        values[4 * 7] = double.NaN;
        double[] y = Values(Tensor.ScaledDotProductAttention(Tensor.From(values, [40, 4]), k, v, causal: true));
        for (int i = 0; i < 40; i++) Assert.Equal(i == 7, double.IsNaN(y[i * 4]));
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        int before = WorkerPool.Threads;
        try
        {
            List<double[]> results = [];
            foreach (int threads in (int[])[1, 2, 5])
            {
                WorkerPool.Threads = threads;
                Tensor[] x = [.. Enumerable.Range(0, 3).Select(i => Random([3, 150, 16], i, DType.Float32).RequireGrad())];
                Tensor y = Tensor.ScaledDotProductAttention(x[0], x[1], x[2], causal: true);
                results.Add([.. Values(y), .. Autograd.Grad([y], x, [Random([3, 150, 16], 5, DType.Float32)]).SelectMany(Values)]);
            }
            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
        finally
        {
            WorkerPool.Threads = before;
        }
    }

    [Fact]
    public void Empty_sizes()
    {
        Tensor none = Tensor.Zeros([2, 0, 3], DType.Float64);
        Assert.Equal<Shape>([2, 0, 3], Tensor.ScaledDotProductAttention(none, Random([2, 5, 3], 1), Random([2, 5, 3], 2)).Shape);
        Assert.Equal(new double[12], Values(Tensor.ScaledDotProductAttention(Random([2, 2, 3], 1), none, none)));
        Assert.Equal(new double[60], Values(Tensor.ScaledDotProductAttention(Random([2, 10, 3], 1), none, none)));
        // Without features all scores are 0: the mean of the values.
        Tensor v = Random([6, 2], 1);
        Near(Values(v.Mean(0)), Values(Tensor.ScaledDotProductAttention(Tensor.Zeros([5, 0], DType.Float64), Tensor.Zeros([6, 0], DType.Float64), v))[..2], 1e-14);
    }

    [Fact]
    public void Errors_name_the_shapes()
    {
        Tensor q = Tensor.Ones([2, 3, 4]), k = Tensor.Ones([2, 5, 4]);
        Assert.Contains("4 and 6 features differ", Assert.Throws<ShapeException>(() => Tensor.ScaledDotProductAttention(q, Tensor.Ones([2, 5, 6]), k)).Message);
        Assert.Contains("5 keys but 3 values", Assert.Throws<ShapeException>(() => Tensor.ScaledDotProductAttention(q, k, q)).Message);
        Assert.Contains("the first 2 queries would see none", Assert.Throws<ShapeException>(() => Tensor.ScaledDotProductAttention(k, q, q, causal: true)).Message);
        Assert.Contains("attention mask: (4, 5) and (2, 3, 5) do not broadcast", Assert.Throws<ShapeException>(() => Tensor.ScaledDotProductAttention(q, k, k, Tensor.Ones([4, 5]))).Message);
        Assert.Contains("at least the axes", Assert.Throws<ShapeException>(() => Tensor.ScaledDotProductAttention(Tensor.Ones([3]), k, k)).Message);
        Assert.Contains("one dtype", Assert.Throws<DTypeException>(() => Tensor.ScaledDotProductAttention(q, k.To(DType.Float64), k)).Message);
        Assert.Throws<DTypeException>(() => Tensor.ScaledDotProductAttention(q.To(DType.Int32), k, k));
    }

    [Theory]
    [InlineData(false, DType.Float64)]
    [InlineData(true, DType.Float64)]
    [InlineData(false, DType.Float32)]
    [InlineData(true, DType.Float32)]
    public void Rotary_embedding_turns_each_pair_by_its_angle(bool interleaved, DType dtype)
    {
        const int T = 5, D = 70, Offset = 1000;
        Tensor x = Random([2, T, D], 1, dtype);
        double[] values = Values(x), expected = new double[values.Length];
        for (int row = 0; row < 2 * T; row++)
        {
            for (int i = 0; i < D / 2; i++)
            {
                int a = (row * D) + (interleaved ? 2 * i : i), b = interleaved ? a + 1 : a + (D / 2);
                double angle = (Offset + (row % T)) * Math.Pow(500, -2.0 * i / D);
                expected[a] = (values[a] * Math.Cos(angle)) - (values[b] * Math.Sin(angle));
                expected[b] = (values[a] * Math.Sin(angle)) + (values[b] * Math.Cos(angle));
            }
        }
        double tolerance = dtype == DType.Float32 ? 2e-7 : 1e-15;
        Near(expected, Values(x.RotaryEmbedding(Offset, 500, interleaved)), tolerance);
        Tensor positions = Tensor.From([1000L, 1001, 1002, 1003, 1004], [T]);
        Near(expected, Values(x.RotaryEmbedding(positions, 500, interleaved)), tolerance);
        Near(expected, Values(x.RotaryEmbedding(positions.To(DType.Int32).Reshape(1, T), 500, interleaved)), tolerance);
        // A view of split heads.
        Near(expected, Values(x.Permute(1, 0, 2).Clone().Permute(1, 0, 2).RotaryEmbedding(Offset, 500, interleaved)), tolerance);
    }

    [Fact]
    public void Rotated_dot_products_depend_on_the_distance_only()
    {
        Tensor q = Random([1, 16], 1), k = Random([1, 16], 2);
        double Score(int at, int other) => (q.RotaryEmbedding(at) * k.RotaryEmbedding(other)).Sum().Item();
        Assert.Equal(Score(3, 10), Score(503, 510), 1e-10);
        Assert.NotEqual(Score(3, 10), Score(3, 11), 1e-3);
        Assert.Equal(Values(q), Values(q.RotaryEmbedding(0)));
    }

    [Fact]
    public void Rotary_errors_name_the_shapes()
    {
        Tensor x = Tensor.Ones([2, 3, 4]);
        Assert.Contains("(2, 3)", Assert.Throws<ShapeException>(() => Tensor.Ones([2, 3]).RotaryEmbedding()).Message);
        Assert.Contains("rotary embedding: (4,) and (2, 3) do not broadcast", Assert.Throws<ShapeException>(() => x.RotaryEmbedding(Tensor.Zeros([4], DType.Int64))).Message);
        Assert.Throws<DTypeException>(() => x.RotaryEmbedding(Tensor.Zeros([3])));
        Assert.Throws<DTypeException>(() => x.To(DType.Int32).RotaryEmbedding());
        Assert.Throws<ArgumentOutOfRangeException>(() => x.RotaryEmbedding(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.RotaryEmbedding(theta: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.RotaryEmbedding(Tensor.From([0L, -5, 1])));
    }
}
