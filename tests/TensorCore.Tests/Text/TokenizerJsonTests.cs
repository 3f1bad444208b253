using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck.Fluent;
using TensorCore.Text;

namespace TensorCore.Tests.Text;

public class TokenizerJsonTests
{
    [Fact]
    public void SaveAndLoadGiveTheSameTokenizer()
    {
        using var folder = new TemporaryFolder();
        BpeTokenizer saved = BpeTokenizerTests.TrainOnSamples().WithSpecialTokens("<|usuário|>", "Ġ 🚀\"\\\n");
        saved.Save(folder.File("tokenizer.json"));
        var loaded = Assert.IsType<BpeTokenizer>(Tokenizer.Load(folder.File("tokenizer.json")));
        Assert.Equal(saved.VocabularySize, loaded.VocabularySize);
        Assert.Equal(saved.Merges, loaded.Merges);
        Assert.Equal(saved.SpecialTokens.OrderBy(token => token.Value), loaded.SpecialTokens.OrderBy(token => token.Value));
        TextSamples.ForAll(TextSamples.Bytes, bytes => saved.Encode(bytes).SequenceEqual(loaded.Encode(bytes)));
        Assert.Equal(["tokenizer.json"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));

        using (var gzip = new GZipStream(File.Create(folder.File("tokenizer.json.gz")), CompressionLevel.Fastest))
            gzip.Write(File.ReadAllBytes(folder.File("tokenizer.json")));
        Assert.Equal(saved.Merges, ((BpeTokenizer)Tokenizer.Load(folder.File("tokenizer.json.gz"))).Merges);
    }

    [Fact]
    public void AByteTokenizerStaysOne()
    {
        using var folder = new TemporaryFolder();
        new ByteTokenizer("<|b|>", "<|a|>").Save(folder.File("bytes.json"));
        var loaded = Assert.IsType<ByteTokenizer>(Tokenizer.Load(folder.File("bytes.json")));
        Assert.Equal((256, 257), (loaded.SpecialTokenId("<|b|>"), loaded.SpecialTokenId("<|a|>")));

        File.WriteAllBytes(folder.File("marked.json"), [0xEF, 0xBB, 0xBF, .. File.ReadAllBytes(folder.File("bytes.json"))]);
        Assert.IsType<ByteTokenizer>(Tokenizer.Load(folder.File("marked.json")));
    }

