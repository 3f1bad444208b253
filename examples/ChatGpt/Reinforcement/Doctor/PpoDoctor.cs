using System.Text.Json;
using System.Text.Json.Nodes;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Something that is wrong with a training.</summary>
/// <param name="Illness">What.</param>
/// <param name="Step">Since when.</param>
/// <param name="Pt">What is seen, and what to do about it, in Portuguese.</param>
/// <param name="En">The same in English.</param>
public sealed record Finding(Illness Illness, long Step, string Pt, string En);

/// <summary>
/// Names what is wrong with a training by PPO from its metrics. Reinforcement learning does not crash when there is a mistake in it, it learns something, only less; but most mistakes
/// leave a trace in the numbers. The signs are in <see cref="PpoSigns"/>, one method each.
/// </summary>
public static class PpoDoctor
{
    /// <summary>What is wrong, the causes of others first; nothing if the training looks healthy.</summary>
    /// <param name="course">The steps so far.</param>
    public static IReadOnlyList<Finding> Examine(IReadOnlyList<PpoMetrics> course) =>
        course.Count == 0 ? [] : [.. PpoSigns.All.Select(sign => sign(course)).OfType<Finding>().OrderBy(f => f.Illness)];

    /// <summary>Reads metrics.jsonl. A line that was cut short is left out.</summary>
    /// <exception cref="InvalidDataException">It is not the course of a training by PPO.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<PpoMetrics> Read(string path)
    {
        List<PpoMetrics> course = [];
        foreach (string line in File.ReadLines(path))
        {
            if (Parse(line) is { } metrics)
                course.Add(metrics);
        }
        return course.Count > 0 && course[0].Values.ContainsKey("kl_full") && course[0].Values.ContainsKey("first_ratio_error")
            ? course
            : throw new InvalidDataException($"{path}: it does not hold the course of a training by PPO");
    }

    private static PpoMetrics? Parse(string line)
    {
        try
        {
            JsonObject json = JsonNode.Parse(line)!.AsObject();
            // Numbers that are none were written as null.
            Dictionary<string, double> values = json.Where(p => p.Value is null or JsonValue).ToDictionary(p => p.Key, p => p.Value is null ? double.NaN : p.Value.GetValue<double>());
            return new((long)values["step"], values);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or NullReferenceException)
        {
            return null;
        }
    }
}
