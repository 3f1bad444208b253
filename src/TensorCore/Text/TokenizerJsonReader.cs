using System.Text.Json;

namespace TensorCore.Text;

/// <summary>
/// Reads a byte-level BPE from <c>tokenizer.json</c>. Settings that would change the ids and are not implemented (a normalizer,
/// another pre-tokenizer, dropout, …) are errors: a tokenizer that is almost right trains a model that is quietly wrong.
/// </summary>
internal static class TokenizerJsonReader
{
    // Larger than any published vocabulary by far; keeps a damaged id from asking for gigabytes.
    private const int LargestId = (1 << 24) - 1;

    public static Tokenizer Load(string path)
    {
        byte[] content = TokenFile.ReadAllBytes(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(content);
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            string hint = content.AsSpan().StartsWith("#version"u8) ? " (it looks like GPT-2's vocab.bpe: read that with BpeTokenizer.LoadGpt2)" : "";
            throw new InvalidDataException($"{path}: not valid JSON{hint}: {e.Message}", e);
        }
        catch (MalformedException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            // BpeVocabulary and Tokenizer check the tables and say what contradicts what.
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    private static Tokenizer Read(JsonElement root)
    {
        Expect(root, JsonValueKind.Object, "the file");
        foreach (string setting in (string[])["truncation", "padding", "normalizer"]) ExpectAbsent(root, setting, setting);
        ExpectByteLevel(Required(root, "pre_tokenizer", "pre_tokenizer"), "pre_tokenizer");
        if (Optional(root, "post_processor") is { } postProcessor) ExpectByteLevelType(postProcessor, "post_processor");
        if (Optional(root, "decoder") is { } decoder) ExpectByteLevelType(decoder, "decoder");

        Dictionary<string, int> special = ReadAddedTokens(root);
        JsonElement model = Required(root, "model", "model");
        ExpectModel(model);
        Dictionary<string, int> ids = ReadVocabulary(Required(model, "vocab", "model.vocab"), special);
        byte[]?[] tokens = Spell(ids);
        BpeMerge[] merges = ReadMerges(Required(model, "merges", "model.merges"), ids);

        bool bytesOnly = merges.Length == 0 && tokens.Length == 256
            && Enumerable.Range(0, 256).All(id => tokens[id]!.AsSpan().SequenceEqual([(byte)id]))
            && special.Values.Order().SequenceEqual(Enumerable.Range(256, special.Count));
        return bytesOnly
            ? new ByteTokenizer([.. special.OrderBy(token => token.Value).Select(token => token.Key)])
            : new BpeTokenizer(new BpeVocabulary(tokens, merges, special));
    }

    private static Dictionary<string, int> ReadAddedTokens(JsonElement root)
    {
        var special = new Dictionary<string, int>(StringComparer.Ordinal);
        if (Optional(root, "added_tokens") is not { } list) return special;
        Expect(list, JsonValueKind.Array, "added_tokens");
        int index = 0;
        foreach (JsonElement token in list.EnumerateArray())
        {
            string place = $"added_tokens[{index++}]";
            Expect(token, JsonValueKind.Object, place);
            string name = Text(Required(token, "content", $"{place}.content"), $"{place}.content");
            int id = Id(Required(token, "id", $"{place}.id"), $"{place}.id");
            if (Optional(token, "special") is not { ValueKind: JsonValueKind.True })
                throw new MalformedException($"{place} ('{name}') is not special: added tokens that stand for ordinary text are not supported");
            foreach (string setting in (string[])["single_word", "lstrip", "rstrip"]) ExpectAbsent(token, setting, $"{place}.{setting}");
            if (!special.TryAdd(name, id)) throw new MalformedException($"{place}: the name '{name}' is there twice");
        }

        return special;
    }

    /// <summary>Spelling → id of the ordinary tokens.</summary>
    private static Dictionary<string, int> ReadVocabulary(JsonElement vocabulary, Dictionary<string, int> special)
    {
        Expect(vocabulary, JsonValueKind.Object, "model.vocab");
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonProperty entry in vocabulary.EnumerateObject())
        {
            string token = Name(entry, "model.vocab");
            int id = Id(entry.Value, $"model.vocab['{token}']");
            if (special.TryGetValue(token, out int specialId))
            {
                if (id != specialId) throw new MalformedException($"'{token}' has id {specialId} in added_tokens and {id} in model.vocab");
            }
            else if (!ids.TryAdd(token, id))
            {
                throw new MalformedException($"model.vocab has '{token}' twice");
            }
        }

        return ids;
    }

    private static byte[]?[] Spell(Dictionary<string, int> ids)
    {
        var tokens = new byte[]?[ids.Count == 0 ? 0 : ids.Values.Max() + 1];
        foreach ((string token, int id) in ids)
        {
            byte[]? bytes = ByteLevelAlphabet.TryGetBytes(token);
            if (bytes is null || bytes.Length == 0)
                throw new MalformedException($"model.vocab['{token}'] (id {id}) is not written in the byte-level alphabet, in which each character stands for a byte");
            if (tokens[id] is not null) throw new MalformedException($"model.vocab gives the id {id} to two tokens, one of them '{token}'");
            tokens[id] = bytes;
        }

        return tokens;
    }

    private static BpeMerge[] ReadMerges(JsonElement list, Dictionary<string, int> ids)
    {
        Expect(list, JsonValueKind.Array, "model.merges");
        var rankOf = new Dictionary<(int, int), int>();
        var all = new List<BpeMerge>(list.GetArrayLength());
        foreach (JsonElement merge in list.EnumerateArray())
        {
            string place = $"model.merges[{all.Count}]";
            (string left, string right) = ReadPair(merge, place);
            var read = new BpeMerge(Find(left, place), Find(right, place), Find(left + right, place));
            // Trainers can write a pair twice; Hugging Face's reader takes the later place, and so must we to give the same ids.
            rankOf[(read.Left, read.Right)] = all.Count;
            all.Add(read);
        }

        return [.. all.Where((merge, rank) => rankOf[(merge.Left, merge.Right)] == rank)];

        int Find(string token, string place) => ids.TryGetValue(token, out int id) ? id
            : throw new MalformedException($"{place}: model.vocab has no token '{token}'");
    }

    /// <summary>A merge is <c>"a b"</c> or, in newer files, <c>["a", "b"]</c>.</summary>
    private static (string Left, string Right) ReadPair(JsonElement merge, string place)
    {
        if (merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2)
            return (Text(merge[0], $"{place}[0]"), Text(merge[1], $"{place}[1]"));
        if (merge.ValueKind == JsonValueKind.String && Text(merge, place).Split(' ') is [var left, var right]) return (left, right);
        throw new MalformedException($"{place} is neither \"left right\" nor [\"left\", \"right\"]");
    }

    private static void ExpectModel(JsonElement model)
    {
        Expect(model, JsonValueKind.Object, "model");
        // Old files do not name the type of a BPE model.
        if (Optional(model, "type") is { } type && Text(type, "model.type") is not "BPE" and var other)
            throw new MalformedException($"model.type is '{other}': only BPE is supported");
        foreach (string setting in (string[])["dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback", "ignore_merges"])
            ExpectAbsent(model, setting, $"model.{setting}");
    }

    /// <summary>The pre-tokenizer is GPT-2's pattern, without a space added in front of the text.</summary>
    private static void ExpectByteLevel(JsonElement element, string place)
    {
        ExpectByteLevelType(element, place);
        // Every file has this setting: Hugging Face's reader does not take one without it.
        if (Optional(element, "add_prefix_space") is not { ValueKind: JsonValueKind.False })
            throw new MalformedException($"{place}.add_prefix_space is not false: adding a space in front of the text is not supported");
        if (Optional(element, "use_regex") is { ValueKind: JsonValueKind.False })
            throw new MalformedException($"{place}.use_regex is false: only GPT-2's pattern is supported");
    }

    private static void ExpectByteLevelType(JsonElement element, string place)
    {
        Expect(element, JsonValueKind.Object, place);
        string type = Text(Required(element, "type", $"{place}.type"), $"{place}.type");
        if (type != "ByteLevel") throw new MalformedException($"{place}.type is '{type}': only ByteLevel is supported");
    }

    /// <summary>The setting is missing, null, false, zero or empty.</summary>
    private static void ExpectAbsent(JsonElement parent, string setting, string place)
    {
        if (Optional(parent, setting) is not { } value) return;
        bool off = value.ValueKind switch
        {
            JsonValueKind.False => true,
            JsonValueKind.Number => value.TryGetDouble(out double number) && number == 0,
            JsonValueKind.String => value.ValueEquals(""),
            _ => false,
        };
        if (!off) throw new MalformedException($"{place} is set ({Shorten(value.GetRawText())}): it would change the ids and is not supported");
    }

    private static JsonElement? Optional(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static JsonElement Required(JsonElement parent, string name, string place) =>
        Optional(parent, name) ?? throw new MalformedException($"{place} is missing");

    private static void Expect(JsonElement element, JsonValueKind kind, string place)
    {
        if (element.ValueKind != kind) throw new MalformedException($"{place} is {Describe(element.ValueKind)}, not {Describe(kind)}");
    }

    private static int Id(JsonElement element, string place)
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int id) && id is >= 0 and <= LargestId) return id;
        throw new MalformedException($"{place} is {Shorten(element.GetRawText())}: an id is a whole number from 0 to {LargestId}");
    }

    private static string Text(JsonElement element, string place)
    {
        Expect(element, JsonValueKind.String, place);
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new MalformedException($"{place} is not valid Unicode ({e.Message})");
        }
    }

    private static string Name(JsonProperty entry, string place)
    {
        try
        {
            return entry.Name;
        }
        catch (InvalidOperationException e)
        {
            throw new MalformedException($"a name in {place} is not valid Unicode ({e.Message})");
        }
    }

    private static string Shorten(string json) => json.Length <= 60 ? json : $"{json[..60]}…";

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };

    /// <summary>What is wrong with the file, without its name.</summary>
    private sealed class MalformedException(string message) : Exception(message);
}
