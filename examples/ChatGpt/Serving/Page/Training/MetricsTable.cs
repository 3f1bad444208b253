using System.Text.Json.Nodes;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Training;

/// <summary>The lines of a metrics.jsonl as columns of numbers.</summary>
internal static class MetricsTable
{
    private const string Step = "step";

    /// <summary><c>{"lines", "step": […], "columns": {"loss": […], …}}</c>; a number that a line lacks is null.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="points">About how many lines to keep, evenly spread; those with numbers that only some have, measured on held-out data, are kept besides, and the last.</param>
    public static JsonObject Of(IReadOnlyList<JsonObject> lines, int points)
    {
        HashSet<string> usual = [.. lines.Take(1).SelectMany(l => l.Select(p => p.Key))];
        int every = Math.Max(1, (lines.Count + points - 1) / points);
        JsonObject[] kept = [.. lines.Where((l, i) => i % every == 0 || i == lines.Count - 1 || l.Any(p => !usual.Contains(p.Key)))];
        string[] names = [.. kept.SelectMany(l => l.Select(p => p.Key)).Distinct().Where(n => n != Step)];
        return new()
        {
            ["lines"] = lines.Count,
            [Step] = Column(kept, Step),
            ["columns"] = new JsonObject(names.Select(n => KeyValuePair.Create(n, (JsonNode?)Column(kept, n)))),
        };
    }

    private static JsonArray Column(JsonObject[] lines, string name) =>
        new([.. lines.Select(l => l[name] is JsonValue v && v.GetValueKind() == System.Text.Json.JsonValueKind.Number ? v.DeepClone() : null)]);
}
