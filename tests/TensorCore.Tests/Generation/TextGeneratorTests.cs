using System.Text;
using TensorCore.Generation;
using TensorCore.Text;

namespace TensorCore.Tests.Generation;

public class TextGeneratorTests
{
    private const int Context = 12;

    private static SmallGpt Model(ulong seed, int vocabulary = 256) => new(vocabulary, Context, seed);

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void TheCacheChangesNothingAlsoWhenTheContextIsFull(double temperature)
    {
        SmallGpt model = Model(4);
        SamplingOptions options = new() { Temperature = temperature, Seed = 3, RepetitionPenalty = 1.1 };
        IEnumerable<int> written = new TextGenerator(model, new ByteTokenizer()).Generate([65, 66, 67], options, 60);
        int[] text = [.. written];
        Assert.Equal(60, text.Length); // five contexts long
        Assert.Equal(Naive(model, [65, 66, 67], options, 60), text);
        Assert.Equal(text, written); // from the beginning again
        if (temperature > 0)
            Assert.True(text.Distinct().Count() > 10);
    }

    /// <summary>Everything read anew for each token.</summary>
    private static int[] Naive(SmallGpt model, int[] prompt, SamplingOptions options, int count)
    {
        TokenSampler sampler = new(options);
        List<int> text = [.. prompt], view = [.. prompt];
        for (int n = 0; n < count; n++)
        {
            int id = sampler.Next(model.After(view.ToArray()), text.ToArray());
            text.Add(id);
            view.Add(id);
            if (view.Count > Context) view.RemoveRange(0, view.Count - (Context / 2));
        }
        return [.. text[prompt.Length..]];
    }

    [Fact]
    public void GreedyTextIsTheArgmaxOfEachStep()
    {
        SmallGpt model = Model(7);
        int[] text = [.. new TextGenerator(model, new ByteTokenizer()).Generate([1, 2], new() { Temperature = 0 }, 8)];
        List<int> sofar = [1, 2];
        foreach (int id in text)
        {
            float[] logits = model.After(sofar.ToArray());
            Assert.Equal(logits.AsSpan().IndexOf(logits.Max()), id);
            sofar.Add(id);
        }
    }

    [Fact]
    public void TheEndOfTextEndsTheTextAndIsNotShown()
    {
        ByteTokenizer tokenizer = new(BpeTokenizer.EndOfText);
        SmallGpt model = Model(1, 257);
        int end = tokenizer.SpecialTokenId(BpeTokenizer.EndOfText);
        int[] text = [.. new TextGenerator(model, tokenizer).Generate([65], new() { Temperature = 5, Seed = 2 }, 5000)];
        Assert.InRange(text.Length, 0, 4999); // one token in about 257 is the end
        Assert.DoesNotContain(end, text);
    }

    [Fact]
    public void PiecesJoinToTheWholeText()
    {
        TextGenerator generator = new(Model(2), new ByteTokenizer());
        SamplingOptions options = new() { Temperature = 1.5, Seed = 8 };
        byte[] bytes = [.. generator.Generate([200], options, 100).Select(i => (byte)i)];
        Assert.Equal(Encoding.UTF8.GetString(bytes), string.Concat(generator.Write([200], options, 100)));
    }

    [Fact]
    public void APromptMustFitAndMustNotBeEmpty()
    {
        TextGenerator generator = new(Model(2), new ByteTokenizer());
        Assert.Equal(5, generator.Generate(new int[12], new(), 5).Count()); // as long as the context: just fits
        Assert.Contains("13 tokens", Assert.Throws<ArgumentException>(() => generator.Generate(new int[13], new(), 5)).Message);
        Assert.Throws<ArgumentException>(() => generator.Generate([], new(), 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => generator.Generate([256], new(), 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => generator.Generate([1], new() { Temperature = -1 }, 5));
        Assert.Equal([10], generator.Encode(""));
        Assert.Equal([256], new TextGenerator(Model(2, 257), new ByteTokenizer(BpeTokenizer.EndOfText)).Encode(""));
    }

    [Fact]
    public void CancellationEndsTheText()
    {
        using CancellationTokenSource stop = new();
        int written = 0;
        foreach (int _ in new TextGenerator(Model(2), new ByteTokenizer()).Generate([1], new(), 1_000_000, stop.Token))
        {
            if (++written == 5)
                stop.Cancel();
        }
        Assert.Equal(5, written);
    }
}
