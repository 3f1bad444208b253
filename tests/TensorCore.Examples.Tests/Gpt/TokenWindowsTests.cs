using TensorCore.Examples.Gpt;
using TensorCore.Text;

namespace TensorCore.Examples.Tests.Gpt;

public class TokenWindowsTests
{
    private static readonly int[] _ids = [.. Enumerable.Range(0, 100)];

    [Fact]
    public void TargetsAreTheNextTokens()
    {
        (Tensor ids, Tensor targets) = new TokenWindows(_ids, 8).Random(5, seed: 1, number: 0);
        Assert.Equal([5, 8], ids.Shape.ToArray());
        Assert.Equal(ids.ToArray<long>().Select(i => i + 1), targets.ToArray<long>());
        Assert.All(ids.ToArray<long>().Chunk(8), w => Assert.Equal(Enumerable.Range((int)w[0], 8).Select(i => (long)i), w));
    }

    [Fact]
    public void TheNumberOfABatchDecidesItsWindows()
    {
        long[] Of(ulong seed, long number) => new TokenWindows(_ids, 8).Random(5, seed, number).Ids.ToArray<long>();
        Assert.Equal(Of(1, 7), Of(1, 7));
        Assert.NotEqual(Of(1, 7), Of(1, 8));
        Assert.NotEqual(Of(1, 7), Of(2, 7));
    }

    [Fact]
    public void EveryPlaceIsDrawnTheFirstAndTheLastToo()
    {
        TokenWindows windows = new(_ids[..12], 8); // starts 0 … 3
        int[] counts = new int[4];
        foreach (long[] window in windows.Random(8000, 3, 0).Ids.ToArray<long>().Chunk(8))
            counts[window[0]]++;
        Assert.All(counts, c => Assert.InRange(c, 1850, 2150)); // 2000 ± 4 σ
    }

    [Fact]
    public void EvenWindowsReachFromTheStartToTheEndWithoutOverlap()
    {
        TokenWindows windows = new(_ids, 9);
        Assert.Equal([0, 30, 60, 90], windows.Even(4));
        Assert.Equal([0], windows.Even(1));
        long[] most = windows.Even(1000);
        Assert.Equal(11, most.Length);
        Assert.All(most.Zip(most.Skip(1)), p => Assert.True(p.Second - p.First >= 9));
        Assert.Equal(90, most[^1]);
    }

    [Fact]
    public void ATextShorterThanAWindowIsRejected()
    {
        _ = new TokenWindows(_ids, 99);
        Assert.Throws<ArgumentException>(() => new TokenWindows(_ids, 100));
    }

    [Fact]
    public void EvaluationPredictsEveryTokenButTheFirstOnce()
    {
        int[] ids = [.. "abacate abacaxi".Select(c => (int)c)];
        GptModel model = new(new GptConfig(256, 4, 1, 1, 8), 3);
        Score score = Evaluation.Measure(model, new TokenWindows(ids, 4), new ByteTokenizer(), 1000);
        Assert.Equal(14, score.Tokens); // windows of 4, 4, 4 and 2
        double nats = 0;
        foreach ((int start, int length) in ((int, int)[])[(0, 4), (4, 4), (8, 4), (12, 2)])
        {
            (Tensor x, Tensor y) = new TokenWindows(ids, 4).At([start], length);
            nats += model.Loss(x, y).Item() * length;
        }
        Assert.Equal(nats / 14, score.NatsPerToken, 5);
        Assert.Equal(nats / 14 / Math.Log(2), score.BitsPerByte, 5); // a token is a byte here
        Assert.Equal(8, Evaluation.Measure(model, new TokenWindows(ids, 4), new ByteTokenizer(), 8).Tokens);
    }

    [Fact]
    public void BitsPerByteCountTheBytesThatTokensStandFor()
    {
        Corpus corpus = Corpus.FromText("banana banana banana banana");
        BpeTokenizer tokenizer = corpus.TrainTokenizer(262);
        int[] ids = corpus.Encode(tokenizer);
        GptModel model = new(new GptConfig(tokenizer.VocabularySize, 64, 1, 1, 8), 1);
        Score score = Evaluation.Measure(model, new TokenWindows(ids, ids.Length - 1), tokenizer, 1000);
        int bytes = tokenizer.Decode(ids[1..]).Length;
        Assert.True(bytes > score.Tokens);
        Assert.Equal(score.NatsPerToken * score.Tokens / Math.Log(2) / bytes, score.BitsPerByte, 9);
    }
}
