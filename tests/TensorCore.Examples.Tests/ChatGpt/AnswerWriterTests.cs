using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Gpt;
using TensorCore.Generation;
using TensorCore.Text;

namespace TensorCore.Examples.Tests.ChatGpt;

public class AnswerWriterTests
{
    private static readonly GptModel _model = Ready();

    private static GptModel Ready()
    {
        GptModel model = new(new(256, 32, 2, 2, 32), 7);
        using (Autograd.NoGrad())
        {
            foreach (Tensor p in model.Parameters())
                p.CopyFrom(p * 8); // far from uniform, or every text is noise
        }
        model.Eval();
        return model;
    }

    private static readonly int[][] _prompts = [.. Enumerable.Range(1, 11).Select(i => Enumerable.Range(0, i).Select(t => (i * 37 + t * 11) % 256).ToArray())];

    [Fact]
    public void GreedyTextsAreThoseOfTheModelAlone()
    {
        IReadOnlyList<int[]> together = AnswerWriter.Write(_model, _prompts, new() { Temperature = 0 }, 12, _ => false, slots: 4);
        TextGenerator generator = new(_model, new ByteTokenizer());
        Assert.All(_prompts.Zip(together), p => Assert.Equal([.. generator.Generate(p.First, new() { Temperature = 0 }, 12)], p.Second));
    }

    [Fact]
    public void ASampledTextDependsOnItsNumberAlone()
    {
        SamplingOptions options = new() { Temperature = 1, Seed = 3 };
        IReadOnlyList<int[]> few = AnswerWriter.Write(_model, _prompts, options, 10, _ => false, slots: 1), many = AnswerWriter.Write(_model, _prompts, options, 10, _ => false, slots: 11);
        Assert.Equal(few, many);
        Assert.NotEqual(few, AnswerWriter.Write(_model, _prompts, options with { Seed = 4 }, 10, _ => false));
    }

    [Fact]
    public void TextsEndWithALastTokenOrTheContext()
    {
        IReadOnlyList<int[]> all = AnswerWriter.Write(_model, _prompts, new() { Temperature = 1 }, 1000, t => t % 5 == 0, slots: 3);
        Assert.All(_prompts.Zip(all), p =>
        {
            Assert.DoesNotContain(p.Second[..^1], t => t % 5 == 0);
            Assert.True(p.Second[^1] % 5 == 0 || p.First.Length + p.Second.Length == 33); // the one after the last that is read
        });
        Assert.Empty(AnswerWriter.Write(_model, [], new(), 5, _ => false));
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => AnswerWriter.Write(_model, _prompts, new(), 5, _ => false, cancellation: stop.Token));
    }
}
