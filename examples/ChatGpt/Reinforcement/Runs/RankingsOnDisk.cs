using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.IO;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Writes many rankings at a time, all or none, in the form of <see cref="RankingFile"/>.</summary>
internal static class RankingsOnDisk
{
    private static readonly System.Text.Json.JsonSerializerOptions _oneLine = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file.</summary>
    /// <exception cref="IOException">It cannot be written; an old one stays as it is.</exception>
    public static void Write(string path, IReadOnlyList<Ranking> rankings) => AtomicFile.WriteAllText(path, string.Concat(rankings.Select(r => new JsonObject
    {
        ["prompt"] = new JsonArray([.. r.Prompt.Select(m => new JsonObject { ["role"] = m.Role.ToString().ToLowerInvariant(), ["content"] = m.Content })]),
        ["answers"] = new JsonArray([.. r.Answers.Select(a => (JsonNode)a)]),
        ["ranks"] = new JsonArray([.. r.Ranks.Select(k => (JsonNode)k)]),
        ["source"] = r.Source,
        ["at"] = r.At.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
    }.ToJsonString(_oneLine) + "\n")));
}
