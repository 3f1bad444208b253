using System.Text.Json;
using System.Text.Json.Nodes;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Gpt;

/// <summary>The course of a training: a line of JSON for each step in metrics.jsonl, and the picture of it in loss.svg.</summary>
public sealed class Metrics : IDisposable
{
    private readonly StreamWriter _file;
    private readonly LossCurve _curve = new();

    private Metrics(StreamWriter file) => _file = file;

    /// <summary>Opens the file; of an earlier run the lines up to <paramref name="step"/> stay, those after it were steps that the checkpoint does not hold.</summary>
    public static Metrics Open(string path, long step)
    {
        string[] lines = step > 0 && File.Exists(path) ? File.ReadAllLines(path) : [];
        Metrics metrics = new(new StreamWriter(path, append: false));
        foreach (string line in lines)
        {
            if (Read(line) is not { } kept || kept.Step > step)
                continue;
            metrics._file.WriteLine(line);
            metrics._curve.Add(kept.Step, kept.Loss, kept.Validation);
        }
        return metrics;
    }

    /// <summary>Adds a step: its loss, learning rate, gradient norm and speed, and the validation where it was measured.</summary>
    public void Add(StepResult step, long tokens, double tokensPerSecond, double seconds, Score? validation)
    {
        JsonObject line = new()
        {
            ["step"] = step.Step,
            ["loss"] = step.Loss,
            ["lr"] = step.LearningRate,
            ["grad_norm"] = step.GradientNorm,
            ["tokens"] = tokens,
            ["tokens_per_s"] = Math.Round(tokensPerSecond, 1),
            ["seconds"] = Math.Round(seconds, 3),
        };
        if (validation is not null)
        {
            line["val"] = validation.NatsPerToken;
            line["val_bits_per_byte"] = validation.BitsPerByte;
        }
        _file.WriteLine(line.ToJsonString());
        if (validation is not null)
            _file.Flush();
        _curve.Add(step.Step, step.Loss, validation?.NatsPerToken);
    }

    /// <summary>Draws the loss over the steps.</summary>
    public void Draw(string path, string title, Texts texts) => _curve.Draw(path, title, texts.Pick("perda (nats por token)", "loss (nats per token)"), texts);

    /// <summary>Writes what is still in memory.</summary>
    public void Dispose() => _file.Dispose();

    // Null for a line that was cut short when the machine went down.
    private static (long Step, double Loss, double? Validation)? Read(string line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement root = json.RootElement;
            return (root.GetProperty("step").GetInt64(), root.GetProperty("loss").GetDouble(), root.TryGetProperty("val", out JsonElement val) ? val.GetDouble() : null);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
