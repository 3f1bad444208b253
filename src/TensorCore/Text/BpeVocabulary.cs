using System.Text;

namespace TensorCore.Text;

/// <summary>Which ids the 256 bytes have.</summary>
internal enum ByteOrder
{
    /// <summary>id = byte.</summary>
    Numeric,

    /// <summary>As in <see cref="ByteLevelAlphabet.Gpt2ByteOrder"/>.</summary>
    Gpt2,
}

/// <summary>The tables of a byte-level BPE, checked: every byte has a token, every merge makes the bytes of its two tokens, and no special name is spelled like an ordinary token.</summary>
internal sealed class BpeVocabulary
{
    /// <param name="tokens">id → bytes, null in gaps and at the special tokens.</param>
    /// <param name="merges">The merges in order of rank.</param>
    /// <param name="specialTokens">Name → id.</param>
    /// <exception cref="ArgumentException">The tables contradict each other.</exception>
    public BpeVocabulary(byte[]?[] tokens, BpeMerge[] merges, IReadOnlyDictionary<string, int> specialTokens)
    {
        Merges = merges;
        SpecialTokens = specialTokens;
        Array.Fill(IdOfByte, -1);
        for (int id = 0; id < tokens.Length; id++)
        {
            if (tokens[id] is [byte value]) IdOfByte[value] = id;
        }

        int missing = Array.IndexOf(IdOfByte, -1);
        if (missing >= 0) throw new ArgumentException($"byte 0x{missing:X2} ('{ByteLevelAlphabet.GetString([(byte)missing])}') has no token: a byte-level vocabulary needs all 256");
        CheckSpecialNames(tokens, specialTokens);

        int size = Math.Max(tokens.Length, specialTokens.Count == 0 ? 0 : specialTokens.Values.Max() + 1);
        Tokens = new byte[]?[size];
        tokens.CopyTo(Tokens, 0);
        foreach ((string name, int id) in specialTokens)
        {
            if (Tokens[id] is not null) throw new ArgumentException($"special token '{name}' has id {id}, which another token has already");
            Tokens[id] = Encoding.UTF8.GetBytes(name);
        }
    }

    /// <summary>id → bytes, special tokens included; null in gaps.</summary>
    public byte[]?[] Tokens { get; }

    /// <summary>The merges, lowest rank first.</summary>
    public BpeMerge[] Merges { get; }

    /// <summary>Name → id.</summary>
    public IReadOnlyDictionary<string, int> SpecialTokens { get; }

    /// <summary>Byte → id of its token.</summary>
    public int[] IdOfByte { get; } = new int[256];

    /// <summary>Bytes, then merge i as id 256 + i, then the special tokens.</summary>
    public static BpeVocabulary FromMerges(IEnumerable<(int Left, int Right)> merges, ByteOrder order, ReadOnlySpan<string> specialTokens)
    {
        var tokens = new List<byte[]>(256);
        for (int id = 0; id < 256; id++) tokens.Add([order == ByteOrder.Gpt2 ? ByteLevelAlphabet.Gpt2ByteOrder[id] : (byte)id]);
        var known = new HashSet<byte[]>(tokens, ByteStringComparer.Instance);
        var numbered = new List<BpeMerge>();
        foreach ((int left, int right) in merges)
        {
            int merged = tokens.Count;
            if ((uint)left >= (uint)merged || (uint)right >= (uint)merged)
                throw new ArgumentException($"merge {numbered.Count} is ({left}, {right}), but only the ids 0 to {merged - 1} exist before it", nameof(merges));
            byte[] bytes = [.. tokens[left], .. tokens[right]];
            if (!known.Add(bytes))
                throw new ArgumentException($"merge {numbered.Count} ({left}, {right}) makes '{ByteLevelAlphabet.GetString(bytes)}', which is a token already", nameof(merges));
            tokens.Add(bytes);
            numbered.Add(new BpeMerge(left, right, merged));
        }

        var special = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string name in specialTokens)
        {
            ArgumentNullException.ThrowIfNull(name, nameof(specialTokens));
            if (!special.TryAdd(name, tokens.Count + special.Count)) throw new ArgumentException($"special token '{name}' is registered twice", nameof(specialTokens));
        }

        return new BpeVocabulary([.. tokens], [.. numbered], special);
    }

    /// <summary>The same tokens and merges with these special tokens.</summary>
    public BpeVocabulary WithSpecialTokens(IReadOnlyDictionary<string, int> specialTokens)
    {
        var ordinary = (byte[]?[])Tokens.Clone();
        foreach (int id in SpecialTokens.Values) ordinary[id] = null;
        return new BpeVocabulary(ordinary, Merges, specialTokens);
    }

    /// <summary>tokenizer.json lists all tokens in one table by their spelling, so one spelling cannot mean two tokens.</summary>
    private static void CheckSpecialNames(byte[]?[] tokens, IReadOnlyDictionary<string, int> specialTokens)
    {
        foreach (string name in specialTokens.Keys)
        {
            byte[]? spelled = ByteLevelAlphabet.TryGetBytes(name);
            if (spelled is null) continue;
            int same = Array.FindIndex(tokens, token => token is not null && token.AsSpan().SequenceEqual(spelled));
            if (same >= 0) throw new ArgumentException($"special token '{name}' is spelled like the ordinary token {same}: choose another name, such as <|{name}|>");
        }
    }
}
