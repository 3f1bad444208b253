namespace TensorCore.Tests.Randomness;

/// <summary>Moments, χ² and tails with fixed seeds: bounds of about four deviations, so a wrong distribution fails and a right one never does.</summary>
public unsafe class PhiloxStatisticsTests
{
    private const int N = 1 << 19;

    [Theory]
    [InlineData(1UL, 0UL)]
    [InlineData(12345678901UL, 99UL)]
    public void Uniform_floats_have_their_moments_and_fill_their_range_evenly(ulong seed, ulong stream)
    {
        float[] x = new float[N];
        fixed (float* p = x) Philox.FillUniform(p, N, seed, stream, 0, 1);
        CheckUniform([.. x.Select(v => (double)v)]);
    }

    [Fact]
    public void Uniform_doubles_have_their_moments_and_fill_their_range_evenly()
    {
        double[] x = new double[N];
        fixed (double* p = x) Philox.FillUniform(p, N, 5, 6, 0, 1);
        CheckUniform(x);
    }

    [Theory]
    [InlineData(1UL, 0UL)]
    [InlineData(77UL, 1UL << 40)]
    public void Normal_floats_have_their_moments_and_shape(ulong seed, ulong stream)
    {
        float[] x = new float[N];
        fixed (float* p = x) Philox.FillNormal(p, N, seed, stream, 3, 0.5);
        CheckNormal([.. x.Select(v => (v - 3.0) / 0.5)]);
    }

    [Fact]
    public void Normal_doubles_have_their_moments_and_shape()
    {
        double[] x = new double[N];
        fixed (double* p = x) Philox.FillNormal(p, N, 8, 2, 0, 1);
        CheckNormal(x);
    }

    [Fact]
    public void The_tail_of_the_normal_has_its_weight()
    {
        const int Count = 1 << 22;
        float[] x = new float[Count];
        fixed (float* p = x) Philox.FillNormal(p, Count, 2024, 3, 0, 1);

        // P(|z| > a) for a = 3, 4, 4.5, 5 from the error function; the counts are Poisson.
        foreach ((double a, double probability) in new[] { (3.0, 2.6997960632601866e-3), (4.0, 6.334248366623996e-5), (4.5, 6.795346249460121e-6), (5.0, 5.733031437583878e-7) })
        {
            double expected = Count * probability, found = x.Count(v => Math.Abs(v) > a);
            Assert.InRange(found, expected - (4 * Math.Sqrt(expected)), expected + (4 * Math.Sqrt(expected)) + 1);
        }
    }

