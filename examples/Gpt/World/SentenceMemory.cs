namespace TensorCore.Examples.Gpt.World;

/// <summary>The sentences told of late, to notice a repetition.</summary>
internal sealed class SentenceMemory(int capacity)
{
    private readonly Dictionary<string, int> _told = [];
    private readonly Queue<string> _order = [];

    public bool HasAny(string paragraph) => Sentences(paragraph).Any(_told.ContainsKey);

    public void Add(string paragraph)
    {
        foreach (string sentence in Sentences(paragraph))
        {
            _told[sentence] = _told.GetValueOrDefault(sentence) + 1;
            _order.Enqueue(sentence);
            if (_order.Count <= capacity)
                continue;
            string oldest = _order.Dequeue();
            if (--_told[oldest] == 0)
                _told.Remove(oldest);
        }
    }

    /// <summary>The sentences of a text: what ends with a full stop, a question or exclamation mark, or a line.</summary>
    public static IEnumerable<string> Sentences(string text)
    {
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            bool end = text[i] == '\n' || i == text.Length - 1
                || (text[i] is '.' or '!' or '?' && text[i + 1] is ' ' or '\n' or '"');
            if (!end)
                continue;
            string sentence = text[start..(i + 1)].Trim();
            if (sentence.Length > 1)
                yield return sentence;
            start = i + 1;
        }
    }
}
