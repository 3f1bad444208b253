namespace TensorCore.Examples.ChatGpt.World;

/// <summary>Recognises the polite phrases of a language, and takes them away.</summary>
internal sealed class Politeness
{
    private readonly string[][] _starts, _ends, _anywhere, _all;

    public Politeness(Phrasebook book)
    {
        _starts = Phrases([.. book.Openers, .. book.Apologies]);
        _ends = Phrases(book.Closers);
        _anywhere = Phrases(book.Kindnesses);
        _all = [.. _starts.Concat(_ends).Concat(_anywhere).OrderByDescending(p => p.Length)];
    }

    /// <summary>Whether the words begin with, end with or, for some phrases, hold anything polite. Twice is no politer than once.</summary>
    public bool IsPolite(string[] words) =>
        _starts.Any(p => Words.StandsAt(words, 0, p))
        || _ends.Any(p => Words.StandsAt(words, words.Length - p.Length, p))
        || _anywhere.Any(p => Words.Find(words, p) >= 0);

    /// <summary>The words without polite phrases: what is left is the answer itself.</summary>
    public string[] Strip(string[] words) => Words.Without(words, _all);

    private static string[][] Phrases(string[] texts) => [.. texts.Select(Words.Of)];
}
