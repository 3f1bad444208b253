using System.Text;

namespace TensorCore.Text;

/// <summary>
/// Turns text into token ids and back. Text is UTF-8 bytes: every tokenizer here works on bytes, so it encodes any input,
/// valid UTF-8 or not, and <c>Decode(Encode(x)) = x</c> for every byte sequence x.
/// </summary>
/// <remarks>
/// Special tokens (<c>&lt;|endoftext|&gt;</c>, chat markers) have a name and an id of their own. Encoding never produces
/// them from the text, because the text may come from a user who typed the name; pass <c>allowSpecialTokens: true</c> for text that you wrote
/// yourself, or insert the ids. Instances never change and may be used by several threads at once.
/// </remarks>
public abstract class Tokenizer
{
    private readonly Dictionary<string, int> _specialTokens;
    private readonly HashSet<int> _specialIds;
    private readonly (byte[] Name, int Id)[] _specialNames;

    /// <summary>Registers the size of the vocabulary and the special tokens.</summary>
    /// <param name="vocabularySize">One more than the largest id, special tokens included.</param>
    /// <param name="specialTokens">Name → id of the special tokens.</param>
    /// <exception cref="ArgumentException">A name is empty, is not valid Unicode or appears twice, or an id is out of range or is used twice.</exception>
    protected Tokenizer(int vocabularySize, IEnumerable<KeyValuePair<string, int>> specialTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabularySize);
        ArgumentNullException.ThrowIfNull(specialTokens);
        VocabularySize = vocabularySize;
        _specialTokens = new Dictionary<string, int>(StringComparer.Ordinal);
        _specialIds = [];
        foreach ((string name, int id) in specialTokens)
        {
            CheckSpecialName(name);
            if ((uint)id >= (uint)vocabularySize)
                throw new ArgumentException($"special token '{name}' has id {id}, outside the vocabulary (0 to {vocabularySize - 1})", nameof(specialTokens));
            if (!_specialTokens.TryAdd(name, id))
                throw new ArgumentException($"special token '{name}' is registered twice", nameof(specialTokens));
            if (!_specialIds.Add(id))
                throw new ArgumentException($"special token '{name}' has id {id}, which another special token has already", nameof(specialTokens));
        }

