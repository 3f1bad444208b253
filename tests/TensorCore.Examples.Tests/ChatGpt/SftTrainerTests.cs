using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Tests.Gpt;
using TensorCore.Text;

namespace TensorCore.Examples.Tests.ChatGpt;

public class SftTrainerTests
{
    private const int Context = 48;

    private static readonly ChatTemplate _template = new(ChatTemplate.AddTo(new ByteTokenizer()));
    private static readonly int[] _marks = [.. _template.Tokenizer.SpecialTokens.Values];
    private static readonly SftOptions _options = new() { Steps = 12, Batch = 4, Warmup = 2, LearningRate = 5e-3 };

    private static PackedDialogues Dialogues() => new(
        [.. Enumerable.Range(0, 24).Select(i => _template.Encode(new([new(Role.User, $"Quanto é {i % 6}+1?"), new(Role.Assistant, $"{(i % 6) + 1}!")])))], Context, 1);

    private static GptModel Model(ulong seed = 5) => new(new(_template.Tokenizer.VocabularySize, Context, 2, 2, 32), seed);

    private static SftTrainer New(SftOptions? options = null, ulong seed = 5) => new(Model(seed), Dialogues(), null, options ?? _options, _marks);

    private static float[] Bits(GptModel model) => [.. model.NamedParameters().SelectMany(p => p.Value.ToArray<float>())];

    private static Dictionary<string, float[]> Values(GptModel model) => model.NamedParameters().ToDictionary(p => p.Name, p => p.Value.ToArray<float>());

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void ItLearnsToAnswerAndNotToAsk(int rank)
    {
        SftTrainer trainer = New(_options with { Steps = 250, LearningRate = 1e-2, LoraRank = rank });
        double first = trainer.Advance().Loss, last = first;
        while (trainer.Step < trainer.Steps)
            last = trainer.Advance().Loss;
        Assert.InRange(first, 5, 6); // ln 260 = 5.56: a guess
        Assert.InRange(last, 0, rank == 0 ? 0.05 : 0.7 * first); // over a random trunk adapters cannot do everything
        if (rank > 0)
            return;
        trainer.Model.Eval();
        int[][] prompts = [.. Enumerable.Range(0, 6).Select(i => _template.Prompt([new(Role.User, $"Quanto é {i}+1?")]))];
        IReadOnlyList<int[]> answers = AnswerWriter.Write(trainer.Model, prompts, new() { Temperature = 0 }, 10, _template.Tokenizer.IsSpecialToken, slots: 4);
        Assert.Equal(["1!", "2!", "3!", "4!", "5!", "6!"], answers.Select(a => _template.Answer(a)));
        Assert.All(answers, a => Assert.Equal(_template.End, a[^1]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void ResumingGivesTheSameBitsAsNotStopping(int rank)
    {
        using Scratch scratch = new();
        SftOptions options = _options with { LoraRank = rank };
        SftTrainer whole = New(options);
        while (whole.Step < whole.Steps)
            whole.Advance();
        foreach (int stop in (int[])[1, 7])
        {
            SftTrainer first = New(options);
            while (first.Step < stop)
                first.Advance();
            first.Save(scratch["c.safetensors"]);
            SftTrainer second = New(options, seed: 99); // other weights: the checkpoint's count
            second.Restore(scratch["c.safetensors"]);
            Assert.Equal(stop, second.Step);
            while (second.Step < second.Steps)
                second.Advance();
            Assert.Equal(Bits(whole.Model), Bits(second.Model));
        }
    }

    [Fact]
    public void AccumulatedBatchesAreOneLargeBatch()
    {
        SftTrainer large = New(_options with { Batch = 6 }), small = New(_options with { Batch = 2, Accumulate = 3 });
        StageStep a = large.Advance(), b = small.Advance();
        Assert.Equal(large.Tokens, small.Tokens);
        Assert.Equal(a.Loss, b.Loss, 5);
        Assert.Equal(a.Values["grad_norm"], b.Values["grad_norm"], 4);
    }

    [Fact]
    public void WithAdaptersOnlyTheyAndTheMarksMove()
    {
        using Scratch scratch = new();
        SftTrainer trainer = New(_options with { LoraRank = 2 });
        Dictionary<string, float[]> before = Values(trainer.Model);
        for (int i = 0; i < 5; i++)
            trainer.Advance();
        foreach ((string name, float[] after) in Values(trainer.Model))
        {
            if (name == "wte.weight")
            {
                int C = trainer.Model.Config.Width;
                Assert.All(Enumerable.Range(0, trainer.Model.Config.Vocabulary), v => Assert.Equal(!_marks.Contains(v), after.AsSpan(v * C, C).SequenceEqual(before[name].AsSpan(v * C, C))));
            }
            else
            {
                Assert.Equal(!name.Contains("lora_", StringComparison.Ordinal), after.AsSpan().SequenceEqual(before[name]));
            }
        }

        // The exported model is a plain one with the same logits.
        ModelFolder folder = new(scratch.Root);
        folder.SaveDescription(trainer.Model.Config, _template.Tokenizer);
        trainer.Export(folder);
        (GptModel merged, _) = folder.Load(default);
        trainer.Model.Eval();
        long[] prompt = [.. _template.Prompt([new(Role.User, "Quanto é 3+1?")]).Select(i => (long)i)];
        Tensor ids = Tensor.From(prompt, [1, prompt.Length]);
        float[] expected = trainer.Model.Forward(ids).ToArray<float>(), actual = merged.Forward(ids).ToArray<float>();
        Assert.All(expected.Zip(actual), p => Assert.InRange(p.Second - p.First, -1e-4f, 1e-4f));
        Assert.True(File.Exists(scratch["adapters.safetensors"]));
        Assert.True(File.Exists(scratch["marks.safetensors"]));
    }

    [Fact]
    public void HeldOutLossIsThatOfTheDialogues()
    {
        GptModel model = Model();
        PackedDialogues dialogues = Dialogues();
        PackedBatch all = dialogues.At([.. Enumerable.Range(0, dialogues.Rows)]);
        Assert.Equal(SftTrainer.BatchLoss(model, all, all.Learnt).Item(), SftTrainer.HeldOutLoss(model, dialogues, int.MaxValue, batch: 2, default), 4);
    }

    [Fact]
    public void AWiderVocabularyLeavesWhatWasKnown()
    {
        GptModel model = new(new(256, Context, 2, 2, 32), 1);
        GptModel wider = WiderVocabulary.Of(model, 260);
        Assert.Same(model, WiderVocabulary.Of(model, 256));
        Assert.Throws<ArgumentOutOfRangeException>(() => WiderVocabulary.Of(model, 255));
        Tensor ids = Tensor.From([1L, 2, 3, 4], [1, 4]);
        float[] before = model.Forward(ids).ToArray<float>(), after = wider.Forward(ids).ToArray<float>();
        for (int t = 0; t < 4; t++)
            Assert.Equal(before[(t * 256)..((t + 1) * 256)], after[(t * 260)..((t * 260) + 256)], (a, b) => Math.Abs(a - b) < 1e-5f);
        float[][] rows = [.. wider.NamedParameters().First().Value.ToArray<float>().Chunk(32).Skip(256)];
        Assert.Equal(4, rows.Select(r => string.Join(' ', r)).Distinct().Count());
    }
}
