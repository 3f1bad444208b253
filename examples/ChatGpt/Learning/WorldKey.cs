using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>Which built-in world a model was brought up in: enough to ask about it again.</summary>
/// <param name="Language">Of its texts.</param>
/// <param name="Seed">Of what is told and what is held out.</param>
public sealed record WorldKey(Language Language, ulong Seed)
{
    private const string Key = "world";

    /// <summary>The world with its questions.</summary>
    public QuestionWorld Open() => new(new SmallWorld(Language, Seed), Seed);

    /// <summary>Notes the world among a stage's options.</summary>
    public void WriteTo(JsonObject options) => options[Key] = new JsonObject { ["language"] = Language == Language.English ? "en" : "pt", ["seed"] = Seed };

    /// <summary>The world of a stage; null if it learnt from other data.</summary>
    public static WorldKey? Of(StageDescription? stage) =>
        stage?.Options[Key] is JsonObject world && (string?)world["language"] is string language && world["seed"] is JsonValue seed && seed.TryGetValue(out ulong s)
            ? new(language == "en" ? Language.English : Language.Portuguese, s)
            : null;
}
