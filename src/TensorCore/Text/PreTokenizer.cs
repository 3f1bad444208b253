using System.Buffers;
using System.Globalization;
using System.Text;

namespace TensorCore.Text;

/// <summary>
/// Cuts text into the pieces inside which BPE merges: GPT-2's rule (Radford et al., "Language Models are Unsupervised
/// Multitask Learners", 2019, §2.2), so that no token spans a word and its punctuation. A piece is the first of these
/// that matches, each as long as possible:
/// <code>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</code>
/// </summary>
/// <remarks>
/// The pattern is followed by hand, on UTF-8 and in one linear pass. Its classes are those of Unicode code points, as in
/// Python's <c>regex</c> (.NET's <c>Regex</c> sees surrogate halves instead, which are no letters): \p{L} is a letter, \p{N} a number, \s has the property
/// White_Space. Bytes that are not valid UTF-8 count as "neither", like punctuation (and like U+FFFD). The pieces are never empty and
/// together are the text.
/// </remarks>
public static class PreTokenizer
{
    private const int TwoByteEnd = 0x800;

    // Classes of the code points that UTF-8 writes in one or two bytes; the others go through CharUnicodeInfo (about 5 ns each).
    private static readonly byte[] _classes = [.. Enumerable.Range(0, TwoByteEnd).Select(value => (byte)ClassOf(new Rune(value)))];

    private enum CharClass : byte
    {
        Other,
        Letter,
        Number,
        Space,
    }

    /// <summary>The pieces of <paramref name="utf8"/> in order: <c>foreach (ReadOnlySpan&lt;byte&gt; piece in PreTokenizer.Split(text))</c>.</summary>
    public static PieceEnumerator Split(ReadOnlySpan<byte> utf8) => new(utf8);

    /// <summary>The index just after the piece that starts at <paramref name="start"/>.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="start">Where a piece starts: 0, or the end of the piece before.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="start"/> is not an index of the text.</exception>
    public static int PieceEnd(ReadOnlySpan<byte> utf8, int start)
    {
        if ((uint)start >= (uint)utf8.Length)
            throw new ArgumentOutOfRangeException(nameof(start), start, $"no piece starts at {start}: the text has {utf8.Length} bytes");

        byte first = utf8[start];
        if (first == '\'')
        {
            int contraction = ContractionLength(utf8[(start + 1)..]);
            if (contraction > 0) return start + contraction;
        }

        int body = first == ' ' ? start + 1 : start;
        if (body < utf8.Length)
        {
            CharClass kind = ClassAt(utf8, body, out int length);
            if (kind != CharClass.Space) return RunEnd(utf8, body + length, kind);
        }

        // White space up to the end of the text is one piece. Before a word its last character stays out, so that a space can go with
        // the word, unless it is the only one.
        int end = start, last = start;
        while (end < utf8.Length && ClassAt(utf8, end, out int length) == CharClass.Space)
        {
            last = end;
            end += length;
        }

        return end == utf8.Length || last == start ? end : last;
    }

    /// <summary>The length of <c>'s</c>, <c>'re</c>, …, given what follows the apostrophe; 0 if it is none. Lower case only, as in GPT-2.</summary>
    private static int ContractionLength(ReadOnlySpan<byte> after)
    {
        if (after.IsEmpty) return 0;
        switch (after[0])
        {
            case (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d':
                return 2;
            case (byte)'r' or (byte)'v':
                return after.Length > 1 && after[1] == 'e' ? 3 : 0;
            case (byte)'l':
                return after.Length > 1 && after[1] == 'l' ? 3 : 0;
            default:
                return 0;
        }
    }

    private static int RunEnd(ReadOnlySpan<byte> utf8, int from, CharClass kind)
    {
        byte[] classes = _classes;
        int end = from;
        while (end < utf8.Length)
        {
            byte value = utf8[end];
            if (value < 0x80)
            {
                if (classes[value] != (byte)kind) break;
                end++;
            }
            else
            {
                if (ClassAt(utf8, end, out int length) != kind) break;
                end += length;
            }
        }

        return end;
    }

    private static CharClass ClassAt(ReadOnlySpan<byte> utf8, int at, out int length)
    {
        byte first = utf8[at];
        if (first < 0x80)
        {
            length = 1;
            return (CharClass)_classes[first];
        }

        if (first is >= 0xC2 and <= 0xDF && at + 1 < utf8.Length && (utf8[at + 1] & 0xC0) == 0x80)
        {
            length = 2;
            return (CharClass)_classes[((first & 0x1F) << 6) | (utf8[at + 1] & 0x3F)];
        }

        return Rune.DecodeFromUtf8(utf8[at..], out Rune rune, out length) == OperationStatus.Done ? ClassOf(rune) : CharClass.Other;
    }

    private static CharClass ClassOf(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharClass.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharClass.Number,
        _ => Rune.IsWhiteSpace(rune) ? CharClass.Space : CharClass.Other,
    };

    /// <summary>Walks over the pieces of a text; made by <see cref="Split"/>.</summary>
    public ref struct PieceEnumerator
    {
        private readonly ReadOnlySpan<byte> _utf8;
        private int _start;
        private int _end;

        internal PieceEnumerator(ReadOnlySpan<byte> utf8) => _utf8 = utf8;

        /// <summary>The piece the walk stands at.</summary>
        public readonly ReadOnlySpan<byte> Current => _utf8[_start.._end];

        /// <summary>Itself: lets <c>foreach</c> take the enumerator.</summary>
        public readonly PieceEnumerator GetEnumerator() => this;

        /// <summary>Goes on to the next piece; false at the end of the text.</summary>
        public bool MoveNext()
        {
            _start = _end;
            if (_start >= _utf8.Length) return false;
            _end = PieceEnd(_utf8, _start);
            return true;
        }
    }
}
