using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using TensorCore.Cpu;

namespace TensorCore.Tests.Cpu;

[Collection(ProcessWideSettings.Name)]
public sealed unsafe class GemmTests : IDisposable
{
    private static readonly int[] _sizes = [0, 1, 2, 7, 13, 14, 15, 16, 31, 32, 33, 64, 97];
    private readonly SimdLevel _level = Simd.Level;
    private readonly int _threads = WorkerPool.Threads;

    public static TheoryData<DType, SimdLevel> Levels
    {
        get
        {
            TheoryData<DType, SimdLevel> data = [];
            foreach (SimdLevel level in Enum.GetValues<SimdLevel>().Where(l => l <= Simd.Best))
            {
                data.Add(DType.Float32, level);
                data.Add(DType.Float64, level);
            }

            return data;
        }
    }

    public void Dispose()
    {
        Simd.Level = _level;
        WorkerPool.Threads = _threads;
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void EverySizeAndTransposeAgreesWithTheReference(DType dtype, SimdLevel level)
    {
        Simd.Level = level;
        int seed = 0;
        foreach (int m in _sizes)
        {
            foreach (int n in _sizes)
            {
                int k = _sizes[(seed * 5 + 3) % _sizes.Length];
                for (int transposes = 0; transposes < 4; transposes++) GemmCase.Draw(dtype, m, n, k, seed, transposes).Check();
                seed++;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void SeveralBlocksOfKAgreeWithTheReference(DType dtype, SimdLevel level)
    {
        Simd.Level = level;
        (int M, int N, int K)[] shapes = [(33, 70, 1100), (70, 33, 1100), (3, 5, 2100), (1, 67, 1000), (67, 1, 1000), (150, 40, 1030), (17, 200, 1025)];
        for (int i = 0; i < shapes.Length * 2; i++) GemmCase.Draw(dtype, shapes[i % 7].M, shapes[i % 7].N, shapes[i % 7].K, 1000 + i).Check();
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void DrawnShapesAgreeWithTheReference(DType dtype, SimdLevel level)
    {
        Simd.Level = level;
        Gen<(int, int, int, int)> gen =
            from m in Gen.Choose(0, 70)
            from n in Gen.Choose(0, 140)
            from k in Gen.Choose(0, 120)
            from seed in Gen.Choose(0, 1 << 20)
            select (m, n, k, seed);
        Prop.ForAll(gen.ToArbitrary(), s => GemmCase.Draw(dtype, s.Item1, s.Item2, s.Item3, s.Item4).Check()).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void TheNumberOfThreadsChangesNoBit(DType dtype)
    {
        (int M, int N, int K)[] shapes = [(150, 200, 300), (200, 150, 300), (31, 400, 300), (400, 31, 300), (1, 2000, 250), (2000, 1, 250)];
        for (int i = 0; i < shapes.Length * 2; i++)
        {
            GemmCase problem = GemmCase.Draw(dtype, shapes[i % 6].M, shapes[i % 6].N, shapes[i % 6].K, 77 + i);
            WorkerPool.Threads = 1;
            byte[] one = problem.Run().C;
            foreach (int threads in new[] { 2, 4 })
            {
                WorkerPool.Threads = threads;
                Assert.True(one.AsSpan().SequenceEqual(problem.Run().C), $"{problem}: {threads} threads gave other bits than one");
            }
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void ManyRoundsOfPackingAgreeWithOne(bool transA, bool transB)
    {
        // The smaller operand has 24 × 351,000 elements, above the 32 MiB that are packed at a time; both may be the smaller one.
        const int K = 351_000;
        int M = transB ? 24 : 25, N = transB ? 25 : 24;
        float[] a = new float[M * K], b = new float[N * K], c = new float[M * N];
        // Small integers: every sum is exact in float32, in any order.
        uint state = 1;
        for (int i = 0; i < a.Length; i++) a[i] = (int)((state = state * 1664525 + 1013904223) >> 29) - 3;
        for (int i = 0; i < b.Length; i++) b[i] = (int)((state = state * 1664525 + 1013904223) >> 29) - 3;
        fixed (float* pa = a, pb = b, pc = c)
        {
            Gemm.Run(DType.Float32, transA, transB, M, N, K, 1, pa, transA ? M : K, pb, transB ? K : N, 0, pc, N);
        }

        foreach ((int i, int j) in new[] { (0, 0), (23, 23), (M - 1, N - 1), (14, 16), (7, 20) })
        {
            double sum = 0;
            for (int p = 0; p < K; p++) sum += (double)a[transA ? p * M + i : i * K + p] * b[transB ? j * K + p : p * N + j];
            Assert.Equal(sum, c[i * N + j]);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void NoStepsOrAlphaZeroReadNeitherAnorB(double alpha)
    {
        int k = alpha == 0 ? 5 : 0;
        float[] c = [1, float.NaN, 3, 4], bias = [10, 20];
        fixed (float* pc = c, pb = bias)
        {
            Gemm.Run(DType.Float32, false, false, 2, 2, k, alpha, null, 5, null, 2, 2, pc, 2, Epilogue.Of(pb));
            Assert.Equal([12, float.NaN, 16, 28], c);
            Gemm.Run(DType.Float32, false, false, 2, 2, k, alpha, null, 5, null, 2, 0, pc, 2, Epilogue.Of(pb, Activation.Relu));
            Assert.Equal([10, 20, 10, 20], c);
        }
    }

    [Theory]
    [InlineData(3, 5, 4)]
    [InlineData(1, 40, 30)]
    [InlineData(40, 1, 30)]
    [InlineData(40, 50, 30)]
    public void NaNAndInfinityReachTheirRowAndColumn(int m, int n, int k)
    {
        float[] a = new float[m * k], b = new float[k * n], c = new float[m * n];
        Array.Fill(a, 1);
        Array.Fill(b, 1);
        a[(m - 1) * k + 2] = float.NaN;
        b[1 * n + (n - 1)] = float.PositiveInfinity;
        fixed (float* pa = a, pb = b, pc = c) Gemm.Run(DType.Float32, false, false, m, n, k, 1, pa, k, pb, n, 0, pc, n, Epilogue.Of(null, Activation.Relu));
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
                Assert.Equal(i == m - 1 ? float.NaN : j == n - 1 ? float.PositiveInfinity : k, c[i * n + j]);
        }
    }

    [Theory]
    [InlineData(5, 6, 7, 8, false)]
    [InlineData(64, 64, 64, 12, false)]
    [InlineData(3, 40, 9, 5, true)]
    [InlineData(400, 300, 300, 2, false)]
    public void ABatchIsItsProducts(int m, int n, int k, int batch, bool sharedB)
    {
        float[] a = Random(batch * m * k, 1), b = Random(batch * k * n, 2), c = Random(batch * m * n, 3), bias = Random(n, 4);
        float[] expected = (float[])c.Clone(), pre = new float[c.Length], expectedPre = new float[c.Length];
        int strideB = sharedB ? 0 : k * n;
        fixed (float* pa = a, pb = b, pc = c, pe = expected, pBias = bias, pPre = pre, pExpectedPre = expectedPre)
        {
            // Transposed A, so that a shared B does not turn it into one tall product, which may sum in another order.
            for (int i = 0; i < batch; i++)
            {
                Gemm.Run(
                    DType.Float32, true, false, m, n, k, 0.5, pa + i * m * k, m, pb + i * strideB, n, 2, pe + i * m * n, n,
                    Epilogue.Of(pBias, Activation.GeluTanh, pExpectedPre + i * m * n, n));
            }

            Gemm.RunBatched(
                DType.Float32, true, false, m, n, k, 0.5, pa, m, m * k, pb, n, strideB, 2, pc, n, m * n, batch,
                Epilogue.Of(pBias, Activation.GeluTanh, pPre, n));
        }

        Assert.Equal(expected, c);
        Assert.Equal(expectedPre, pre);
    }

    [Fact]
    public void ABatchThatSharesBIsOneTallProduct()
    {
        const int M = 5, N = 33, K = 20, Batch = 7;
        float[] a = Random(Batch * M * K, 1), b = Random(K * N, 2), c = new float[Batch * M * N], expected = new float[c.Length];
        fixed (float* pa = a, pb = b, pc = c, pe = expected)
        {
            Gemm.RunBatched(DType.Float32, false, false, M, N, K, 1, pa, K, M * K, pb, N, 0, 0, pc, N, M * N, Batch);
            Gemm.Run(DType.Float32, false, false, Batch * M, N, K, 1, pa, K, pb, N, 0, pe, N);
        }

        Assert.Equal(expected, c);
    }

    [Fact]
    public void WrongArgumentsAreExplained()
    {
        float[] x = new float[64];
        fixed (float* pinned = x)
        {
            float* p = pinned; // a lambda cannot capture a fixed local
            Assert.Contains("lda = 3", Assert.Throws<ArgumentException>(() => Gemm.Run(DType.Float32, false, false, 4, 4, 4, 1, p, 3, p, 4, 0, p, 4)).Message);
            Assert.Contains("ldb = 3", Assert.Throws<ArgumentException>(() => Gemm.Run(DType.Float32, false, true, 4, 4, 4, 1, p, 4, p, 3, 0, p, 4)).Message);
            Assert.Contains("ldc = 3", Assert.Throws<ArgumentException>(() => Gemm.Run(DType.Float32, false, false, 4, 4, 4, 1, p, 4, p, 4, 0, p, 3)).Message);
            Assert.Contains("k = -1", Assert.Throws<ArgumentException>(() => Gemm.Run(DType.Float32, false, false, 4, 4, -1, 1, p, 4, p, 4, 0, p, 4)).Message);
            Assert.Contains("int64", Assert.Throws<ArgumentException>(() => Gemm.Run(DType.Int64, false, false, 4, 4, 4, 1, p, 4, p, 4, 0, p, 4)).Message);
            Assert.Contains("LdPreActivation = 0", Assert.Throws<ArgumentException>(
                () => Gemm.Run(DType.Float32, false, false, 4, 4, 4, 1, p, 4, p, 4, 0, p, 4, Epilogue.Of(null, Activation.Relu, p))).Message);
            Assert.Throws<ArgumentNullException>(() => Gemm.Run(DType.Float32, false, false, 4, 4, 4, 1, null, 4, p, 4, 0, p, 4));
            Assert.Throws<ArgumentOutOfRangeException>(() => Gemm.RunBatched(DType.Float32, false, false, 2, 2, 2, 1, p, 2, 4, p, 2, 4, 0, p, 2, 4, -1));
            Assert.Contains("overlap", Assert.Throws<ArgumentException>(
                () => Gemm.RunBatched(DType.Float32, false, false, 2, 2, 2, 1, p, 2, 4, p, 2, 4, 0, p, 2, 0, 3)).Message);
        }
    }

    private static float[] Random(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];
    }

    /// <summary>A product with everything but its sizes drawn from a seed; memory around and between the rows of C is guarded.</summary>
    private sealed record GemmCase(
        DType DType, bool TransA, bool TransB, int M, int N, int K, double Alpha, double Beta, int Lda, int Ldb, int Ldc,
        bool HasBias, Activation Activation, bool HasPre, int Seed)
    {
        private const double Guard = 12345;
        private const int Margin = 64;

        public static GemmCase Draw(DType dtype, int m, int n, int k, int seed, int? transposes = null)
        {
            int both = transposes ?? seed % 4;
            Random r = new(seed * 4 + both);
            bool transA = (both & 1) != 0, transB = (both & 2) != 0;
            double[] factors = [1, 0, -0.5, 1, 0];
            return new(
                dtype, transA, transB, m, n, k, r.Next(3) == 0 ? factors[r.Next(5)] : 1, factors[r.Next(5)],
                Math.Max(1, transA ? m : k) + r.Next(3) * r.Next(9), Math.Max(1, transB ? k : n) + r.Next(3) * r.Next(9), Math.Max(1, n) + r.Next(3) * r.Next(9),
                r.Next(2) == 0, (Activation)r.Next(3), r.Next(2) == 0, seed);
        }

        public void Check()
        {
            (byte[] bytes, byte[] preBytes) = Run();
            double[] c = ToDouble(bytes), pre = ToDouble(preBytes);
            (double[] A, double[] B, double[] C, double[] Bias) = Inputs();
            double epsilon = DType == DType.Float32 ? Math.Pow(2, -23) : Math.Pow(2, -52);
            (double[] expected, double[] expectedPre, double[] bound) = GemmReference.Run(
                TransA, TransB, M, N, K, Alpha, A, Lda, B, Ldb, Beta, C, Ldc, HasBias ? Bias : null, Activation, epsilon);
            for (int i = 0; i < M; i++)
            {
                for (int j = 0; j < N; j++)
                {
                    double error = bound[i * N + j];
                    Require(Math.Abs(c[Margin + i * Ldc + j] - expected[i * Ldc + j]) <= error, i, j, c[Margin + i * Ldc + j], expected[i * Ldc + j]);
                    if (HasPre) Require(Math.Abs(pre[i * N + j] - expectedPre[i * N + j]) <= error, i, j, pre[i * N + j], expectedPre[i * N + j]);
                }
            }

            for (int i = 0; i < c.Length; i++)
            {
                int at = i - Margin;
                bool inside = at >= 0 && at < M * Ldc && at % Ldc < N;
                if (!inside && c[i] != Guard) Assert.Fail($"{this}: wrote outside C, at element {at}");
            }
        }

        /// <summary>The bytes of C, with its guarded surroundings, and of the pre-activation.</summary>
        public (byte[] C, byte[] Pre) Run()
        {
            (double[] A, double[] B, double[] C, double[] Bias) = Inputs();
            double[] guarded = new double[M * Ldc + 2 * Margin];
            Array.Fill(guarded, Guard);
            for (int i = 0; i < M; i++)
            {
                for (int j = 0; j < N; j++) guarded[Margin + i * Ldc + j] = Beta == 0 ? double.NaN : C[i * Ldc + j];
            }

            byte[] a = ToBytes(A), b = ToBytes(B), c = ToBytes(guarded), bias = ToBytes(Bias), pre = ToBytes(new double[M * N]);
            fixed (byte* pa = a, pb = b, pc = c, pBias = bias, pPre = pre)
            {
                Epilogue epilogue = Epilogue.Of(HasBias ? pBias : null, Activation, HasPre ? pPre : null, HasPre ? N : 0);
                Gemm.Run(DType, TransA, TransB, M, N, K, Alpha, pa, Lda, pb, Ldb, Beta, pc + Margin * DType.Size(), Ldc, epilogue);
            }

            return (c, pre);
        }

        private (double[] A, double[] B, double[] C, double[] Bias) Inputs()
        {
            Random r = new(Seed);
            return (Draw((TransA ? K : M) * Lda), Draw((TransB ? N : K) * Ldb), Draw(M * Ldc), Draw(N));

            // float32 values, so that both dtypes hold them exactly.
            double[] Draw(int count)
            {
                double[] x = new double[count];
                for (int i = 0; i < count; i++) x[i] = (float)(2 * r.NextDouble() - 1);
                return x;
            }
        }

        private void Require(bool holds, int i, int j, double actual, double expected)
        {
            if (!holds) Assert.Fail($"{this}: at [{i}, {j}] {actual:R} instead of {expected:R}");
        }

        private byte[] ToBytes(double[] x) => DType == DType.Float64
            ? MemoryMarshal.AsBytes(x.AsSpan()).ToArray()
            : MemoryMarshal.AsBytes(Array.ConvertAll(x, static v => (float)v).AsSpan()).ToArray();

        private double[] ToDouble(byte[] x) => DType == DType.Float64
            ? MemoryMarshal.Cast<byte, double>(x).ToArray()
            : Array.ConvertAll(MemoryMarshal.Cast<byte, float>(x).ToArray(), static v => (double)v);
    }
}
