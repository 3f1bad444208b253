using System.Text.Json;

namespace TensorCore.Benchmarks;

/// <summary>What every suite is given.</summary>
/// <param name="Quick">Fewer cases and iterations: a look, not a measurement; under half a minute.</param>
/// <param name="Files">Files of yours to measure on, for suites that take any.</param>
public sealed record SuiteOptions(bool Quick, IReadOnlyList<string> Files)
{
    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true };

    /// <summary>Where results go: BenchmarkDotNet.Artifacts in the current directory.</summary>
    public static string Artifacts => Directory.CreateDirectory("BenchmarkDotNet.Artifacts").FullName;

    /// <summary>Writes a suite's results as <c>BenchmarkDotNet.Artifacts/NAME.json</c> and returns the path.</summary>
    public static string WriteJson<T>(string name, T results)
    {
        string path = Path.Combine(Artifacts, name + ".json");
        File.WriteAllText(path, JsonSerializer.Serialize(results, _json));
        return path;
    }
}