    [Fact]
    public void SavingWhereNothingCanBeWrittenLeavesNoRest()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("taken"));
        Assert.ThrowsAny<Exception>(() => new ByteTokenizer().Save(folder.File("taken")));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    /// <summary>What other writers do differently: merges as pairs, ids in any order and with gaps, a pair given twice, a special token that is not in model.vocab.</summary>
    [Fact]
    public void ReadsOtherWritersFiles()
    {
        JsonNode file = Minimal();
        JsonObject vocabulary = file["model"]!["vocab"]!.AsObject();
        vocabulary["ab"] = 300;
        vocabulary["bc"] = 290;
        vocabulary["abc"] = 310;
        file["model"]!["merges"] = JsonNode.Parse("""[["a", "b"], ["b", "c"], ["ab", "c"], ["a", "b"]]""");
        file["added_tokens"] = JsonNode.Parse("""[{ "id": 320, "content": "<s>", "special": true }, { "id": 5000, "content": "<pad>", "special": true, "normalized": true }]""");
        Tokenizer tokenizer = Load(file);
        Assert.Equal(5001, tokenizer.VocabularySize);
        Assert.Equal(['a', 290, 300], tokenizer.Encode("abcab")); // the later place of (a, b) counts: bc goes first
        Assert.Equal([320], tokenizer.Encode("<s>", allowSpecialTokens: true));
        Assert.False(tokenizer.HasToken(301));
        Assert.Contains("gap", Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([301])).Message);
    }

    [Theory]
    [InlineData("""{ "model": null }""", "model is missing")]
    [InlineData("""{ "model": { "type": "WordPiece" } }""", "model.type is 'WordPiece'")]
    [InlineData("""{ "normalizer": { "type": "NFC" } }""", "normalizer is set")]
    [InlineData("""{ "truncation": { "max_length": 5 } }""", "truncation is set")]
    [InlineData("""{ "pre_tokenizer": null }""", "pre_tokenizer is missing")]
    [InlineData("""{ "pre_tokenizer": { "type": "Whitespace" } }""", "pre_tokenizer.type is 'Whitespace'")]
    [InlineData("""{ "pre_tokenizer": { "add_prefix_space": true } }""", "add_prefix_space")]
    [InlineData("""{ "pre_tokenizer": { "use_regex": false } }""", "use_regex")]
    [InlineData("""{ "post_processor": { "type": "TemplateProcessing" } }""", "post_processor.type")]
    [InlineData("""{ "decoder": { "type": "WordPiece" } }""", "decoder.type")]
    [InlineData("""{ "model": { "dropout": 0.1 } }""", "model.dropout is set (0.1)")]
    [InlineData("""{ "model": { "byte_fallback": true } }""", "model.byte_fallback")]
    [InlineData("""{ "model": { "ignore_merges": true } }""", "model.ignore_merges")]
    [InlineData("""{ "model": { "end_of_word_suffix": "</w>" } }""", "model.end_of_word_suffix")]
    [InlineData("""{ "model": { "merges": 5 } }""", "model.merges is a number, not an array")]
    [InlineData("""{ "model": { "merges": ["a b c"] } }""", "model.merges[0]")]
    [InlineData("""{ "model": { "merges": [["a", 1]] } }""", "model.merges[0][1] is a number")]
    [InlineData("""{ "model": { "merges": ["a zz"] } }""", "no token 'zz'")]
    [InlineData("""{ "model": { "merges": ["a b"] } }""", "no token 'ab'")]
    [InlineData("""{ "model": { "vocab": [] } }""", "model.vocab is an array")]
    [InlineData("""{ "model": { "vocab": { "ab": -1 } } }""", "model.vocab['ab'] is -1")]
    [InlineData("""{ "model": { "vocab": { "ab": 2000000000 } } }""", "model.vocab['ab'] is 2000000000")]
    [InlineData("""{ "model": { "vocab": { "ab": "x" } } }""", "model.vocab['ab'] is \"x\"")]
    [InlineData("""{ "model": { "vocab": { "ab": 7 } } }""", "the id 7 to two tokens")]
    [InlineData("""{ "model": { "vocab": { "日": 300 } } }""", "model.vocab['日']")]
    [InlineData("""{ "model": { "vocab": { "": 300 } } }""", "model.vocab['']")]
    [InlineData("""{ "model": { "vocab": { "a": null } } }""", "model.vocab['a'] is null")]
    [InlineData("""{ "added_tokens": {} }""", "added_tokens is an object")]
    [InlineData("""{ "added_tokens": [5] }""", "added_tokens[0] is a number")]
    [InlineData("""{ "added_tokens": [{ "id": 300 }] }""", "added_tokens[0].content is missing")]
    [InlineData("""{ "added_tokens": [{ "id": 300, "content": "  ", "special": false }] }""", "is not special")]
    [InlineData("""{ "added_tokens": [{ "id": 300, "content": "<s>", "special": true, "lstrip": true }] }""", "added_tokens[0].lstrip")]
    [InlineData("""{ "added_tokens": [{ "id": 97, "content": "<s>", "special": true }] }""", "has id 97, which another token has")]
    [InlineData("""{ "added_tokens": [{ "id": 300, "content": "", "special": true }] }""", "empty")]
    public void MalformedFilesAreErrors(string change, string message)
    {
        JsonNode file = Minimal();
        Apply(file.AsObject(), JsonNode.Parse(change)!.AsObject());
        string error = Assert.Throws<InvalidDataException>(() => Load(file)).Message;
        Assert.Contains("tokenizer.json", error);
        Assert.Contains(message, error);
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("[]", "the file is an array")]
    [InlineData("{", "not valid JSON")]
    [InlineData("#version: 0.2\na b", "LoadGpt2")]
    public void FilesThatAreNoTokenizerAreErrors(string content, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x.json"), content);
        string error = Assert.Throws<InvalidDataException>(() => Tokenizer.Load(folder.File("x.json"))).Message;
        Assert.Contains("x.json", error);
        Assert.Contains(message, error);
        Assert.Throws<FileNotFoundException>(() => Tokenizer.Load(folder.File("absent.json")));
    }

    [Fact]
    public void AMissingByteIsAnError()
    {
        JsonNode file = Minimal();
        file["model"]!["vocab"]!.AsObject().Remove("é");
        Assert.Contains("byte 0xE9 ('é') has no token", Assert.Throws<InvalidDataException>(() => Load(file)).Message);
    }

    [Theory]
    [InlineData("\"version\": \"1.0\"", "\"decoder\": { \"type\": \"\\ud800\" }", "decoder.type is not valid Unicode")]
    [InlineData("\"b\":", "\"\\ud800\":", "a name in model.vocab is not valid Unicode")]
    [InlineData("\"b\":", "\"a\":", "model.vocab has 'a' twice")]
    public void BadStringsAreErrors(string find, string replacement, string message)
    {
        using var folder = new TemporaryFolder();
        new ByteTokenizer().Save(folder.File("x.json"));
        string content = File.ReadAllText(folder.File("x.json"));
        if (replacement.StartsWith("\"decoder", StringComparison.Ordinal)) content = content.Replace("\"decoder\"", "\"old\"");
        Assert.Contains(find, content);
        File.WriteAllText(folder.File("x.json"), content.Replace(find, replacement));
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => Tokenizer.Load(folder.File("x.json"))).Message);
    }

    /// <summary>A damaged file loads or is refused with its name, whatever the damage.</summary>
    [Fact]
    public void DamagedFilesNeverCrash()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("damaged.json");
        BpeTokenizer.FromMerges([('a', 'b'), (256, 'c')], "<s>").Save(path);
        byte[] good = File.ReadAllBytes(path);
        int refused = 0;
        TextSamples.ForAll(
            from at in Gen.Choose(0, good.Length - 1)
            from length in Gen.Choose(0, 12)
            from bytes in TextSamples.RandomBytes
            select (at, length, bytes),
            damage =>
            {
                byte[] bad = [.. good[..damage.at], .. damage.bytes, .. good[Math.Min(good.Length, damage.at + damage.length)..]];
                File.WriteAllBytes(path, bad);
                try
                {
                    Tokenizer loaded = Tokenizer.Load(path);
                    return loaded.DecodeString(loaded.Encode("abc")) == "abc";
                }
                catch (InvalidDataException e)
                {
                    refused++;
                    return e.Message.Contains("damaged.json", StringComparison.Ordinal);
                }
            },
            500);
        Assert.True(refused > 100);
    }

    /// <summary>The 256 bytes under their own values and no merges, as a JSON tree to change.</summary>
    private static JsonNode Minimal()
    {
        using var folder = new TemporaryFolder();
        new ByteTokenizer().Save(folder.File("minimal.json"));
        return JsonNode.Parse(File.ReadAllText(folder.File("minimal.json")))!;
    }

    private static Tokenizer Load(JsonNode file)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("tokenizer.json"), file.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        return Tokenizer.Load(folder.File("tokenizer.json"));
    }

    /// <summary>Sets in <paramref name="target"/> what <paramref name="change"/> has, object by object.</summary>
    private static void Apply(JsonObject target, JsonObject change)
    {
        foreach ((string name, JsonNode? value) in change)
        {
            if (value is JsonObject { Count: > 0 } inner && target[name] is JsonObject existing) Apply(existing, inner);
            else target[name] = value?.DeepClone();
        }
    }
}
