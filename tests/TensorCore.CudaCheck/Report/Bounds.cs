using System.Text.Json;

namespace TensorCore.CudaCheck;

/// <summary>The bounds of a line: those of sm_80 and later, and what an older architecture may be worse in.</summary>
internal sealed record Bounds(IReadOnlyDictionary<string, int> Common, IReadOnlyDictionary<int, IReadOnlyDictionary<string, int>> Exceptions)
{
    private const int FirstCommon = 80;
    private const string ExceptionPrefix = "sm_";

    /// <summary>The bound of a figure in an architecture.</summary>
    public int Of(Metric metric, Architecture architecture) =>
        Exceptions.TryGetValue(architecture.Number, out IReadOnlyDictionary<string, int>? own) && own.TryGetValue(metric.Name, out int value) ? value : Common.GetValueOrDefault(metric.Name);

    /// <summary>Today's figures as bounds.</summary>
    public static Bounds Today(Line line)
    {
        // A kernel that is for older architectures alone has them in common.
        int first = line.Measurements.Any(m => m.Architecture.Number >= FirstCommon) ? FirstCommon : 0;
        Measurement[] common = [.. line.Measurements.Where(m => m.Architecture.Number >= first)];
        Dictionary<string, int> worst = Metric.All.ToDictionary(m => m.Name, m => m.Worst(common) ?? 0);
        Dictionary<int, IReadOnlyDictionary<string, int>> exceptions = [];
        foreach (IGrouping<int, Measurement> older in line.Measurements.Where(m => m.Architecture.Number < first).GroupBy(m => m.Architecture.Number))
        {
            Dictionary<string, int> worse = Metric.All.Where(m => m.IsWorse(m.Worst(older), worst[m.Name])).ToDictionary(m => m.Name, m => m.Worst(older)!.Value);
            if (worse.Count > 0) exceptions[older.Key] = worse;
        }
        return new Bounds(worst.Where(w => w.Value != 0).ToDictionary(), exceptions);
    }

    /// <summary>As the line's JSON object.</summary>
    public override string ToString()
    {
        return Object([.. Values(Common), .. Exceptions.OrderBy(e => e.Key).Select(e => $"\"{ExceptionPrefix}{e.Key}\": {Object(Values(e.Value))}")]);

        static string Object(IEnumerable<string> members) => $"{{ {string.Join(", ", members)} }}";

        static IEnumerable<string> Values(IReadOnlyDictionary<string, int> values) => Metric.All.Where(m => values.ContainsKey(m.Name)).Select(m => $"\"{m.Name}\": {values[m.Name]}");
    }

    public static Bounds Read(JsonElement json)
    {
        return new(Values(json), json.EnumerateObject().Where(p => p.Name.StartsWith(ExceptionPrefix, StringComparison.Ordinal)).ToDictionary(
            p => int.Parse(p.Name[ExceptionPrefix.Length..], System.Globalization.CultureInfo.InvariantCulture), p => (IReadOnlyDictionary<string, int>)Values(p.Value)));

        static Dictionary<string, int> Values(JsonElement json) => json.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number).ToDictionary(p => p.Name, p => p.Value.GetInt32());
    }
}
