using BenchmarkDotNet.Mathematics;
using BenchmarkDotNet.Reports;
using Spectre.Console;
using TensorCore.Cpu;

namespace TensorCore.Benchmarks;

/// <summary>Matrix products: GFLOP/s and the share of the measured multiply-add ceiling, per shape and number of threads.</summary>
public static class GemmSuite
{
    /// <summary>One line of the result.</summary>
    public sealed record Row(int Order, string Shape, string DType, int Threads, double MedianMicroseconds, double GflopsMedian, double GflopsBest, double Ceiling)
    {
        public double PercentOfCeiling => 100 * GflopsMedian / Ceiling;

        /// <summary>The same for the fastest iteration: the better guide on a machine that others use too.</summary>
        public double BestPercentOfCeiling => 100 * GflopsBest / Ceiling;
    }

    /// <summary>Ceilings of the machine for one number of threads.</summary>
    public sealed record Machine(int Threads, double Fma32, double Fma64, double ReadGBs, double TriadGBs);

    public static void Run(SuiteOptions options)
    {
        int threads = WorkerPool.Threads;
        Machine[] machines = [.. GemmBenchmark.ThreadCounts.Select(Measure)];
        Table ceilings = new Table().Title($"Ceilings, {Simd.Level}").AddColumns("threads", "fp32 GF/s", "fp64 GF/s", "read GB/s", "triad GB/s");
        foreach (Machine m in machines) ceilings.AddRow($"{m.Threads}", $"{m.Fma32:F0}", $"{m.Fma64:F0}", $"{m.ReadGBs:F1}", $"{m.TriadGBs:F1}");
        AnsiConsole.Write(ceilings);

        GemmBenchmark.Quick = options.Quick;
        Summary summary = BenchmarkRun.Of<GemmBenchmark>(options);
        WorkerPool.Threads = threads;

        Row[] rows = [.. summary.Reports.Where(static r => r.ResultStatistics is not null).Select(Describe)
            .OrderBy(static r => r.Order).ThenBy(static r => r.Threads)];
        Table table = new Table().Title("Matrix products, m×k×n")
            .AddColumns("shape", "thr", "median µs", "GF/s", "%", "best GF/s", "%", "ceiling");
        foreach (TableColumn column in table.Columns) column.NoWrap();
        foreach (Row r in rows)
            table.AddRow(r.Shape, $"{r.Threads}", $"{r.MedianMicroseconds:F1}", $"{r.GflopsMedian:F1}", $"{r.PercentOfCeiling:F0}", $"{r.GflopsBest:F1}", $"{r.BestPercentOfCeiling:F0}", $"{r.Ceiling:F0}");
        AnsiConsole.Write(table);
        string path = SuiteOptions.WriteJson("gemm", new { Date = DateTime.UtcNow, Level = Simd.Level.ToString(), options.Quick, Machines = machines, Rows = rows });
        AnsiConsole.WriteLine($"Written to {path}");
        BenchmarkRun.RequireAll(summary, rows.Length, "gemm");
    }

    private static Machine Measure(int threads)
    {
        WorkerPool.Threads = threads;
        (double read, double triad) = Ceilings.Memory();
        return new(threads, Ceilings.Fma(DType.Float32), Ceilings.Fma(DType.Float64), read, triad);
    }

    private static Row Describe(BenchmarkReport report)
    {
        GemmShape shape = (GemmShape)report.BenchmarkCase.Parameters[nameof(GemmBenchmark.Shape)];
        int threads = (int)report.BenchmarkCase.Parameters[nameof(GemmBenchmark.Threads)];
        Statistics s = report.ResultStatistics!;
        return new(GemmBenchmark.Shapes.ToList().IndexOf(shape), shape.ToString(), shape.DType.Name(), threads, s.Median / 1000, shape.Flops / s.Median, shape.Flops / s.Min, GemmBenchmark.Ceiling[(shape, threads)]);
    }
}
