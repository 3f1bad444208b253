using System.Text;
using TensorCore.Text;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Senses;

/// <summary>Where a word stands in a text, in UTF-16 units.</summary>
internal readonly record struct Spot(int Start, int Length);

/// <summary>A text and the places of the words in it that are looked at.</summary>
internal sealed record MarkedText(string Text, IReadOnlyList<Spot> Spots)
{
    /// <summary>All words of a text, each with its place.</summary>
    public static IEnumerable<(string Word, Spot Spot)> Words(string text)
    {
        for (int start = 0; start < text.Length; start++)
        {
            if (!char.IsLetter(text[start]))
                continue;
            int end = start;
            while (end < text.Length && char.IsLetter(text[end]))
                end++;
            yield return (text[start..end].ToLowerInvariant(), new(start, end - start));
            start = end;
        }
    }

    /// <summary>The place of a word, or of its plural in s; null if it is not there.</summary>
    public static Spot? Find(string text, string word)
    {
        foreach ((string found, Spot spot) in Words(text))
        {
            if (found == word || found == word + "s")
                return spot;
        }
        return null;
    }

    /// <summary>The numbers of the tokens that a place is made of; a token with the blank before the word is one of them.</summary>
    public IReadOnlyList<int> Pieces(Tokenizer tokenizer, IReadOnlyList<int> ids, Spot spot)
    {
        int from = Encoding.UTF8.GetByteCount(Text.AsSpan(0, spot.Start)), to = from + Encoding.UTF8.GetByteCount(Text.AsSpan(spot.Start, spot.Length));
        List<int> pieces = [];
        int at = 0;
        for (int t = 0; t < ids.Count && at < to; t++)
        {
            int end = at + tokenizer.TokenBytes(ids[t]).Length;
            if (end > from)
                pieces.Add(t);
            at = end;
        }
        return pieces;
    }
}
