using BenchmarkDotNet.Mathematics;
using BenchmarkDotNet.Reports;
using Spectre.Console;
using TensorCore.Cpu;

namespace TensorCore.Benchmarks;

/// <summary>Training steps and generation of a GPT: tokens/s, GFLOP/s and the share of the multiply-add loop measured in the same run.</summary>
public static class GptSuite
{
    /// <summary>One line of the result.</summary>
    public sealed record Row(string Case, double MedianMilliseconds, double BestMilliseconds, double TokensPerSecond, double Gflops, double PercentOfCeiling);

    public static void Run(SuiteOptions options)
    {
        double fma = Ceilings.Fma(DType.Float32);
        GptBenchmark.Quick = options.Quick;
        Summary summary = BenchmarkRun.Of<GptBenchmark>(options);
        fma = Math.Max(fma, Ceilings.Fma(DType.Float32));
        Row[] rows = [.. summary.Reports.Where(static r => r.ResultStatistics is not null).Select(r => Describe(r, fma))];
        Table table = new Table().Title($"GPT, float32, {Simd.Level}, {WorkerPool.Threads} threads, multiply-add {fma:F0} GF/s")
            .AddColumns("case", "median ms", "best ms", "tokens/s", "GF/s", "% of ceiling");
        foreach (TableColumn column in table.Columns) column.NoWrap();
        foreach (Row r in rows)
            table.AddRow(r.Case, $"{r.MedianMilliseconds:F2}", $"{r.BestMilliseconds:F2}", $"{r.TokensPerSecond:F0}", $"{r.Gflops:F1}", $"{r.PercentOfCeiling:F0}");
        AnsiConsole.Write(table);
        string path = SuiteOptions.WriteJson("gpt", new { Date = DateTime.UtcNow, Level = Simd.Level.ToString(), WorkerPool.Threads, options.Quick, Fma = fma, Rows = rows });
        AnsiConsole.WriteLine($"Written to {path}");
        BenchmarkRun.RequireAll(summary, rows.Length, "gpt");
    }

    private static Row Describe(BenchmarkReport report, double fma)
    {
        GptCase c = (GptCase)report.BenchmarkCase.Parameters[nameof(GptBenchmark.Case)];
        Statistics s = report.ResultStatistics!;
        // 2 operations a parameter and token forward and 4 backward (the position table is only read), and attention's two products of
        // T·C a token, half of them masked, three times. Reading the prompts of a generation is not counted.
        double matrices = c.Config.ParameterCount - ((double)c.Config.Context * c.Config.Width);
        double attention = 2.0 * c.Config.Layers * c.Config.Width * c.Time * (c.Batch == 0 ? 2 : 1);
        double flops = c.Tokens * (c.Batch == 0 ? (2 * matrices) + attention : (6 * matrices) + (3 * attention));
        return new Row(c.Name, s.Median / 1e6, s.Min / 1e6, c.Tokens * 1e9 / s.Median, flops / s.Median, 100 * flops / s.Median / fma);
    }
}
