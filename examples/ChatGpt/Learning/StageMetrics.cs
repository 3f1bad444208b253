using System.Text.Json;
using System.Text.Json.Nodes;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.IO;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>The course of a stage: a line of JSON for each step in metrics.jsonl, and the picture of it.</summary>
public sealed class StageMetrics : IDisposable
{
    // The page draws a running training: what it reads should not be older than this.
    private static readonly TimeSpan _flushEvery = TimeSpan.FromSeconds(1);

    private readonly StreamWriter _file;
    private readonly LossCurve _curve = new();
    private long _flushed = System.Diagnostics.Stopwatch.GetTimestamp();

    private StageMetrics(StreamWriter file) => _file = file;

    /// <summary>Time that the steps in the file took.</summary>
    public double Seconds { get; private set; }

    /// <summary>
    /// Opens the file; of an earlier run the lines up to <paramref name="step"/> stay, those after it were steps that the checkpoint does not hold.
    /// </summary>
    public static StageMetrics Open(string path, long step)
    {
        List<(string Line, JsonObject Json)> kept = [];
        foreach (string line in step > 0 && File.Exists(path) ? File.ReadAllLines(path) : [])
        {
            if (Read(line) is { } json && (long)json["step"]! <= step)
                kept.Add((line, json));
        }
        // Whole or not at all: a kill in the middle of rewriting must not lose the steps of hours.
        AtomicFile.WriteAllText(path, string.Concat(kept.Select(k => k.Line + "\n")));
        StageMetrics metrics = new(new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)));
        foreach ((_, JsonObject json) in kept)
        {
            metrics._curve.Add((long)json["step"]!, (double?)json["loss"] ?? double.NaN, (double?)json["val"]);
            metrics.Seconds = (double?)json["seconds"] ?? 0;
        }
        return metrics;
    }

    /// <summary>Adds a step. Numbers that JSON lacks (NaN, infinite) become null.</summary>
    /// <param name="step">The step.</param>
    /// <param name="tokens">Tokens learnt so far.</param>
    /// <param name="tokensPerSecond">How fast.</param>
    /// <param name="seconds">Time that all steps took so far.</param>
    /// <param name="measured">Numbers on held-out data, if they were measured.</param>
    public void Add(StageStep step, long tokens, double tokensPerSecond, double seconds, IReadOnlyDictionary<string, double>? measured)
    {
        JsonObject line = new() { ["step"] = step.Step, ["loss"] = Finite(step.Loss) };
        foreach ((string name, double value) in step.Values)
            line[name] = Finite(value);
        line["tokens"] = tokens;
        line["tokens_per_s"] = Math.Round(tokensPerSecond, 1);
        line["seconds"] = Math.Round(seconds, 3);
        foreach ((string name, double value) in measured ?? new Dictionary<string, double>())
            line[name] = Finite(value);
        _file.WriteLine(line.ToJsonString());
        if (measured is not null || System.Diagnostics.Stopwatch.GetElapsedTime(_flushed) > _flushEvery)
            Flush();
        _curve.Add(step.Step, step.Loss, measured is not null && measured.TryGetValue("val", out double val) ? val : null);
        Seconds = seconds;
    }

    /// <summary>Hands all lines to the system, where a kill cannot lose them.</summary>
    public void Flush()
    {
        _file.Flush();
        _flushed = System.Diagnostics.Stopwatch.GetTimestamp();
    }

    /// <summary>Draws the loss over the steps.</summary>
    public void Draw(string path, string title, Texts texts) => _curve.Draw(path, title, texts.Pick("perda", "loss"), texts);

    /// <summary>Writes what is still in memory.</summary>
    public void Dispose() => _file.Dispose();

    private static JsonNode? Finite(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    // Null for a line that was cut short by a kill.
    private static JsonObject? Read(string line)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject json && json["step"] is JsonValue step && step.TryGetValue(out long _) ? json : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
