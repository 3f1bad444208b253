using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace TensorCore.Benchmarks;

/// <summary>How every suite runs BenchmarkDotNet.</summary>
internal static class BenchmarkRun
{
    // In this process: the ceilings and the cases must see the same clock frequency and neighbours, and a process per case would take
    // ten times as long.
    public static Summary Of<TBenchmark>(SuiteOptions options)
    {
        Job job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(1)
            .WithIterationCount(options.Quick ? 5 : 11).WithIterationTime(TimeInterval.FromMilliseconds(options.Quick ? 50 : 100));
        ManualConfig config = ManualConfig.CreateEmpty().AddJob(job).AddLogger(new Progress()).AddColumnProvider(DefaultColumnProviders.Instance)
            .AddExporter(JsonExporter.Brief).WithArtifactsPath(SuiteOptions.Artifacts).WithOptions(ConfigOptions.DisableOptimizationsValidator);
        return BenchmarkRunner.Run<TBenchmark>(config);
    }

    /// <summary>Throws unless every case gave a row.</summary>
    public static void RequireAll(Summary summary, int rows, string suite)
    {
        if (summary.HasCriticalValidationErrors || rows < summary.BenchmarksCases.Length)
            throw new InvalidOperationException($"{suite}: only {rows} of {summary.BenchmarksCases.Length} cases gave a result");
    }

    // BenchmarkDotNet's log is hundreds of lines; a dot per finished case and the errors are enough.
    private sealed class Progress : ILogger
    {
        public string Id => nameof(Progress);

        public int Priority => 0;

        public void Write(LogKind logKind, string text)
        {
            if (logKind == LogKind.Error) Console.Error.Write(text);
            else if (logKind == LogKind.Header && text.Contains("Benchmark:", StringComparison.Ordinal)) Console.Write('.');
        }

        public void WriteLine()
        {
        }

        public void WriteLine(LogKind logKind, string text)
        {
            Write(logKind, text);
            if (logKind == LogKind.Error) Console.Error.WriteLine();
        }

        public void Flush()
        {
        }
    }
}
