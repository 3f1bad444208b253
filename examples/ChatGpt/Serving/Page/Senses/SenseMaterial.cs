using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Senses;

/// <summary>A sentence with the word in a known sense.</summary>
/// <param name="Sentence">The sentence.</param>
/// <param name="Second">Whether the sense is the second of the two.</param>
/// <param name="HeldOut">Whether it only judges the probe.</param>
internal sealed record KnownUse(SenseSentence Sentence, bool Second, bool HeldOut)
{
    public MarkedText Marked => new(Sentence.Text, [new Spot(Sentence.Start, Sentence.Length)]);
}

/// <summary>Sentences of the small world for a word with two senses: some with the word, and others whose words are its possible neighbours.</summary>
internal sealed class SenseMaterial
{
    private const int Learnt = 40, HeldOut = 24, Others = 120, LongestText = 160, Tries = 2000;

    // With fewer uses of a sense nothing can be said.
    private const int FewestUses = 8;

    /// <summary>How often a word must occur to be somebody's neighbour, and how long it must be not to be an article.</summary>
    private const int Occurrences = 2, Letters = 4;

    private SenseMaterial(IReadOnlyList<string> senses, IReadOnlyList<KnownUse> uses, IReadOnlyList<(MarkedText Text, string[] Words)> surroundings) =>
        (Senses, Uses, Surroundings) = (senses, uses, surroundings);

    /// <summary>The names of the two senses.</summary>
    public IReadOnlyList<string> Senses { get; }

    /// <summary>The word in known senses; those of a sense are all different, and so many of one as of the other.</summary>
    public IReadOnlyList<KnownUse> Uses { get; }

    /// <summary>Sentences with all their words that may be neighbours.</summary>
    public IReadOnlyList<(MarkedText Text, string[] Words)> Surroundings { get; }

    /// <summary>The material for a word of the world.</summary>
    /// <param name="world">The world.</param>
    /// <param name="word">The word.</param>
    /// <param name="fits">Whether a text is short enough for the model.</param>
    /// <exception cref="ArgumentException">The word has no two senses there, or too few of its sentences fit.</exception>
    public static SenseMaterial Of(QuestionWorld world, string word, Func<string, bool> fits)
    {
        SmallWorld small = world.World;
        string[] senses = [.. small.Senses.Of(word).Take(2)];
        // The word as such: "modelos" is another row of the token table, which would give a sense away without any context.
        SenseSentence[][] found = [.. senses.Select(s => small.Senses.Sentences(word, s).Take(Tries).Where(x => x.Form == word && fits(x.Text)).DistinctBy(x => x.Text).Take(Learnt + HeldOut).ToArray())];
        int count = found.Min(f => f.Length), learnt = count * Learnt / (Learnt + HeldOut);
        if (count < FewestUses)
            throw new ArgumentException($"only {count} sentences with \"{word}\" fit the model's context", nameof(fits));
        KnownUse[] uses = [.. found.SelectMany((f, s) => f.Take(count).Select((x, i) => new KnownUse(x, s == 1, i >= learnt)))];
        string[] texts =
        [
            .. uses.Where(u => !u.HeldOut).Select(u => u.Sentence.Text),
            .. world.Paragraphs().Take(Tries).Select(p => p.ReplaceLineEndings(" ")).Where(p => p.Length <= LongestText && fits(p)).Take(Others),
        ];
        HashSet<string> frequent = [.. texts.SelectMany(t => MarkedText.Words(t).Select(w => w.Word)).CountBy(w => w)
            .Where(w => w.Value >= Occurrences && w.Key.Length >= Letters && !w.Key.StartsWith(word, StringComparison.Ordinal)).Select(w => w.Key)];
        return new(senses, uses, [.. texts.Select(t =>
        {
            (string Word, Spot Spot)[] words = [.. MarkedText.Words(t).Where(w => frequent.Contains(w.Word))];
            return (new MarkedText(t, [.. words.Select(w => w.Spot)]), words.Select(w => w.Word).ToArray());
        })]);
    }
}
