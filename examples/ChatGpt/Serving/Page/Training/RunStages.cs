using TensorCore.Examples.ChatGpt.Learning;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Training;

/// <summary>The stages of a run that have begun, in the order in which they are done.</summary>
/// <param name="root">The run's folder, or that of a single stage; null if there is none.</param>
internal sealed class RunStages(string? root)
{
    private static readonly string[] _order = ["base", "sft", "reward", "ppo", "dpo", "grpo"];

    /// <summary>The run's folder.</summary>
    public string? Root => root;

    /// <summary>All of them by their names. A stage whose stage.json cannot be read is left out.</summary>
    public IReadOnlyList<(string Name, StageFolder Folder, StageDescription Description)> All()
    {
        if (root is null || !Directory.Exists(root))
            return [];
        if (Open(root) is { } single)
            return [(single.Stage, new StageFolder(root), single)];
        return
        [
            .. Directory.EnumerateDirectories(root).Select(d => (Name: Path.GetFileName(d), Folder: new StageFolder(d), Description: Open(d)))
                .Where(s => s.Description is not null).Select(s => (s.Name, s.Folder, s.Description!))
                .OrderBy(s => Array.IndexOf(_order, s.Name) is >= 0 and int at ? at : _order.Length).ThenBy(s => s.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>A stage by its name; null if there is none. Only names that were listed are found, so that no request leaves the run's folder.</summary>
    public StageFolder? Find(string? name) => All().Where(s => s.Name == name).Select(s => s.Folder).FirstOrDefault();

    private static StageDescription? Open(string folder)
    {
        try
        {
            return new StageFolder(folder).Read();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
