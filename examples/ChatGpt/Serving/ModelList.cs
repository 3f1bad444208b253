using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>Which models a command line names: <c>DIR</c> or <c>NAME=DIR</c>, where DIR is a model's folder or the folder of a whole run, with one of each stage.</summary>
internal static class ModelList
{
    // Of a run, the model that went furthest is the one that answers if none is named. A reward model does not speak.
    private static readonly string[] _furthestFirst = ["ppo", "grpo", "dpo", "sft", "base"];

    /// <summary>Loads them.</summary>
    /// <exception cref="UserErrorException">A folder is missing or holds no model, or two have the same name.</exception>
    /// <exception cref="InvalidDataException">A file is malformed.</exception>
    public static IReadOnlyList<ServedModel> Load(IReadOnlyList<string> given, Texts texts, Device device)
    {
        (string Name, string Folder)[] all = [.. given.SelectMany(g => Find(g, texts))];
        if (all.GroupBy(m => m.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new UserErrorException(texts.Pick($"há mais de um modelo com o nome '{twice.Key}': dê um nome, --model nome=pasta", $"more than one model is called '{twice.Key}': name them, --model name=folder"));
        return [.. all.Select(m => ServedModel.Load(m.Name, m.Folder, texts, device))];
    }

    private static IReadOnlyList<(string Name, string Folder)> Find(string given, Texts texts)
    {
        int at = given.IndexOf('=', StringComparison.Ordinal);
        if (at > 0 && !Directory.Exists(given))
            return [(given[..at], given[(at + 1)..])];
        (string, string)[] stages = [.. _furthestFirst.Select(s => (Name: s, Folder: Path.Combine(given, s))).Where(s => File.Exists(new ModelFolder(s.Folder).Weights))];
        if (stages.Length > 0 && !File.Exists(new ModelFolder(given).Config))
            return stages;
        if (new StageFolder(given).Read()?.Stage == "reward")
            throw new UserErrorException(texts.Pick($"'{given}' tem um modelo de recompensa, que dá notas e não fala", $"'{given}' holds a reward model, which judges and does not speak"));
        return [(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(given))), given)];
    }
}
