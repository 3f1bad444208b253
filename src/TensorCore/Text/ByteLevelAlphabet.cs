namespace TensorCore.Text;

/// <summary>
/// GPT-2's way to write any byte as a printable character, used in <c>vocab.bpe</c> and <c>tokenizer.json</c>: a byte that is a
/// printable Latin-1 character other than space stands for itself; the other 68 bytes become U+0100, U+0101, … in order
/// (space is Ġ, line feed is Ċ). Files of tokens can then separate tokens by spaces and lines.
/// </summary>
internal static class ByteLevelAlphabet
{
    private const int FirstMoved = 0x100;
    private static readonly char[] _charOfByte = new char[256];
    private static readonly short[] _byteOfChar = new short[FirstMoved + 68];
    private static readonly byte[] _byteOfId = new byte[256];

    static ByteLevelAlphabet()
    {
        Array.Fill(_byteOfChar, (short)-1);
        int printable = 0, moved = 0;
        for (int value = 0; value < 256; value++)
        {
            bool staysAsIs = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            char letter = staysAsIs ? (char)value : (char)(FirstMoved + moved++);
            _charOfByte[value] = letter;
            _byteOfChar[letter] = (short)value;
            if (staysAsIs) _byteOfId[printable++] = (byte)value;
        }

        foreach (char letter in _charOfByte.Where(letter => letter >= FirstMoved)) _byteOfId[printable++] = (byte)_byteOfChar[letter];
    }

    /// <summary>The byte of each of GPT-2's first 256 ids: the 188 printable bytes in order, then the other 68 in order.</summary>
    public static ReadOnlySpan<byte> Gpt2ByteOrder => _byteOfId;

    public static string GetString(ReadOnlySpan<byte> bytes) =>
        string.Create(bytes.Length, bytes, static (letters, source) =>
        {
            for (int i = 0; i < source.Length; i++) letters[i] = _charOfByte[source[i]];
        });

    /// <summary>The byte that a character stands for, or −1.</summary>
    public static int ByteOf(char letter) => letter < _byteOfChar.Length ? _byteOfChar[letter] : -1;

    /// <summary>The bytes that <paramref name="text"/> stands for, or null where a character stands for none.</summary>
    public static byte[]? TryGetBytes(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            int value = ByteOf(text[i]);
            if (value < 0) return null;
            bytes[i] = (byte)value;
        }

        return bytes;
    }
}
