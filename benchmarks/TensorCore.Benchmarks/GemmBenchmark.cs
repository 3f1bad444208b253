using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using TensorCore.Cpu;

namespace TensorCore.Benchmarks;

/// <summary>One product to measure: m×k by k×n.</summary>
public sealed record GemmShape(int M, int K, int N, bool TransA = false, bool TransB = false, DType DType = DType.Float32)
{
    public double Flops => 2.0 * M * N * K;

    public override string ToString() => $"{M}×{K}×{N}{(TransA ? " Aᵀ" : "")}{(TransB ? " Bᵀ" : "")}{(DType == DType.Float64 ? " f64" : "")}";
}

/// <summary>One product under BenchmarkDotNet; the ceiling is measured right before and right after it.</summary>
public unsafe class GemmBenchmark
{
    private byte* _a, _b, _c;

    public static bool Quick { get; set; }

    /// <summary>The better of the two ceilings of each case, in GFLOP/s.</summary>
    public static Dictionary<(GemmShape Shape, int Threads), double> Ceiling { get; } = [];

    public static IEnumerable<GemmShape> Shapes => Quick
        ? [new(16, 16, 16), new(128, 128, 128), new(1024, 1024, 1024), new(256, 768, 2304), new(1024, 768, 3072)]
        :
        [
            new(16, 16, 16), new(32, 32, 32), new(64, 64, 64), new(128, 128, 128), new(256, 256, 256), new(512, 512, 512),
            new(1024, 1024, 1024), new(2048, 2048, 2048),
            // GPT-2 124M: attention and MLP projections forward, the gradients of x and w, and the head.
            new(256, 768, 2304), new(1024, 768, 3072), new(1024, 3072, 768), new(1024, 3072, 768, TransB: true),
            new(768, 1024, 3072, TransA: true), new(256, 768, 50257, TransB: true), new(768, 1024, 50257, TransA: true),
            // A convolution as a product, an MLP layer, one token.
            new(21632, 288, 64), new(64, 784, 128, TransB: true), new(1, 768, 3072),
            new(256, 256, 256, DType: DType.Float64), new(1024, 1024, 1024, DType: DType.Float64),
        ];

    public static IEnumerable<int> ThreadCounts => Environment.ProcessorCount == 1 ? [1] : [1, Environment.ProcessorCount];

    [ParamsSource(nameof(Shapes))]
    public GemmShape Shape { get; set; } = null!;

    [ParamsSource(nameof(ThreadCounts))]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        WorkerPool.Threads = Threads;
        _a = Operand((long)Shape.M * Shape.K, 1);
        _b = Operand((long)Shape.K * Shape.N, 2);
        _c = Operand((long)Shape.M * Shape.N, 3);
        MeasureCeiling();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        MeasureCeiling();
        NativeMemory.AlignedFree(_a);
        NativeMemory.AlignedFree(_b);
        NativeMemory.AlignedFree(_c);
    }

    [Benchmark]
    public void Product() => Gemm.Run(
        Shape.DType, Shape.TransA, Shape.TransB, Shape.M, Shape.N, Shape.K, 1, _a, Shape.TransA ? Shape.M : Shape.K, _b, Shape.TransB ? Shape.K : Shape.N,
        0, _c, Shape.N);

    private void MeasureCeiling()
    {
        double now = Ceilings.Fma(Shape.DType);
        Ceiling[(Shape, Threads)] = Math.Max(now, Ceiling.GetValueOrDefault((Shape, Threads)));
    }

    // On huge pages where the system grants them, as the library's own large buffers are.
    private byte* Operand(long count, int seed)
    {
        byte* p = (byte*)NativePages.Allocate(count * Shape.DType.Size());
        uint state = (uint)seed;
        for (long i = 0; i < count; i++)
        {
            float x = (int)(state = (state * 1664525) + 1013904223) * (1f / int.MaxValue);
            if (Shape.DType == DType.Float32) ((float*)p)[i] = x;
            else ((double*)p)[i] = x;
        }

        return p;
    }
}
