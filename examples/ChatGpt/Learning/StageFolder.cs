using System.Text.Json;
using System.Text.Json.Nodes;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.IO;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>What a stage is, kept in its folder.</summary>
/// <param name="Stage">Its name: <c>base</c>, <c>sft</c>.</param>
/// <param name="From">The folder of the model that it began with, as seen from its own; empty if it began with none.</param>
/// <param name="Options">All that decides its bits, fingerprints of its data included.</param>
/// <param name="Done">Whether it came to its end, and all files are there.</param>
public sealed record StageDescription(string Stage, string From, JsonObject Options, bool Done = false)
{
    /// <summary>What the other has different, as "lr 0.001, was 0.002"; null if nothing.</summary>
    public string? DifferenceTo(StageDescription saved)
    {
        if (Stage != saved.Stage)
            return $"{Stage}, {saved.Stage}";
        string[] different = [.. Options.Select(o => o.Key).Union(saved.Options.Select(o => o.Key)).Where(key => !JsonNode.DeepEquals(Options[key], saved.Options[key]))];
        return different.Length == 0 ? null : string.Join(", ", different.Select(key => $"{key} = {Text(Options[key])} (≠ {Text(saved.Options[key])})"));

        static string Text(JsonNode? node) => node?.ToJsonString() ?? "–";
    }
}

/// <summary>The files of a stage: those of its model, what it is (stage.json), and what it said on its way (samples.jsonl).</summary>
/// <param name="Root">The folder.</param>
public sealed record StageFolder(string Root)
{
    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The model's files.</summary>
    public ModelFolder Model => new(Root);

    /// <summary>What the stage is.</summary>
    public string Description => Path.Combine(Root, "stage.json");

    /// <summary>A line of JSON for each sample: step, prompt, text.</summary>
    public string Samples => Path.Combine(Root, "samples.jsonl");

    /// <summary>Reads what the stage is; null if nothing was begun here.</summary>
    /// <exception cref="InvalidDataException">stage.json is malformed.</exception>
    public StageDescription? Read()
    {
        if (!File.Exists(Description))
            return null;
        try
        {
            StageDescription read = JsonSerializer.Deserialize<StageDescription>(File.ReadAllText(Description), _json) ?? throw new JsonException("null");
            return read is { Stage: not null, From: not null, Options: not null } ? read : throw new JsonException("stage, from, options");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{Description}: {e.Message}", e);
        }
    }

    /// <summary>Writes what the stage is, creating the folder.</summary>
    public void Write(StageDescription description)
    {
        Directory.CreateDirectory(Root);
        AtomicFile.WriteAllText(Description, JsonSerializer.Serialize(description, _json) + "\n");
    }

    /// <summary>
    /// Begins a stage here, or goes on with it: an empty folder gets its description; one with the same description is fine; any other, or a model that no stage made, is not
    /// touched.
    /// </summary>
    /// <exception cref="UserErrorException">The folder holds something else.</exception>
    public void Begin(StageDescription description, Texts texts)
    {
        StageDescription? saved = Read();
        if (saved is null && (File.Exists(Model.Weights) || File.Exists(Model.Checkpoint)))
            throw new UserErrorException(texts.Pick($"a pasta '{Root}' já tem um modelo: escolha outra", $"the folder '{Root}' already holds a model: choose another"));
        if (saved is not null && description.DifferenceTo(saved) is string difference)
        {
            throw new UserErrorException(texts.Pick(
                $"a pasta '{Root}' tem um treino com outras opções ({difference}): apague-a ou escolha outra",
                $"the folder '{Root}' holds a training with other options ({difference}): delete it or choose another"));
        }
        if (saved is null)
            Write(description);
        // What a kill left behind in the middle of writing.
        foreach (string file in Directory.EnumerateFiles(Root, ".tensorcore-*.tmp"))
            File.Delete(file);
    }

    /// <summary>Notes that the stage came to its end.</summary>
    public void Complete() => Write(Read()! with { Done = true });
}
