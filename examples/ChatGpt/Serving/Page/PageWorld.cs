using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.Serving.Page;

/// <summary>The small world that the models know, from the stage.json of the run's first stage; without a run, the one that <c>gpt run</c> would take.</summary>
internal sealed class PageWorld
{
    private readonly Lazy<QuestionWorld> _questions;

    public PageWorld(string? runFolder)
    {
        WorldKey? found = runFolder is null ? null : ((string[])["base", "sft", ""]).Select(s => Find(Path.Combine(runFolder, s))).FirstOrDefault(k => k is not null);
        (IsKnown, Key) = (found is not null, found ?? new WorldKey(Language.Portuguese, 1));
        _questions = new(Key.Open);
    }

    /// <summary>Whether the models were brought up in it.</summary>
    public bool IsKnown { get; }

    /// <summary>Which world.</summary>
    public WorldKey Key { get; }

    /// <summary>The world with its questions.</summary>
    public QuestionWorld Questions => _questions.Value;

    /// <summary>Its language, as the page calls it.</summary>
    public string LanguageCode => Key.Language == Language.English ? "en" : "pt";

    private static WorldKey? Find(string folder)
    {
        try
        {
            return WorldKey.Of(new StageFolder(folder).Read());
        }
        catch (InvalidDataException)
        {
            return null; // whoever loads the model says what is wrong with its folder
        }
    }
}
