using System.Buffers;
using System.Text;

namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>
/// Makes text of an answer's tokens as they come. Held back is what may have to be taken back: a character of which bytes are missing, and the end of the text while it may be the
/// beginning of a stop text. All pieces together are what decoding all tokens at once gives, up to the stop text.
/// </summary>
internal sealed class TextAssembler(IReadOnlyList<string> stop)
{
    private readonly Queue<(GeneratedToken Token, int End)> _pending = new(); // End: of its text in _held
    private readonly StringBuilder _held = new();
    private byte[] _bytes = []; // the beginning of a character, three bytes at most

    /// <summary>Whether a stop text has come: the answer is over.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Takes the next token; returns those that are certain now.</summary>
    public List<GeneratedToken> Append(GeneratedToken token, ReadOnlySpan<byte> bytes)
    {
        Decode(bytes);
        _pending.Enqueue((token, _held.Length));
        return Release(last: false);
    }

    /// <summary>Ends the text; returns what was held back. Half a character becomes U+FFFD.</summary>
    public List<GeneratedToken> Finish()
    {
        if (Stopped) return [];
        if (_bytes.Length > 0)
        {
            _held.Append('\uFFFD');
            _bytes = [];
            // The token whose bytes are missing their rest was the last one, and held back for this.
            (GeneratedToken Token, int End)[] all = [.. _pending];
            all[^1].End = _held.Length;
            _pending.Clear();
            foreach ((GeneratedToken Token, int End) p in all) _pending.Enqueue(p);
        }
        return Release(last: true);
    }

    /// <summary>Appends the characters that are complete. What is no UTF-8 becomes U+FFFD where <see cref="Encoding.UTF8"/> puts it too.</summary>
    private void Decode(ReadOnlySpan<byte> bytes)
    {
        byte[] all = [.. _bytes, .. bytes];
        ReadOnlySpan<byte> rest = all;
        while (!rest.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(rest, out Rune rune, out int used);
            if (status == OperationStatus.NeedMoreData) break;
            _held.Append(rune.ToString()); // U+FFFD if invalid
            rest = rest[used..];
        }
        _bytes = rest.ToArray();
    }

    private List<GeneratedToken> Release(bool last)
    {
        string held = _held.ToString();
        int end = held.Length;
        if (FirstStop(held) is int at)
        {
            (Stopped, end) = (true, at);
        }
        else if (!last)
        {
            end -= Beginning(held);
        }
        List<GeneratedToken> released = [];
        int start = 0;
        while (_pending.TryPeek(out (GeneratedToken Token, int End) next))
        {
            if (Stopped ? start >= end : next.End > end || (!last && _bytes.Length > 0 && _pending.Count == 1)) break;
            int stopAt = Math.Min(next.End, end);
            released.Add(next.Token with { Text = held[start..stopAt] });
            start = stopAt;
            _pending.Dequeue();
        }
        _held.Remove(0, start);
        Rebase(start);
        return released;
    }

    private void Rebase(int released)
    {
        for (int i = _pending.Count; i > 0 && released > 0; i--)
        {
            (GeneratedToken token, int end) = _pending.Dequeue();
            _pending.Enqueue((token, end - released));
        }
    }

    private int? FirstStop(string text)
    {
        int first = int.MaxValue;
        foreach (string s in stop)
        {
            int at = text.IndexOf(s, StringComparison.Ordinal);
            if (at >= 0) first = Math.Min(first, at);
        }
        return first == int.MaxValue ? null : first;
    }

    /// <summary>The length of the longest end of the text that a stop text begins with.</summary>
    private int Beginning(string text)
    {
        int longest = 0;
        foreach (string s in stop)
        {
            int n = Math.Min(s.Length - 1, text.Length);
            while (n > longest && !s.AsSpan(0, n).SequenceEqual(text.AsSpan(text.Length - n))) n--;
            longest = Math.Max(longest, n);
        }
        return longest;
    }
}
