using BenchmarkDotNet.Reports;
using Spectre.Console;

namespace TensorCore.Benchmarks;

/// <summary>Encoding and decoding in megabytes of text a second, on one thread.</summary>
public static class TokenizerSuite
{
    /// <summary>One line of the result.</summary>
    public sealed record Row(string Case, double MedianMilliseconds, double MegabytesPerSecond, double BestMegabytesPerSecond);

    public static void Run(SuiteOptions options)
    {
        TokenizerBenchmark.Files = options.Files;
        Summary summary = BenchmarkRun.Of<TokenizerBenchmark>(options);
        Row[] rows = [.. summary.Reports.Where(static r => r.ResultStatistics is not null).Select(Describe)];
        Table table = new Table().Title($"Tokenizer of {TokenizerBenchmark.Vocabulary} tokens, a text of {TokenizerBenchmark.Bytes} bytes in {TokenizerBenchmark.Tokens} tokens, one thread")
            .AddColumns("case", "median ms", "MB/s", "best MB/s");
        foreach (Row r in rows) table.AddRow(r.Case, $"{r.MedianMilliseconds:F1}", $"{r.MegabytesPerSecond:F1}", $"{r.BestMegabytesPerSecond:F1}");
        AnsiConsole.Write(table);
        string path = SuiteOptions.WriteJson("tokenizer", new { Date = DateTime.UtcNow, options.Quick, TokenizerBenchmark.Vocabulary, TokenizerBenchmark.Bytes, TokenizerBenchmark.Tokens, Rows = rows });
        AnsiConsole.WriteLine($"Written to {path}");
        BenchmarkRun.RequireAll(summary, rows.Length, "tokenizer");
    }

    private static Row Describe(BenchmarkReport report)
    {
        BenchmarkDotNet.Mathematics.Statistics s = report.ResultStatistics!;
        // Bytes in a nanosecond, times 1000: megabytes (10⁶ bytes) in a second.
        return new(report.BenchmarkCase.Descriptor.WorkloadMethod.Name, s.Median / 1e6, TokenizerBenchmark.Bytes * 1e3 / s.Median, TokenizerBenchmark.Bytes * 1e3 / s.Min);
    }
}