    [Fact]
    public void Neighbours_pairs_streams_and_seeds_are_uncorrelated()
    {
        float[] a = Normals(1, 1), stream = Normals(1, 2), seed = Normals(2, 1);
        double bound = 4.5 / Math.Sqrt(N);
        for (int lag = 1; lag <= 8; lag++) Assert.InRange(Correlation(a.AsSpan(lag), a.AsSpan(0, N - lag)), -bound, bound);
        Assert.InRange(Correlation(a, stream), -bound, bound);
        Assert.InRange(Correlation(a, seed), -bound, bound);

        // Box and Muller's pairs: uncorrelated squares too, else the points would not be round.
        float[] even = [.. a.Where((_, i) => i % 2 == 0).Select(v => v * v)], odd = [.. a.Where((_, i) => i % 2 == 1).Select(v => v * v)];
        Assert.InRange(Correlation(even, odd), -bound * Math.Sqrt(2), bound * Math.Sqrt(2));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1e-3)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public void Bernoulli_masks_have_their_share_of_ones(double probability)
    {
        byte[] mask = new byte[N];
        float[] scaled = new float[N];
        fixed (byte* p = mask) Philox.FillBernoulliMask(p, N, 3, 4, probability);
        fixed (float* p = scaled) Philox.FillBernoulliMask(p, N, 3, 4, probability, 1.25f);
        double deviation = Math.Sqrt(N * probability * (1 - probability));
        Assert.InRange(mask.Sum(b => b), (N * probability) - (4 * deviation), (N * probability) + (4 * deviation));
        for (int i = 0; i < N; i++)
        {
            if (scaled[i] != mask[i] * 1.25f) Assert.Fail($"element {i} is {mask[i]} in the mask of bytes, {scaled[i]} in that of floats");
        }

        // Element by element what the words say: the vector path's twin.
        for (int i = 0; i < 1000; i++)
        {
            (uint w0, uint w1, uint w2, uint w3) = Philox.Block((ulong)i / 4, 4, 3);
            uint word = (i % 4) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 };
            Assert.Equal(word < probability * 4294967296.0, mask[i] == 1);
        }
    }

    [Fact]
    public void Integers_are_even_over_their_range()
    {
        long[] x = new long[N];
        int[] y = new int[N];
        fixed (long* p = x) Philox.FillInt(p, N, 11, 12, -7, 93);
        fixed (int* p = y) Philox.FillInt(p, N, 11, 12, -7, 93);
        Assert.True(y.Select(v => (long)v).SequenceEqual(x));
        int[] counts = new int[100];
        foreach (long v in x) counts[v + 7]++;
        CheckEven(counts);

        fixed (long* p = x) Philox.FillInt(p, N, 11, 12, long.MinValue, long.MaxValue);
        Assert.InRange(x.Count(v => v < 0), (N / 2) - 1448, (N / 2) + 1448); // deviation √N/2 = 362
        Assert.Equal(0, x.Count(v => v == long.MaxValue));
        fixed (int* p = y) Philox.FillInt(p, N, 11, 12, int.MinValue, 1L << 31);
        Assert.InRange(y.Count(v => v < 0), (N / 2) - 1448, (N / 2) + 1448);
        fixed (long* p = x) Philox.FillInt(p, N, 11, 12, 5, 6);
        Assert.Equal(-1, x.AsSpan().IndexOfAnyExcept(5L));
    }

    [Fact]
    public void Permutations_are_orders_and_every_order_is_as_likely()
    {
        Assert.Equal(Enumerable.Range(0, 1000), Philox.Permutation(1000, 1, 1).Order());
        Assert.NotEqual(Philox.Permutation(1000, 1, 1), Philox.Permutation(1000, 1, 2));
        int[] counts = new int[256];
        for (ulong stream = 0; stream < 48_000; stream++)
        {
            int[] order = Philox.Permutation(4, 6, stream);
            counts[(order[0] * 64) + (order[1] * 16) + (order[2] * 4) + order[3]]++;
        }

        int[] seen = [.. counts.Where(c => c > 0)];
        Assert.Equal(24, seen.Length);
        CheckEven(seen);
    }

    private static float[] Normals(ulong seed, ulong stream)
    {
        float[] x = new float[N];
        fixed (float* p = x) Philox.FillNormal(p, N, seed, stream, 0, 1);
        return x;
    }

    private static void CheckUniform(double[] x)
    {
        Assert.InRange(x.Average(), 0.5 - (4 * Math.Sqrt(1.0 / 12 / N)), 0.5 + (4 * Math.Sqrt(1.0 / 12 / N)));
        Assert.InRange(x.Average(v => (v - 0.5) * (v - 0.5)), (1.0 / 12) - (4 * Math.Sqrt(1.0 / 180 / N)), (1.0 / 12) + (4 * Math.Sqrt(1.0 / 180 / N)));
        int[] counts = new int[1024], low = new int[256];
        foreach (double v in x)
        {
            counts[(int)(v * 1024)]++;
            low[(int)(v * (1 << 24)) & 255]++; // the lowest bits of a float's 24
        }

        CheckEven(counts);
        CheckEven(low);

        // Pairs of neighbours in a 32 × 32 grid.
        int[] pairs = new int[1024];
        for (int i = 0; i < N; i += 2) pairs[((int)(x[i] * 32) * 32) + (int)(x[i + 1] * 32)]++;
        CheckEven(pairs);
    }

    private static void CheckNormal(double[] z)
    {
        double root = Math.Sqrt(N);
        Assert.InRange(z.Average() * root, -4, 4);
        Assert.InRange((z.Average(v => v * v) - 1) * root / Math.Sqrt(2), -4, 4);
        Assert.InRange(z.Average(v => v * v * v) * root / Math.Sqrt(15), -4, 4);
        Assert.InRange((z.Average(v => v * v * v * v) - 3) * root / Math.Sqrt(96), -4, 4);

        // The 16 intervals of equal weight under the normal curve.
        double[] edges = [0.15731068461017067, 0.3186393639643752, 0.4887764111146695, 0.6744897501960817, 0.887146559018876, 1.1503493803760079, 1.5341205443525463];
        int[] counts = new int[16];
        foreach (double v in z)
        {
            int k = edges.Count(e => Math.Abs(v) > e);
            counts[v < 0 ? 7 - k : 8 + k]++;
        }

        CheckEven(counts);
    }

    // χ² has mean k − 1 and variance 2(k − 1): too uneven fails, and so does too even to be random.
    private static void CheckEven(int[] counts)
    {
        double expected = counts.Sum() / (double)counts.Length, degrees = counts.Length - 1;
        double chi2 = counts.Sum(c => (c - expected) * (c - expected) / expected);

        // Wilson and Hilferty: the cube root of χ²/k is nearly normal.
        double z = (Math.Cbrt(chi2 / degrees) - (1 - (2 / (9 * degrees)))) / Math.Sqrt(2 / (9 * degrees));
        Assert.InRange(z, -4, 4);
    }

    private static double Correlation(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sa += a[i];
            sb += b[i];
            saa += (double)a[i] * a[i];
            sbb += (double)b[i] * b[i];
            sab += (double)a[i] * b[i];
        }

        double n = a.Length;
        return ((n * sab) - (sa * sb)) / Math.Sqrt(((n * saa) - (sa * sa)) * ((n * sbb) - (sb * sb)));
    }
}
