using System.IO.Compression;
using System.Text;
using FsCheck.Fluent;
using TensorCore.Text;

namespace TensorCore.Tests.Text;

public class BpeTrainerTests
{
    [Fact]
    public void LearnsLikeTheDefinition() => TextSamples.ForAll(TextSamples.MixedBytes.Zip(TextSamples.MixedBytes), texts => SameAsNaive([texts.Item1, texts.Item2], 60));

    /// <summary>Few letters: long runs, overlapping pairs and many ties.</summary>
    [Fact]
    public void LearnsLikeTheDefinitionWithTiesAndRuns() => TextSamples.ForAll(
        Gen.Elements("aaaaabb c".ToCharArray()).ArrayOf().Select(letters => Encoding.UTF8.GetBytes(letters)),
        text => SameAsNaive([text, text], 60),
        500);

    [Fact]
    public void TiesGoToTheOlderTokens()
    {
        var trainer = new BpeTrainer(259) { MinimumCount = 1 };
        trainer.Add("dc.ba.bb");
        Assert.Equal([new('b', 'a', 256), new('b', 'b', 257), new('d', 'c', 258)], trainer.Train().Merges);
    }

    /// <summary>The worked example of docs/tokenizer.md, step by step.</summary>
    [Fact]
    public void LearnsTheWorkedExample()
    {
        var trainer = new BpeTrainer(261);
        trainer.Add("mar amar amor amora mar");
        Assert.Equal(5, trainer.DistinctPieces);
        var counts = new List<long>();
        BpeTokenizer tokenizer = trainer.Train(new Immediate(step => counts.Add(step.Count)));
        Assert.Equal([new(' ', 'a', 256), new('a', 'r', 257), new('m', 257, 258), new('m', 'o', 259), new(256, 259, 260)], tokenizer.Merges);
        Assert.Equal([3, 3, 3, 2, 2], counts);
        Assert.Equal(["a", "mar", " ", "o", " ", "mar", " a", "mar", "g", "o"], tokenizer.Encode("amar o mar amargo").Select(id => tokenizer.DecodeString([id])));
    }

    [Fact]
    public void OrderOfTheTextDoesNotMatter()
    {
        string[] words = ["casa", "casas", "ação", "ações", "não", "mar", "amar", "amor"];
        var forward = new BpeTrainer(300);
        var backward = new BpeTrainer(300);
        for (int i = 0; i < 200; i++) forward.Add(words[i * i % 8]);
        for (int i = 199; i >= 0; i--) backward.Add(words[i * i % 8]);
        Assert.Equal(forward.Train().Merges, backward.Train().Merges);
    }

    [Fact]
    public void ReadingInBlocksCountsTheSamePieces() => TextSamples.ForAll(
        from text in TextSamples.MixedBytes
        from block in Gen.Choose(1, 40)
        select (text, block),
        sample =>
        {
            var whole = new PieceCounter();
            whole.Add(sample.text);
            var blocks = new PieceCounter();
            blocks.Add(new MemoryStream(sample.text), sample.block, default);
            return whole.BytesRead == sample.text.Length && blocks.BytesRead == sample.text.Length && whole.Counts.Count == blocks.Counts.Count
                && whole.Counts.All(entry => blocks.Counts.GetValueOrDefault(entry.Key) == entry.Value);
        },
        2000);

