using System.Text;

namespace TensorCore.Text;

/// <summary>
/// One token for each byte: id = byte value, 256 ids and then the special tokens. Nothing to train and nothing to
/// load; sequences are as long as the text (Portuguese takes about 1.05 bytes a character), where BPE makes them three to four times shorter.
/// </summary>
public sealed class ByteTokenizer : Tokenizer
{
    private const int ByteCount = 256;
    private static readonly byte[] _allBytes = [.. Enumerable.Range(0, ByteCount).Select(value => (byte)value)];
    private readonly byte[][] _specialBytes;

    /// <summary>A byte tokenizer whose special tokens have the ids 256, 257, …</summary>
    /// <param name="specialTokens">Their names, in the order of the ids.</param>
    /// <exception cref="ArgumentException">A name is empty, not valid Unicode, given twice, or a single character that stands for a byte (<c>A</c>) in <c>tokenizer.json</c>.</exception>
    public ByteTokenizer(params ReadOnlySpan<string> specialTokens)
        : this(Number(specialTokens))
    {
    }

    private ByteTokenizer(IReadOnlyCollection<KeyValuePair<string, int>> specialTokens)
        : base(ByteCount + specialTokens.Count, specialTokens)
    {
        foreach ((string name, _) in specialTokens)
        {
            if (ByteLevelAlphabet.TryGetBytes(name) is [byte value])
                throw new ArgumentException($"special token '{name}' is spelled like the token of byte 0x{value:X2}: choose another name, such as <|{name}|>", nameof(specialTokens));
        }

        _specialBytes = [.. specialTokens.OrderBy(token => token.Value).Select(token => Encoding.UTF8.GetBytes(token.Key))];
    }

    /// <inheritdoc/>
    public override ByteTokenizer WithSpecialTokens(params ReadOnlySpan<string> names) => new(SpecialTokensWith(names));

    /// <inheritdoc/>
    public override bool HasToken(int id) => (uint)id < (uint)VocabularySize;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> TokenBytes(int id)
    {
        if (!HasToken(id)) throw NoSuchToken(id);
        return id < ByteCount ? _allBytes.AsSpan(id, 1) : _specialBytes[id - ByteCount];
    }

    /// <inheritdoc/>
    public override void Save(string path) => TokenizerJsonWriter.Save(path, this, []);

    /// <inheritdoc/>
    protected override void EncodeOrdinary(ReadOnlySpan<byte> utf8, List<int> output)
    {
        output.EnsureCapacity(output.Count + utf8.Length);
        foreach (byte value in utf8) output.Add(value);
    }

    private static KeyValuePair<string, int>[] Number(ReadOnlySpan<string> names)
    {
        var tokens = new KeyValuePair<string, int>[names.Length];
        for (int i = 0; i < names.Length; i++) tokens[i] = new(names[i], ByteCount + i);
        return tokens;
    }
}
