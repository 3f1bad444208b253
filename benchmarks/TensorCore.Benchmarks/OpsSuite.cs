using BenchmarkDotNet.Mathematics;
using BenchmarkDotNet.Reports;
using Spectre.Console;
using TensorCore.Cpu;

namespace TensorCore.Benchmarks;

/// <summary>Operations: time, GB/s or GFLOP/s, and the share of the memory stream or of the multiply-add loop measured in the same run.</summary>
public static class OpsSuite
{
    /// <summary>One line of the result; a rate is 0 where it says nothing about the op.</summary>
    public sealed record Row(string Op, double MedianMicroseconds, double BestMicroseconds, double GBs, double Gflops, double PercentOfCeiling);

    public static void Run(SuiteOptions options)
    {
        (double read, double triad) = Ceilings.Memory();
        double fma = Ceilings.Fma(DType.Float32);
        AnsiConsole.WriteLine($"{Simd.Level}, {WorkerPool.Threads} threads: multiply-add {fma:F0} GF/s, read {read:F1} GB/s, triad {triad:F1} GB/s");
        OpsBenchmark.Quick = options.Quick;
        Summary summary = BenchmarkRun.Of<OpsBenchmark>(options);
        Row[] rows = [.. summary.Reports.Where(static r => r.ResultStatistics is not null).Select(r => Describe(r, triad, fma))];
        Table table = new Table().Title("Operations, float32").AddColumns("op", "median µs", "best µs", "GB/s", "GF/s", "% of ceiling");
        foreach (TableColumn column in table.Columns) column.NoWrap();
        foreach (Row r in rows)
            table.AddRow(r.Op, $"{r.MedianMicroseconds:F1}", $"{r.BestMicroseconds:F1}", Rate(r.GBs), Rate(r.Gflops), Rate(r.PercentOfCeiling));
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine("The ceiling is the triad for what memory bounds (above 100 %: the data stayed in the cache), the multiply-add loop for the rest.");
        string path = SuiteOptions.WriteJson("ops", new { Date = DateTime.UtcNow, Level = Simd.Level.ToString(), WorkerPool.Threads, options.Quick, Fma = fma, ReadGBs = read, TriadGBs = triad, Rows = rows });
        AnsiConsole.WriteLine($"Written to {path}");
        BenchmarkRun.RequireAll(summary, rows.Length, "ops");

        static string Rate(double value) => value == 0 ? "" : $"{value:F1}";
    }

    private static Row Describe(BenchmarkReport report, double triad, double fma)
    {
        OpCase op = (OpCase)report.BenchmarkCase.Parameters[nameof(OpsBenchmark.Case)];
        Statistics s = report.ResultStatistics!;
        (double bytes, double flops) = (op.Bytes / s.Median, op.Flops / s.Median);
        return new Row(op.Name, s.Median / 1000, s.Min / 1000, bytes, flops, 100 * (flops > 0 ? flops / fma : bytes / triad));
    }
}