    [Fact]
    public void ReadsPlainAndCompressedFiles()
    {
        using var folder = new TemporaryFolder();
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("uma casa à beira do mar, ", 50)));
        File.WriteAllBytes(folder.File("a.txt"), text);
        using (var gzip = new GZipStream(File.Create(folder.File("a.txt.gz")), CompressionLevel.Fastest)) gzip.Write(text);
        BpeTokenizer[] trained = [.. new[] { "a.txt", "a.txt.gz" }.Select(name =>
        {
            var trainer = new BpeTrainer(280);
            trainer.AddFile(folder.File(name));
            Assert.Equal(text.Length, trainer.BytesRead);
            return trainer.Train();
        })];
        Assert.Equal(trained[0].Merges, trained[1].Merges);

        byte[] compressed = File.ReadAllBytes(folder.File("a.txt.gz"));
        for (int length = 2; length < compressed.Length; length++)
        {
            File.WriteAllBytes(folder.File("cut.gz"), compressed[..length]);
            Assert.Contains("cut.gz", Assert.Throws<InvalidDataException>(() => new BpeTrainer(280).AddFile(folder.File("cut.gz"))).Message);
        }

        File.WriteAllBytes(folder.File("two.gz"), [.. compressed, .. compressed]);
        var both = new BpeTrainer(280);
        both.AddFile(folder.File("two.gz"));
        Assert.Equal(2 * text.Length, both.BytesRead);
    }

    [Fact]
    public void StopsWhenNoPairIsFrequentEnough()
    {
        var trainer = new BpeTrainer(1000, "<|x|>") { MinimumCount = 3 };
        trainer.Add("ab ab ab cd cd");
        BpeTokenizer tokenizer = trainer.Train();
        Assert.Equal([new('a', 'b', 256)], tokenizer.Merges);
        Assert.Equal(257, tokenizer.SpecialTokenId("<|x|>"));
    }

    [Fact]
    public void TrainingTwiceGoesOnFromTheSameCounts()
    {
        var trainer = new BpeTrainer(257);
        trainer.Add("ababab");
        Assert.Equal(('a', 'b'), ((char)trainer.Train().Merges[0].Left, (char)trainer.Train().Merges[0].Right));
        trainer.Add("zyzyzyzyzy");
        Assert.Equal('z', (char)trainer.Train().Merges[0].Left);
    }

    [Fact]
    public void ReportsProgressAndCanBeCancelled()
    {
        var trainer = new BpeTrainer(300);
        trainer.Add(string.Concat(Enumerable.Range(0, 2000).Select(i => $"palavra{i % 90} ")));
        using var cancel = new CancellationTokenSource();
        var seen = new List<BpeTrainingProgress>();
        var progress = new Immediate(step =>
        {
            seen.Add(step);
            if (step.Merges == 5) cancel.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => trainer.Train(progress, cancel.Token));
        Assert.Equal([1, 2, 3, 4, 5], seen.Select(step => step.Merges));
        Assert.All(seen, step => Assert.Equal((44, 255 + step.Merges), (step.TotalMerges, step.TokenId)));
        Assert.Equal(seen.Select(step => step.Count).OrderDescending(), seen.Select(step => step.Count));
        Assert.Throws<OperationCanceledException>(() => trainer.Add(new MemoryStream([1, 2, 3]), cancel.Token));
    }

    [Fact]
    public void ErrorsSayWhatIsWrong()
    {
        Assert.Contains("257", Assert.Throws<ArgumentOutOfRangeException>(() => new BpeTrainer(256, "<|x|>")).Message);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => new BpeTrainer(300, "<|x|>", "<|x|>")).Message);
        Assert.Contains("AddFile", Assert.Throws<InvalidOperationException>(() => new BpeTrainer(300).Train()).Message);
    }

    /// <summary>A special token spelled like a learnt token is found only at the end; it must be an error, not a wrong vocabulary.</summary>
    [Fact]
    public void ASpecialTokenCannotBeSpelledLikeALearntOne()
    {
        var trainer = new BpeTrainer(258, "ab");
        trainer.Add("ab ab ab");
        Assert.Contains("spelled like", Assert.Throws<ArgumentException>(() => trainer.Train()).Message);
    }

    [Fact]
    public async Task AVeryLongPieceIsNoProblem()
    {
        var trainer = new BpeTrainer(1024);
        trainer.Add(new MemoryStream([.. Enumerable.Repeat((byte)'a', 1 << 20)]));
        BpeTokenizer tokenizer = await Task.Run(() => trainer.Train()).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1 << 5, tokenizer.TokenBytes(256 + 4).Length); // each merge doubles the longest token
    }

    private static bool SameAsNaive(byte[][] texts, int merges)
    {
        if (texts.All(text => text.Length == 0)) return true;
        var trainer = new BpeTrainer(256 + merges);
        foreach (byte[] text in texts) trainer.Add(text);
        BpeTokenizer trained = trainer.Train();
        return trained.Merges.Select(merge => (merge.Left, merge.Right)).SequenceEqual(NaiveBpe.Train(texts, merges, 2));
    }

    /// <summary>Progress&lt;T&gt; reports on other threads, later.</summary>
    private sealed class Immediate(Action<BpeTrainingProgress> report) : IProgress<BpeTrainingProgress>
    {
        public void Report(BpeTrainingProgress value) => report(value);
    }
}
