namespace TensorCore.Examples.Gpt.World;

/// <summary>A word with two meanings and, for each, sentences that tell which one is meant.</summary>
internal sealed record AmbiguousWord(string Word, params WordSense[] Senses);

/// <summary>One meaning: its name and sentence templates, in each of which the word stands between asterisks.</summary>
internal sealed record WordSense(string Name, string[] Templates);

/// <summary>A sentence with an ambiguous word in a known sense: material to probe what attention makes of context.</summary>
/// <param name="Word">The dictionary form: "modelo".</param>
/// <param name="Sense">The name of the sense: "passarela".</param>
/// <param name="Text">The sentence.</param>
/// <param name="Start">Where the word (perhaps in the plural or with a capital) starts in <paramref name="Text"/>, in UTF-16 units.</param>
/// <param name="Length">How many UTF-16 units it has.</param>
public sealed record SenseSentence(string Word, string Sense, string Text, int Start, int Length)
{
    /// <summary>The word as it stands in the sentence.</summary>
    public string Form => Text.Substring(Start, Length);
}

/// <summary>The ambiguous words of a world, their senses, and labelled sentences in any number.</summary>
public sealed class Senses
{
    private readonly Lexicon _lexicon;
    private readonly Town _town;
    private readonly ulong _seed;

    internal Senses(Lexicon lexicon, Town town, ulong seed)
    {
        (_lexicon, _town, _seed) = (lexicon, town, seed);
        Words = [.. lexicon.AmbiguousWords.Select(w => w.Word)];
    }

    /// <summary>The ambiguous words.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>The names of the senses of a word.</summary>
    /// <exception cref="ArgumentException">The word is not one of <see cref="Words"/>.</exception>
    public IReadOnlyList<string> Of(string word) => [.. Find(word).Senses.Select(s => s.Name)];

    /// <summary>An endless sequence of sentences with the word in one sense; the same for the same seed of the world.</summary>
    /// <exception cref="ArgumentException">The word or the sense is unknown.</exception>
    public IEnumerable<SenseSentence> Sentences(string word, string sense)
    {
        WordSense found = Find(word).Senses.FirstOrDefault(s => s.Name == sense) ?? throw new ArgumentException(
            $"\"{word}\" has no sense \"{sense}\"; it has {string.Join(", ", Of(word).Select(s => $"\"{s}\""))}", nameof(sense));
        return Generate(word, found);
    }

    private IEnumerable<SenseSentence> Generate(string word, WordSense sense)
    {
        var renderer = new Renderer(_lexicon, _town, new SplitMix64(_seed));
        while (true)
        {
            string marked = renderer.Render(renderer.Random.Pick(sense.Templates));
            int start = marked.IndexOf('*');
            int end = marked.IndexOf('*', start + 1);
            // A drawn noun may be the word again, perhaps in its other sense ("uma manga" on the sleeve): label no such sentence.
            if (marked.AsSpan().Count(word) > 1)
                continue;
            yield return new SenseSentence(word, sense.Name, Unmark(marked), start, end - start - 1);
        }
    }

    internal static string Unmark(string marked) => marked.Replace("*", "", StringComparison.Ordinal);

    private AmbiguousWord Find(string word) => _lexicon.AmbiguousWords.FirstOrDefault(w => w.Word == word)
        ?? throw new ArgumentException($"\"{word}\" is not an ambiguous word here; these are: {string.Join(", ", Words)}", nameof(word));
}
