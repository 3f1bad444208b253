using System.Text.Encodings.Web;
using System.Text.Json;

namespace TensorCore.Text;

/// <summary>Writes <c>tokenizer.json</c> as Hugging Face's <c>tokenizers</c> reads it: added tokens, ByteLevel pieces and decoder, a BPE model.</summary>
internal static class TokenizerJsonWriter
{
    // Tokens are full of Ġ and accents, which the default encoder would write as \u escapes.
    private static readonly JsonWriterOptions _options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Save(string path, Tokenizer tokenizer, IReadOnlyList<BpeMerge> merges) => TokenFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, _options);
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        WriteAddedTokens(json, tokenizer);
        json.WriteNull("normalizer");
        WriteByteLevel(json, "pre_tokenizer");
        json.WriteNull("post_processor");
        WriteByteLevel(json, "decoder");
        WriteModel(json, tokenizer, merges);
        json.WriteEndObject();
    });

    private static void WriteAddedTokens(Utf8JsonWriter json, Tokenizer tokenizer)
    {
        json.WriteStartArray("added_tokens");
        foreach ((string name, int id) in tokenizer.SpecialTokens.OrderBy(token => token.Value))
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", name);
            json.WriteBoolean("single_word", false);
            json.WriteBoolean("lstrip", false);
            json.WriteBoolean("rstrip", false);
            json.WriteBoolean("normalized", false);
            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteByteLevel(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", true);
        json.WriteEndObject();
    }

    private static void WriteModel(Utf8JsonWriter json, Tokenizer tokenizer, IReadOnlyList<BpeMerge> merges)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteNull("unk_token");
        json.WriteNull("continuing_subword_prefix");
        json.WriteNull("end_of_word_suffix");
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", false);

        // The special tokens stand here too, under their plain names: readers that number added tokens themselves then find the same ids.
        Dictionary<int, string> special = tokenizer.SpecialTokens.ToDictionary(token => token.Value, token => token.Key);
        json.WriteStartObject("vocab");
        for (int id = 0; id < tokenizer.VocabularySize; id++)
        {
            if (tokenizer.HasToken(id)) json.WriteNumber(special.GetValueOrDefault(id) ?? Spelling(tokenizer, id), id);
        }

        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (BpeMerge merge in merges) json.WriteStringValue($"{Spelling(tokenizer, merge.Left)} {Spelling(tokenizer, merge.Right)}");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Spelling(Tokenizer tokenizer, int id) => ByteLevelAlphabet.GetString(tokenizer.TokenBytes(id));
}
