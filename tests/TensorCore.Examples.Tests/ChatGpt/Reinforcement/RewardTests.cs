using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Tests.Gpt;
using TensorCore.Text;

namespace TensorCore.Examples.Tests.ChatGpt.Reinforcement;

public class RewardTests
{
    /// <summary>K answers to a prompt; the more often the liked word comes, the better.</summary>
    internal static RankedAnswers[] Rankings(int count, int K, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            int[][] answers = [.. Enumerable.Range(0, K).Select(_ => Enumerable.Range(0, 4).Select(_ => random.Next(3) == 0 ? Toy.Liked : random.Next(Toy.Words)).Append(Toy.End).ToArray())];
            int[] worth = [.. answers.Select(a => a.Count(t => t == Toy.Liked))];
            List<RankedPair> pairs = [];
            for (int a = 0; a < K; a++)
            {
                for (int b = a + 1; b < K; b++)
                    pairs.Add(worth[a] >= worth[b] ? new(a, b, worth[a] - worth[b]) : new(b, a, worth[b] - worth[a]));
            }
            return new RankedAnswers(Toy.Prompts[i % Toy.Words], answers, pairs);
        })];
    }

    [Fact]
    public void TheLossIsTheMeanSurpriseOfThePairsOfEachPrompt()
    {
        RankedAnswers three = new([1], [[2], [3], [4]], [new(0, 1, 1), new(0, 2, 2), new(2, 1, 0)]), two = new([1], [[5], [6]], [new(1, 0, 1)]), none = new([1], [[7]], []);
        double[] r = [0.3, -0.7, 1.1, 2, -1, 9];
        double Surprise(double d) => Math.Log(1 + Math.Exp(-d));
        double expected = 0.5 * ((Surprise(r[0] - r[1]) + Surprise(r[0] - r[2]) + (0.5 * Surprise(r[2] - r[1])) + (0.5 * Surprise(r[1] - r[2]))) / 3);
        expected += 0.5 * Surprise(r[4] - r[3]);
        Tensor rewards = Tensor.From(r).RequireGrad();
        Assert.Equal(expected, RankingLoss.Of(rewards, [three, two, none]).Item(), 12);
        GradCheck.Check(x => RankingLoss.Of(x[0], [three, two, none], 0.3), [rewards]);
        // A margin asks for more, by the ranks between; a tie has none.
        double margin = 0.5 * ((Surprise(r[0] - r[1] - 0.3) + Surprise(r[0] - r[2] - 0.6) + (0.5 * Surprise(r[2] - r[1])) + (0.5 * Surprise(r[1] - r[2]))) / 3);
        Assert.Equal(margin + (0.5 * Surprise(r[4] - r[3] - 0.3)), RankingLoss.Of(rewards, [three, two, none], 0.3).Item(), 12);
        // Far apart, nothing overflows.
        Assert.Equal(1e4, RankingLoss.Of(Tensor.From((double[])[-1e4, 0]), [new([1], [[2], [3]], [new(0, 1, 1)])]).Item(), 6);
        Assert.Throws<ArgumentException>(() => RankingLoss.Of(rewards, [three]));
        Assert.Throws<ArgumentException>(() => RankingLoss.Of(Tensor.From((double[])[1]), [none]));
    }

    [Fact]
    public void TheGradientReachesTheWholeModel()
    {
        RewardModel model = new(new GptModel(Toy.Config, 3, DType.Float64), 1);
        RankedAnswers[] rankings = Rankings(2, 3, 1);
        AnswerBatch batch = new([.. rankings.SelectMany(p => p.Answers.Select(a => (p.Prompt, a)))]);
        Tensor Loss() => RankingLoss.Of(model.Forward(batch), rankings);
        Loss().Backward();
        Generator random = new(2);
        using (Autograd.NoGrad())
        {
            foreach ((string name, Tensor p) in model.NamedParameters())
            {
                Tensor start = p.Clone(), direction = Tensor.RandNLike(p, generator: random);
                double At(double step)
                {
                    p.CopyFrom(start + (step * direction));
                    return Loss().Item();
                }
                double numeric = (At(1e-5) - At(-1e-5)) / 2e-5, analytic = (p.Grad! * direction).Sum().Item();
                p.CopyFrom(start);
                Assert.True(Math.Abs(numeric - analytic) <= 1e-6 * Math.Max(1, Math.Abs(analytic)), $"{name}: {analytic} by backward, {numeric} by differences");
            }
        }
    }

    [Theory]
    [InlineData("""{"prompt": "a?", "chosen": "the \"answers\"", "rejected": "no"}""", 1)]
    [InlineData("""{"prompt": [{"role": "user", "content": "the \"chosen\""}], "answers": ["x", "y", "z"], "ranks": [2, 0, 1], "source": "test", "at": "2026-01-31T12:00:00Z"}""", 3)]
    public void BothFormsOfComparisonsAreKnownInAnyLayout(string record, int pairs)
    {
        using Scratch scratch = new();
        ChatTemplate template = new(ChatTemplate.AddTo(new ByteTokenizer()));
        foreach (string text in (string[])[record + "\n", $"[\n  {record}\n]\n"])
        {
            string plain = scratch.Write("comparisons", text), packed = scratch["packed"]; // no extension tells of gzip
            using (System.IO.Compression.GZipStream gzip = new(File.Create(packed), System.IO.Compression.CompressionLevel.Fastest))
                gzip.Write(System.Text.Encoding.UTF8.GetBytes(text));
            Assert.All((string[])[plain, packed], path => Assert.Equal(pairs, Assert.Single(RankedFile.Read(path, template, default)).Pairs.Count));
        }
    }

    [Fact]
    public void RankingsAndPreferencesBecomeTokens()
    {
        Tokenizer tokenizer = ChatTemplate.AddTo(new ByteTokenizer());
        ChatTemplate template = new(tokenizer);
        Message question = new(Role.User, "a?");
        RankedAnswers ranked = RankedAnswers.From(new Ranking([question], ["x", "yy", "<|end|>"], [1, 0, 1], "test", DateTimeOffset.UnixEpoch), template);
        Assert.Equal(template.Prompt([question]), ranked.Prompt);
        Assert.Equal([.. tokenizer.Encode("yy"), template.End], ranked.Answers[1]);
        Assert.Equal(8, ranked.Answers[2].Length); // seven characters and one mark
        Assert.Equal([new(1, 0, 1), new(0, 2, 0), new(1, 2, 1)], ranked.Pairs);
        Assert.True(ranked.Pairs[1].IsTie);
        RankedAnswers pair = RankedAnswers.From(new Preference([question], "good", "bad", 2), template);
        Assert.Equal(new RankedPair(0, 1, 2), Assert.Single(pair.Pairs));
        Assert.Equal([.. tokenizer.Encode("good"), template.End], Assert.Single(pair.Comparisons()).Better);
    }

    [Fact]
    public void AModelLearnsATasteAndKnowsHowSureItIs()
    {
        using Scratch scratch = new();
        RankedAnswers[] held = Rankings(60, 4, 2);
        (int[], int[])[] reference = [.. held.SelectMany(p => p.Answers.Select(a => (p.Prompt, a)))];
        RewardModel model = new(Toy.Model(), 1);
        RewardTrainer trainer = new(model, Rankings(400, 4, 1), held, reference, new() { Batch = 16, Epochs = 3, LearningRate = 5e-3 });
        Assert.Equal(75, trainer.Steps);
        while (trainer.Step < trainer.Steps)
            trainer.Advance();
        IReadOnlyDictionary<string, double> measured = trainer.Measure(true, default);
        Assert.True(measured["accuracy"] > 0.9, $"accuracy {measured["accuracy"]}");
        Assert.True(measured["accuracy_low"] < measured["accuracy"] && measured["accuracy"] <= measured["accuracy_high"]);
        Assert.True(measured["val"] < 0.35, $"loss {measured["val"]}");
        trainer.Export(new ModelFolder(scratch.Root));
        Moments moments = Moments.Of(model.Score(reference));
        Assert.Equal(0, moments.Mean, 4);
        Assert.Equal(1, moments.Deviation, 4);

        RewardModel loaded = RewardModel.Load(new ModelFolder(scratch.Root).Weights, Toy.Config);
        Assert.Equal(model.Score(reference), loaded.Score(reference));
        Assert.Equal(Toy.Bits(model.Trunk), Toy.Bits(Weights.Load(new ModelFolder(scratch.Root).Weights, Toy.Config))); // a GPT's reader finds a GPT
        Assert.Throws<InvalidDataException>(() => RewardModel.Load(new ModelFolder(scratch.Root).Weights, Toy.Config with { Width = 32 }));
        Weights.Save(scratch["plain.safetensors"], Toy.Model());
        Assert.Throws<InvalidDataException>(() => RewardModel.Load(scratch["plain.safetensors"], Toy.Config));
    }

    [Fact]
    public void ResumingGivesTheSameBitsAsNotStopping()
    {
        using Scratch scratch = new();
        RewardTrainer New(ulong head) => new(new RewardModel(Toy.Model(), head), Rankings(40, 3, 1), [], Rankings(5, 3, 2).SelectMany(p => p.Answers.Select(a => (p.Prompt, a))).ToArray(), new() { Batch = 8, Epochs = 2 });
        RewardTrainer whole = New(1);
        while (whole.Step < whole.Steps)
            whole.Advance();
        RewardTrainer first = New(1), second = New(2);
        for (int i = 0; i < 4; i++)
            first.Advance();
        first.Save(scratch["c.safetensors"]);
        second.Restore(scratch["c.safetensors"]);
        Assert.Equal((4, first.Tokens), (second.Step, second.Tokens));
        while (second.Step < second.Steps)
            second.Advance();
        Assert.Equal(Toy.Bits(whole.Model), Toy.Bits(second.Model));
    }

    [Fact]
    public void TheRewardIsReadAtTheLastTokenWhateverStandsInOtherRows()
    {
        RewardModel model = new(Toy.Model(), 1);
        (int[], int[])[] rows = [(new[] { 1, Toy.Ask }, new[] { 4, Toy.End }), (new[] { 2, Toy.Ask }, new[] { 7, 7, 7, 7, 7, Toy.End })];
        double[] together = model.Raw(rows), alone = [.. rows.Select(r => model.Raw([r])[0])];
        Assert.Equal(alone, together, (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.NotEqual(model.Raw([(new[] { 1, Toy.Ask }, new[] { 4 })])[0], alone[0]);
        Assert.Empty(model.Raw([]));
        Assert.Throws<InvalidOperationException>(() => model.Normalize([rows[0], rows[0]]));
    }

    [Fact]
    public void CalibrationComparesWhatWasPredictedWithWhatCame()
    {
        // σ(ln 3) = 0.75: of four such pairs three won. σ(ln 9) = 0.9: of ten nine won.
        double[] differences = [.. Enumerable.Repeat(Math.Log(3), 3), -Math.Log(3), .. Enumerable.Repeat(Math.Log(9), 9), -Math.Log(9)];
        Calibration c = Calibration.Of(differences);
        Assert.Equal(new Proportion(12, 14), c.Accuracy);
        Assert.Equal(2, c.Curve.Count);
        Assert.Equal(0.75, c.Curve[0].Predicted, 9);
        Assert.Equal(new Proportion(3, 4), c.Curve[0].Observed);
        Assert.Equal(0.9, c.Curve[1].Predicted, 9);
        Assert.Equal(new Proportion(9, 10), c.Curve[1].Observed);
        Assert.Equal(0, c.Error, 9);
        double loss = -((3 * Math.Log(0.75)) + Math.Log(0.25) + (9 * Math.Log(0.9)) + Math.Log(0.1)) / 14;
        Assert.Equal(loss, c.Loss, 9);
        // Too sure: says 0.9, is right half of the time.
        Assert.Equal(0.4, Calibration.Of([.. Enumerable.Repeat(Math.Log(9), 5), .. Enumerable.Repeat(-Math.Log(9), 5)]).Error, 9);
    }
}
