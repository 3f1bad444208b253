namespace TensorCore.Examples.ChatGpt.World;

/// <summary>All that could be an answer of one category (streets, colours, numbers), each in every form in which it may be said.</summary>
internal sealed class Choices
{
    private readonly Dictionary<string, List<(string[] Words, string Id)>> _byFirstWord = [];
    private readonly HashSet<string> _ids = [];

    /// <summary>Adds forms of a choice: yellow is "amarelo", "amarela", "amarelos" and "amarelas".</summary>
    public void Add(string id, params IEnumerable<string?> forms)
    {
        _ids.Add(id);
        foreach (string? form in forms)
        {
            if (Words.Of(form ?? "") is not [string first, ..] words)
                continue;
            if (!_byFirstWord.TryGetValue(first, out var list))
                _byFirstWord[first] = list = [];
            if (list.Any(e => e.Words.SequenceEqual(words)))
                continue; // the first meaning of a form counts
            list.Add((words, id));
            list.Sort((a, b) => b.Words.Length - a.Words.Length);
        }
    }

    /// <summary>Whether there is such a choice.</summary>
    public bool Has(string id) => _ids.Contains(id);

    /// <summary>The choices that stand in a text, in order. The longest form counts: "trinta e dois" is one number, not two.</summary>
    public List<string> In(ReadOnlySpan<string> words)
    {
        List<string> found = [];
        for (int at = 0; at < words.Length;)
        {
            int length = 1;
            if (_byFirstWord.TryGetValue(words[at], out var list))
            {
                foreach ((string[] form, string id) in list)
                {
                    if (!Words.StandsAt(words, at, form))
                        continue;
                    found.Add(id);
                    length = form.Length;
                    break;
                }
            }
            at += length;
        }
        return found;
    }
}