        _specialNames = [.. _specialTokens.Select(token => (Encoding.UTF8.GetBytes(token.Key), token.Value))];
    }

    /// <summary>The number of token ids, special tokens included: ids run from 0 to <c>VocabularySize − 1</c>. It is the V of a model's embedding (V, C).</summary>
    public int VocabularySize { get; }

    /// <summary>Name → id of the special tokens; empty if there are none.</summary>
    public IReadOnlyDictionary<string, int> SpecialTokens => _specialTokens;

    /// <summary>The id of the special token called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">There is no such special token; the message lists those there are.</exception>
    public int SpecialTokenId(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_specialTokens.TryGetValue(name, out int id)) return id;
        string known = _specialTokens.Count == 0 ? "it has none" : "it has " + string.Join(", ", _specialTokens.Keys);
        throw new ArgumentException($"the tokenizer has no special token '{name}': {known}; add it with WithSpecialTokens", nameof(name));
    }

    /// <summary>Whether <paramref name="id"/> is a special token.</summary>
    public bool IsSpecialToken(int id) => _specialIds.Contains(id);

    /// <summary>A tokenizer with more special tokens: the first new name gets the id <see cref="VocabularySize"/>, the next one the id after it, and so on. This one stays as it is.</summary>
    /// <exception cref="ArgumentException">A name is empty, not valid Unicode, already registered, or the spelling of an ordinary token.</exception>
    public abstract Tokenizer WithSpecialTokens(params ReadOnlySpan<string> names);

    /// <summary>The token ids of a text in UTF-8 (any bytes are accepted).</summary>
    /// <param name="utf8">The text; bytes that are not valid UTF-8 are encoded as they are.</param>
    /// <param name="allowSpecialTokens">Whether the name of a special token in the text becomes that token. False by default: then it is ordinary text.</param>
    public int[] Encode(ReadOnlySpan<byte> utf8, bool allowSpecialTokens = false)
    {
        // A subword of GPT-2's vocabulary has about four bytes of English; the list grows where that is too few.
        var ids = new List<int>(utf8.Length / 4 + 4);
        Encode(utf8, ids, allowSpecialTokens);
        return [.. ids];
    }

    /// <summary>The token ids of <paramref name="text"/>. A lone surrogate, which no UTF-8 can say, is encoded as U+FFFD.</summary>
    /// <param name="text">The text.</param>
    /// <param name="allowSpecialTokens">Whether the name of a special token in the text becomes that token.</param>
    public int[] Encode(string text, bool allowSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Encode(Encoding.UTF8.GetBytes(text), allowSpecialTokens);
    }

    /// <summary>Appends the token ids of a text in UTF-8 to <paramref name="output"/>.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="output">Where the ids go; what it holds already stays.</param>
    /// <param name="allowSpecialTokens">Whether the name of a special token in the text becomes that token. Of two names that start at the same byte the longer one counts.</param>
    public void Encode(ReadOnlySpan<byte> utf8, List<int> output, bool allowSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (allowSpecialTokens && _specialNames.Length > 0) EncodeWithSpecialTokens(utf8, output);
        else if (!utf8.IsEmpty) EncodeOrdinary(utf8, output);
    }

    /// <summary>The bytes of the tokens, one after the other; a special token stands as its name.</summary>
    /// <param name="ids">Token ids. The bytes need not be valid UTF-8: a token can be a part of a character.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary; the message says which and where.</exception>
    public byte[] Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        long length = 0;
        for (int i = 0; i < ids.Length; i++)
        {
            if (!HasToken(ids[i])) throw NoSuchToken(ids[i], $"ids[{i}]");
            if (!(skipSpecialTokens && IsSpecialToken(ids[i]))) length += TokenBytes(ids[i]).Length;
        }

        if (length > Array.MaxLength) throw new ArgumentException($"the text has {length} bytes, more than one array can hold ({Array.MaxLength}): decode it in parts", nameof(ids));
        var bytes = new byte[length];
        Span<byte> rest = bytes;
        foreach (int id in ids)
        {
            if (skipSpecialTokens && IsSpecialToken(id)) continue;
            ReadOnlySpan<byte> token = TokenBytes(id);
            token.CopyTo(rest);
            rest = rest[token.Length..];
        }

        return bytes;
    }

    /// <summary>The text of the tokens. Bytes that are not valid UTF-8 become U+FFFD; to print token by token use <see cref="Utf8StreamDecoder"/>.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string DecodeString(ReadOnlySpan<int> ids, bool skipSpecialTokens = false) =>
        Encoding.UTF8.GetString(Decode(ids, skipSpecialTokens));

    /// <summary>Whether <paramref name="id"/> stands for a token: it is in range and, in a vocabulary with gaps, not in a gap.</summary>
    public abstract bool HasToken(int id);

    /// <summary>The bytes that token <paramref name="id"/> stands for; of a special token, its name in UTF-8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    public abstract ReadOnlySpan<byte> TokenBytes(int id);

    /// <summary>Writes the tokenizer to a <c>tokenizer.json</c> in the format of Hugging Face's <c>tokenizers</c>. An older file at <paramref name="path"/> is replaced only once the new one is complete.</summary>
    public abstract void Save(string path);

    /// <summary>Reads a byte-level BPE <c>tokenizer.json</c> (Hugging Face's format, and what <see cref="Save"/> writes), plain or compressed with gzip.</summary>
    /// <exception cref="InvalidDataException">The file is malformed, or asks for something that would change the ids and is not supported; the message names the file and the place.</exception>
    public static Tokenizer Load(string path) => TokenizerJsonReader.Load(path);

    /// <summary>Appends the ids of a text in which special-token names mean nothing.</summary>
    /// <param name="utf8">The text, not empty.</param>
    /// <param name="output">Where the ids go.</param>
    protected abstract void EncodeOrdinary(ReadOnlySpan<byte> utf8, List<int> output);

    /// <summary>The exception for an id that stands for no token.</summary>
    /// <param name="id">The id.</param>
    /// <param name="what">What had it, for the message: <c>token id</c>, <c>ids[3]</c>.</param>
    protected ArgumentOutOfRangeException NoSuchToken(int id, string what = "token id") =>
        new(nameof(id), id, (uint)id < (uint)VocabularySize
            ? $"{what} = {id} stands for no token: the vocabulary has a gap there"
            : $"{what} = {id} is outside the vocabulary, whose ids run from 0 to {VocabularySize - 1}");

    /// <summary>Name → id of this tokenizer's special tokens and of new ones, numbered from <see cref="VocabularySize"/>.</summary>
    private protected Dictionary<string, int> SpecialTokensWith(ReadOnlySpan<string> names)
    {
        var all = new Dictionary<string, int>(_specialTokens, StringComparer.Ordinal);
        int id = VocabularySize;
        foreach (string name in names)
        {
            CheckSpecialName(name);
            if (!all.TryAdd(name, id++)) throw new ArgumentException($"special token '{name}' is registered twice", nameof(names));
        }

        return all;
    }

    private static void CheckSpecialName(string? name)
    {
        if (string.IsNullOrEmpty(name)) throw new ArgumentException("a special token needs a name: got an empty one");
        for (int i = 0; i < name.Length; i += char.IsSurrogate(name[i]) ? 2 : 1)
        {
            if (char.IsSurrogate(name[i]) && !(i + 1 < name.Length && char.IsSurrogatePair(name[i], name[i + 1])))
                throw new ArgumentException($"the special token name of {name.Length} characters has a lone surrogate at index {i}: it has no UTF-8 form");
        }
    }

    /// <summary>Leftmost name first, the longest of those that start together. Each name is searched for once from each match on, so the time is O(bytes × names).</summary>
    private void EncodeWithSpecialTokens(ReadOnlySpan<byte> utf8, List<int> output)
    {
        var nextAt = new int[_specialNames.Length];
        Array.Fill(nextAt, -1);
        int start = 0;
        while (start < utf8.Length)
        {
            int best = -1;
            for (int i = 0; i < nextAt.Length; i++)
            {
                if (nextAt[i] < start)
                {
                    int found = utf8[start..].IndexOf(_specialNames[i].Name);
                    nextAt[i] = found < 0 ? int.MaxValue : start + found;
                }

                if (nextAt[i] == int.MaxValue) continue;
                if (best < 0 || nextAt[i] < nextAt[best]
                    || (nextAt[i] == nextAt[best] && _specialNames[i].Name.Length > _specialNames[best].Name.Length)) best = i;
            }

            int end = best < 0 ? utf8.Length : nextAt[best];
            if (end > start) EncodeOrdinary(utf8[start..end], output);
            if (best < 0) return;
            output.Add(_specialNames[best].Id);
            start = end + _specialNames[best].Name.Length;
        }
    }
}
