using System.IO.Compression;
using System.Text;
using TensorCore.Text;

namespace TensorCore.Tests.Text;

public class Gpt2VocabularyTests
{
    private const string Vocabulary = "data/gpt2-vocab.bpe.gz";
    private const string Prose = "data/machado-train.txt.gz";
    private static readonly Lazy<BpeTokenizer> _gpt2 = new(() => BpeTokenizer.LoadGpt2(SharedFiles.Path(Vocabulary)));

    [SharedFact(Vocabulary)]
    public void HasGpt2Ids()
    {
        BpeTokenizer gpt2 = _gpt2.Value;
        Assert.Equal(50_257, gpt2.VocabularySize);
        Assert.Equal(50_256, gpt2.SpecialTokenId(BpeTokenizer.EndOfText));
        Assert.Equal("!", gpt2.DecodeString([0]));
        Assert.Equal(" ", gpt2.DecodeString([220]));
        Assert.Equal([30098, 6557, 11, 27943, 78, 0, 399, 28749, 289, 6557, 257, 16175, 21356, 7718, 13], gpt2.Encode("Olá, mundo! Não há açúcar."));
        Assert.Equal([15496, 11, 995, 0], gpt2.Encode("Hello, world!"));
        Assert.Equal([27, 91, 437, 1659, 5239, 91, 29], gpt2.Encode("<|endoftext|>"));
        Assert.Equal([50256], gpt2.Encode("<|endoftext|>", allowSpecialTokens: true));
    }

    [SharedFact(Vocabulary)]
    public void EncodesLikeTheDefinition() => TextSamples.ForAll(TextSamples.MixedBytes, bytes =>
    {
        int[] ids = _gpt2.Value.Encode(bytes);
        return ids.SequenceEqual(NaiveBpe.Encode(_gpt2.Value, bytes)) && _gpt2.Value.Decode(ids).SequenceEqual(bytes);
    }, 30);

    [SharedFact(Vocabulary)]
    public void SurvivesTokenizerJson()
    {
        using var folder = new TemporaryFolder();
        _gpt2.Value.Save(folder.File("tokenizer.json"));
        var loaded = Assert.IsType<BpeTokenizer>(Tokenizer.Load(folder.File("tokenizer.json")));
        Assert.Equal(_gpt2.Value.Merges, loaded.Merges);
        Assert.Equal(_gpt2.Value.VocabularySize, loaded.VocabularySize);
        for (int id = 0; id < loaded.VocabularySize; id++) Assert.True(_gpt2.Value.TokenBytes(id).SequenceEqual(loaded.TokenBytes(id)));
        Assert.Equal(50_256, loaded.SpecialTokenId(BpeTokenizer.EndOfText));
    }

    [SharedFact(Vocabulary)]
    public void ACutFileIsAnError()
    {
        using var folder = new TemporaryFolder();
        byte[] compressed = File.ReadAllBytes(SharedFiles.Path(Vocabulary));
        File.WriteAllBytes(folder.File("cut.gz"), compressed[..100_000]);
        Assert.Contains("cut.gz", Assert.Throws<InvalidDataException>(() => BpeTokenizer.LoadGpt2(folder.File("cut.gz"))).Message);

        using var plain = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress)) gzip.CopyTo(plain);
        string[] lines = Encoding.UTF8.GetString(plain.ToArray()).Split('\n');
        File.WriteAllLines(folder.File("cut.bpe"), lines[..40_001]);
        Assert.Contains("has 40,000 merges", Assert.Throws<InvalidDataException>(() => BpeTokenizer.LoadGpt2(folder.File("cut.bpe"))).Message);
        Assert.Equal(40_256, BpeTokenizer.LoadMerges(folder.File("cut.bpe")).VocabularySize);
    }

    [Theory]
    [InlineData("#version: 0.2\na b\nabc", "line 3: 'abc': a merge is two tokens")]
    [InlineData("a b\na  b", "line 2: 'a  b': a merge is two tokens")]
    [InlineData("a bc", "line 1: 'a bc': 'bc' is neither a byte nor made by a line before")]
    [InlineData("a b\r\na b\r\n", "line 2: 'a b': 'ab' is a token already")]
    [InlineData("\uFEFF#version: 0.2\na b\n日 本", "line 3: '日 本': '日' is neither")]
    public void MalformedMergesAreErrors(string content, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("merges.txt"), content);
        string error = Assert.Throws<InvalidDataException>(() => BpeTokenizer.LoadMerges(folder.File("merges.txt"))).Message;
        Assert.Contains("merges.txt", error);
        Assert.Contains(message, error);
    }

    [Fact]
    public void BytesThatAreNoTextAreErrors()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("merges.txt"), [(byte)'a', 0xFF]);
        Assert.Contains("byte 1 is not UTF-8", Assert.Throws<InvalidDataException>(() => BpeTokenizer.LoadMerges(folder.File("merges.txt"))).Message);
        Assert.Throws<FileNotFoundException>(() => BpeTokenizer.LoadGpt2(folder.File("absent.bpe")));
    }

    [SharedFact(Prose)]
    public void TrainsOnTenMegabytesAndEncodesThem()
    {
        var trainer = new BpeTrainer(4096, BpeTokenizer.EndOfText);
        trainer.AddFile(SharedFiles.Path(Prose));
        BpeTokenizer tokenizer = trainer.Train();
        Assert.Equal(4096, tokenizer.VocabularySize);

        var text = new MemoryStream();
        using (var gzip = new GZipStream(File.OpenRead(SharedFiles.Path(Prose)), CompressionMode.Decompress)) gzip.CopyTo(text);
        int[] ids = tokenizer.Encode(text.ToArray());
        Assert.Equal(text.ToArray(), tokenizer.Decode(ids));
        Assert.InRange((double)text.Length / ids.Length, 3.0, 4.5); // bytes a token: what a vocabulary of 4,096 gives on prose
    }
}
