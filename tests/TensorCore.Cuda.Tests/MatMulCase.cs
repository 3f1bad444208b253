namespace TensorCore.Cuda.Tests;

/// <summary>
/// One launch of a kernel of matrix products, with operands of its own and a naive loop in double to hold it against: y = activation(Σ a·b (+ y) + bias), a batch of Batch0·Batch1 whose
/// results lie in the other order, each the sum of Sums products, k cut into Parts.
/// </summary>
internal sealed record MatMulCase(DType Type, int M, int N, int K)
{
    public bool TransA { get; init; }

    public bool TransB { get; init; }

    /// <summary>Elements between the stored rows.</summary>
    public int GapA { get; init; }

    public int GapB { get; init; }

    /// <summary>The operands begin this many elements after an aligned address.</summary>
    public int Offset { get; init; }

    public int Batch0 { get; init; } = 1;

    public int Batch1 { get; init; } = 1;

    /// <summary>The batch shares one B.</summary>
    public bool SharedB { get; init; }

    public int Sums { get; init; } = 1;

    public int Parts { get; init; } = 1;

    public bool Accumulate { get; init; }

    public bool HasBias { get; init; }

    public Activation Activation { get; init; }

    public bool HasPre { get; init; }

    /// <summary>Inputs are rounded to tf32 before they are multiplied.</summary>
    public bool IsTf32 { get; init; }

    private int Batch => Batch0 * Batch1;

    private int Vec => 16 / Type.Size();

    private int Lda => (TransA ? M : K) + GapA;

    private int Ldb => (TransB ? K : N) + GapB;

    /// <summary>Elements of one stored A, up to an aligned size.</summary>
    private int SizeA => Up((TransA ? K : M) * Lda);

    private int SizeB => Up((TransB ? N : K) * Ldb);

    private int Up(int x) => Offset == 0 ? (x + Vec - 1) / Vec * Vec : x;

    /// <summary>Random sizes and options, aligned or not.</summary>
    public static MatMulCase Draw(Random random, DType type, bool transA, bool transB, bool aligned, int largest, int deepest)
    {
        int vec = 16 / type.Size();
        int Size(int most, bool even) => random.Next(1, most + 1) is int x && even ? (x + vec - 1) / vec * vec : x;
        bool Chance(int of) => random.Next(of) == 0;
        return new MatMulCase(type, Size(largest, aligned && transA), Size(largest, aligned && !transB), Size(deepest, aligned && (!transA || transB)))
        {
            TransA = transA,
            TransB = transB,
            GapA = aligned ? vec * random.Next(2) : random.Next(3),
            GapB = aligned ? vec * random.Next(2) : random.Next(3),
            Offset = aligned ? 0 : random.Next(2),
            Batch0 = Chance(2) ? random.Next(1, 4) : 1,
            Batch1 = Chance(3) ? 2 : 1,
            SharedB = Chance(2),
            Sums = Chance(3) ? 2 : 1,
            Parts = Chance(2) ? random.Next(2, 4) : 1,
            Accumulate = Chance(2),
            HasBias = Chance(2),
            HasPre = Chance(2),
            Activation = (Activation)random.Next(3),
        };
    }

    /// <summary>What the kernel gives.</summary>
    public sealed record Results(double[] Y, double[] Pre);

