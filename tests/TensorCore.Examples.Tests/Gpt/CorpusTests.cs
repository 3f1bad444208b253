using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.Text;

namespace TensorCore.Examples.Tests.Gpt;

public class CorpusTests
{
    private static readonly Texts _en = new(Cli.Language.English);

    private static byte[] Gzip(string text)
    {
        MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return compressed.ToArray();
    }

    private static string Join(Corpus corpus) => string.Concat(corpus.Documents.Select(Encoding.UTF8.GetString));

    [Fact]
    public void PlainAndGzippedFilesReadTheSame()
    {
        using Scratch scratch = new();
        string text = string.Concat(Enumerable.Repeat("Não há de quê, João.\n", 5000));
        scratch.Write("a.txt", text);
        File.WriteAllBytes(scratch["b.txt.gz"], Gzip(text));
        File.WriteAllBytes(scratch["c.txt.gz"], [.. Gzip(text[..50_000]), .. Gzip(text[50_000..])]); // two members are one text
        Corpus a = Corpus.Load(scratch["a.txt"], _en);
        Assert.Equal(text, Join(a));
        Assert.Equal(a.Fingerprint(), Corpus.Load(scratch["b.txt.gz"], _en).Fingerprint());
        Assert.Equal(text, Join(Corpus.Load(scratch["c.txt.gz"], _en)));
    }

    [Fact]
    public void AGzipFileThatIsCutShortIsAnError()
    {
        using Scratch scratch = new();
        byte[] whole = Gzip(string.Concat(Enumerable.Range(0, 20_000)));
        foreach (int length in (int[])[whole.Length - 1, whole.Length - 8, whole.Length - 9, whole.Length / 2, 12])
        {
            File.WriteAllBytes(scratch["cut.gz"], whole[..length]);
            Assert.Contains("cut.gz", Assert.Throws<InvalidDataException>(() => Corpus.Load(scratch["cut.gz"], _en)).Message);
        }
        whole[whole.Length / 2] ^= 0x55;
        File.WriteAllBytes(scratch["cut.gz"], whole);
        Assert.Throws<InvalidDataException>(() => Corpus.Load(scratch["cut.gz"], _en));
    }

    [Fact]
    public void AFolderIsReadInTheOrderOfItsPaths()
    {
        using Scratch scratch = new();
        Directory.CreateDirectory(scratch["x"]);
        scratch.Write("b.txt", "two ");
        scratch.Write("a.md", "\uFEFFone ");
        scratch.Write("picture.png", "not text");
        File.WriteAllBytes(scratch["x/c.gz"], Gzip("three"));
        scratch.Write("empty.txt", "");
        Corpus corpus = Corpus.Load(scratch.Root, _en);
        Assert.Equal(3, corpus.Documents.Count);
        Assert.Equal("one two three", Join(corpus));
        Assert.Equal(13, corpus.Bytes);
    }

    [Fact]
    public void NothingToReadIsAClearError()
    {
        using Scratch scratch = new();
        scratch.Write("empty.txt", "");
        Directory.CreateDirectory(scratch["none"]);
        Assert.Contains("does not exist", Assert.Throws<UserErrorException>(() => Corpus.Load(scratch["missing.txt"], _en)).Message);
        Assert.Contains("is empty", Assert.Throws<UserErrorException>(() => Corpus.Load(scratch["empty.txt"], _en)).Message);
        Assert.Contains("holds no .txt", Assert.Throws<UserErrorException>(() => Corpus.Load(scratch["none"], _en)).Message);
    }

    [Fact]
    public void ASplitLosesNothingAndCutsNoCharacter()
    {
        Prop.ForAll(Gen.Elements('a', 'é', '€', '\n', ' ').NonEmptyListOf().ToArbitrary(), Gen.Choose(0, 90).ToArbitrary(), (letters, percent) =>
        {
            Corpus corpus = Corpus.FromText(string.Concat(letters));
            (Corpus train, Corpus validation) = corpus.Split(percent / 100.0);
            double wanted = corpus.Bytes * (1 - (percent / 100.0));
            return Join(train) + Join(validation) == string.Concat(letters) // decoding would show a cut character
                && Math.Abs(train.Bytes - wanted) < 4;
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void TheSplitOfSeveralDocumentsFallsInsideOne()
    {
        using Scratch scratch = new();
        scratch.Write("a.txt", "aaaaaa");
        scratch.Write("b.txt", "bbbb");
        (Corpus train, Corpus validation) = Corpus.Load(scratch.Root, _en).Split(0.2);
        Assert.Equal(["aaaaaa", "bb"], train.Documents.Select(Encoding.UTF8.GetString));
        Assert.Equal(["bb"], validation.Documents.Select(Encoding.UTF8.GetString));
    }

    [Fact]
    public void DocumentsAreKeptApart()
    {
        using Scratch scratch = new();
        scratch.Write("a.txt", "ab");
        scratch.Write("b.txt", "c");
        Corpus corpus = Corpus.Load(scratch.Root, _en);
        Assert.Equal([97, 98, 10, 10, 99], corpus.Encode(new ByteTokenizer()));
        Assert.Equal([97, 98, 256, 99], corpus.Encode(new ByteTokenizer(BpeTokenizer.EndOfText)));
        Assert.NotEqual(corpus.Fingerprint(), Corpus.FromText("abc").Fingerprint());
    }

    [Fact]
    public void ATokenizerLearntFromTheTextEncodesItInFewerTokens()
    {
        Corpus corpus = Corpus.FromText(string.Concat(Enumerable.Repeat("a casa amarela da Ana ", 50)));
        BpeTokenizer tokenizer = corpus.TrainTokenizer(300);
        int[] ids = corpus.Encode(tokenizer);
        Assert.InRange(ids.Length, 1, corpus.Bytes / 3);
        Assert.Equal(corpus.Documents[0], tokenizer.Decode(ids));
        Assert.True(tokenizer.SpecialTokens.ContainsKey(BpeTokenizer.EndOfText));
    }
}
