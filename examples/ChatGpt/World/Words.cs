namespace TensorCore.Examples.ChatGpt.World;

/// <summary>Texts as words to compare: in lower case, without punctuation, accents kept ("avó" is not "avô").</summary>
internal static class Words
{
    /// <summary>The words of a text. A hyphen separates two; an apostrophe between letters belongs to the word ("don't").</summary>
    public static string[] Of(string text)
    {
        List<string> words = [];
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool inside = i < text.Length && (char.IsLetterOrDigit(text[i])
                || (text[i] is '\'' or '’' && start >= 0 && i + 1 < text.Length && char.IsLetter(text[i + 1])));
            if (inside && start < 0)
                start = i;
            if (inside || start < 0)
                continue;
            words.Add(text[start..i].ToLowerInvariant().Replace('’', '\''));
            start = -1;
        }
        return [.. words];
    }

    /// <summary>Whether the phrase stands in the words at a place.</summary>
    public static bool StandsAt(ReadOnlySpan<string> words, int at, ReadOnlySpan<string> phrase) =>
        at >= 0 && at + phrase.Length <= words.Length && words.Slice(at, phrase.Length).SequenceEqual(phrase);

    /// <summary>Where the phrase stands for the first time, or −1.</summary>
    public static int Find(ReadOnlySpan<string> words, ReadOnlySpan<string> phrase)
    {
        for (int at = 0; at + phrase.Length <= words.Length; at++)
        {
            if (StandsAt(words, at, phrase))
                return at;
        }
        return -1;
    }

    /// <summary>The words without the phrases, the first phrase of the list that fits being cut at each place.</summary>
    public static string[] Without(string[] words, IReadOnlyList<string[]> phrases)
    {
        List<string> rest = [];
        for (int at = 0; at < words.Length;)
        {
            string[]? phrase = phrases.FirstOrDefault(p => StandsAt(words, at, p));
            if (phrase is null)
                rest.Add(words[at++]);
            else
                at += phrase.Length;
        }
        return [.. rest];
    }

    /// <summary>The length of the longest sequence of words that both have in this order.</summary>
    public static int CommonInOrder(ReadOnlySpan<string> a, ReadOnlySpan<string> b)
    {
        int[] row = new int[b.Length + 1];
        foreach (string word in a)
        {
            int diagonal = 0;
            for (int j = 0; j < b.Length; j++)
            {
                int above = row[j + 1];
                row[j + 1] = word == b[j] ? diagonal + 1 : Math.Max(above, row[j]);
                diagonal = above;
            }
        }
        return row[^1];
    }

    /// <summary>The text with its first letter in upper case.</summary>
    public static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>The text with its first letter in lower case.</summary>
    public static string Small(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
}