    /// <summary>Runs the case and holds the results against the naive loop.</summary>
    public unsafe Results Run(CudaKernel kernel, int step, Func<ProductArguments, (long Tiles, int Threads, int Shared)> shape, RowsArguments? rows = null)
    {
        Random random = new(HashCode.Combine(M, N) + (31 * K));
        int countB = Sums * (SharedB ? 1 : Batch) * SizeB;
        double[] a = Values(random, Sums * Batch * SizeA), b = Values(random, countB), bias = Values(random, N), before = Values(random, Batch * M * N);
        Tensor ta = OnGpu(a), tb = OnGpu(b), tbias = OnGpu(bias, 0), y = Accumulate ? OnGpu(before) : OnGpu(new double[Batch * M * N]), pre = OnGpu(new double[Batch * M * N]);
        ProductArguments p = new()
        {
            A = (nint)ta.Pointer,
            B = (nint)tb.Pointer,
            Y = (nint)y.Pointer,
            Bias = HasBias ? (nint)tbias.Pointer : 0,
            Pre = HasPre ? (nint)pre.Pointer : 0,
            SumA = Sums > 1 ? (long)Batch * SizeA : 0,
            SumB = Sums > 1 ? countB / Sums : 0,
            Sums = Sums,
            M = M,
            N = N,
            K = K,
            Lda = Lda,
            Ldb = Ldb,
            Activation = (int)Activation,
            Accumulate = Accumulate ? 1 : 0,
        };
        (p.Sizes[0], p.Sizes[1], p.Sizes[2]) = (Batch0, Batch1, 1);
        (p.StepA[0], p.StepA[1]) = (SizeA, (long)Batch0 * SizeA);
        if (!SharedB) (p.StepB[0], p.StepB[1]) = (SizeB, (long)Batch0 * SizeB);
        (p.StepY[0], p.StepY[1]) = ((long)Batch1 * M * N, (long)M * N);
        p.VectorY = N % Vec == 0 && ((p.Y | p.Pre | p.Bias) & 15) == 0 ? 1 : 0;
        ProductArguments end = p;
        RowsArguments layout = rows ?? default;
        if (layout.Swapped != 0) p.Swap();

        int steps = Sums * ((K + step - 1) / step);
        p.Part = (steps + Parts - 1) / Parts;
        int parts = p.Part == 0 ? 1 : (steps + p.Part - 1) / p.Part;
        Tensor? partial = parts == 1 ? null : Tensor.Empty([parts, Batch * M * N], Tensor.StatisticsType(Type), Gpu.Device);
        if (partial is not null) p.Partial = end.Partial = (nint)partial.Pointer;
        (long tiles, int threads, int shared) = shape(p);
        kernel.Launch((tiles, parts, Batch), threads, shared, KernelArgument.OfStructure(&p), KernelArgument.OfStructure(&layout));
        if (partial is not null)
        {
            int run = 16 / partial.DType.Size();
            Gpu.Device.Gpu!.Kernels.Get("matmul_split.cu", "matmul_sum", Type, []).Launch((((long)M * ((N + run - 1) / run) + 255) / 256, 1, Batch), 256, 0, KernelArgument.OfStructure(&end), parts);
        }
        Results results = new(OnHost(y), HasPre ? OnHost(pre) : []);
        foreach (Tensor? t in (Tensor?[])[ta, tb, tbias, partial]) GC.KeepAlive(t);
        Check(a, b, bias, before, results);
        return results;
    }

    private void Check(double[] a, double[] b, double[] bias, double[] before, Results results)
    {
        for (int z = 0; z < Batch; z++)
        {
            int from = ((z % Batch0 * Batch1) + (z / Batch0)) * M * N;
            for (int i = 0; i < M; i++)
            {
                for (int j = 0; j < N; j++)
                {
                    double sum = 0, size = 1;
                    for (int s = 0; s < Sums; s++)
                    {
                        int atA = ((s * Batch) + z) * SizeA, atB = SharedB ? s * SizeB : ((s * Batch) + z) * SizeB;
                        for (int l = 0; l < K; l++)
                        {
                            double x = Tf32(a[atA + (TransA ? (l * Lda) + i : (i * Lda) + l)]) * Tf32(b[atB + (TransB ? (j * Ldb) + l : (l * Ldb) + j)]);
                            sum += x;
                            size += Math.Abs(x);
                        }
                    }
                    int at = from + (i * N) + j;
                    if (Accumulate) sum += before[at];
                    if (HasBias) sum += bias[j];
                    double y = Activation switch
                    {
                        Activation.Relu => Math.Max(sum, 0),
                        Activation.GeluTanh => sum / (1 + Math.Exp(-2 * Math.Sqrt(2 / Math.PI) * (sum + (0.044715 * sum * sum * sum)))),
                        _ => sum,
                    };
                    // About a last bit of the partial sums, √k times; bfloat16 rounds the result to 8 bits.
                    double root = Math.Sqrt(K * Sums), tolerance = (Type == DType.Float64 ? 6e-16 : 3e-7) * (4 + root) * Math.Max(1, size / (1 + root));
                    Assert.True(Close(y, results.Y[at], tolerance), $"{this}: product {z}, element ({i}, {j}) is {results.Y[at]:R}, expected {y:R}");
                    if (HasPre) Assert.True(Close(sum, results.Pre[at], tolerance), $"{this}: product {z}, pre-activation ({i}, {j}) is {results.Pre[at]:R}, expected {sum:R}");
                }
            }
        }
    }

    private bool Close(double expected, double actual, double tolerance) => Math.Abs(expected - actual) <= tolerance + (Type == DType.BFloat16 ? Math.Abs(expected) / 256 : 0);

    private double Tf32(double x) => IsTf32 ? BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits((float)x) + 0x1000) & ~0x1fff) : x;

    private double[] Values(Random random, int count)
    {
        double[] x = new double[count];
        for (int i = 0; i < count; i++) x[i] = (2 * random.NextDouble()) - 1;
        return Tensor.From(x).To(Type).To(DType.Float64).ToArray<double>();
    }

    private Tensor OnGpu(double[] x) => OnGpu(x, Offset);

    private Tensor OnGpu(double[] x, int offset) =>
        Tensor.From([.. new double[offset], .. x]).To(Type).To(Gpu.Device) is var all && offset == 0 ? all : all.ViewAs([x.Length], [1], offset);

    private static double[] OnHost(Tensor t) => t.To(Device.Cpu).To(DType.Float64).ToArray<double>();
}
