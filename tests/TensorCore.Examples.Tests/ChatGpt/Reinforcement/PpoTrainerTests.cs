using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Tests.Gpt;
using TensorCore.IO;

namespace TensorCore.Examples.Tests.ChatGpt.Reinforcement;

public class PpoTrainerTests
{
    [Fact]
    public void APolicyLearnsToSayWhatIsLiked()
    {
        PpoTrainer trainer = Toy.Trainer();
        List<PpoMetrics> course = [];
        while (trainer.Step < trainer.Steps)
            course.Add(trainer.Learn());
        Assert.True(course[0].Reward < -0.2, $"at first {course[0].Reward}");
        Assert.True(course.TakeLast(10).Average(m => m.Reward) > 0.8, $"at last {course[^1].Reward}");
        Assert.All(course, m => Assert.True(m.FirstRatioError <= 1e-4 && m.KlFull >= 0 && m.WrongTokens == 0));
        Assert.Equal(0, course[0].KlFull, 6);
        Assert.True(course[^1].KlFull > 0.1);
        Assert.True(course.TakeLast(20).Average(m => m.ExplainedVariance) > 0.1, string.Join(' ', course.Select(m => m.ExplainedVariance.ToString("0.00"))));
        Assert.Empty(PpoDoctor.Examine(course).Select(f => f.En));
    }

    [Fact]
    public void ADearerKlKeepsThePolicyNearer()
    {
        double[] kl = [.. ((double[])[0.01, 0.1, 1]).Select(beta =>
        {
            PpoTrainer trainer = Toy.Trainer(Toy.Options with { Steps = 30, KlCoefficient = beta, KlTarget = null });
            double last = 0;
            while (trainer.Step < trainer.Steps)
                last = trainer.Learn().KlFull;
            return last;
        })];
        Assert.True(kl[0] > 1.05 * kl[1] && kl[1] > 2 * kl[2], string.Join(' ', kl));
    }

    [Fact]
    public void ResumingGivesTheSameBitsAsNotStopping()
    {
        using Scratch scratch = new();
        PpoOptions options = Toy.Options with { Steps = 5, Batch = 16 };
        PpoTrainer whole = Toy.Trainer(options);
        List<StageStep> all = [];
        while (whole.Step < whole.Steps)
            all.Add(whole.Advance());
        foreach (int stop in (int[])[0, 1, 3])
        {
            PpoTrainer first = Toy.Trainer(options);
            while (first.Step < stop)
                first.Advance();
            first.Save(scratch["c.safetensors"]);
            PpoTrainer second = new(Toy.Model(99), Toy.Model(), Toy.Prompts, Toy.Like, Toy.End, options); // other weights: the checkpoint's count
            second.Restore(scratch["c.safetensors"]);
            Assert.Equal((stop, first.Tokens, first.KlCoefficient), (second.Step, second.Tokens, second.KlCoefficient));
            while (second.Step < second.Steps)
                Assert.Equal(all[(int)second.Step].Values, second.Advance().Values);
            Assert.Equal(Toy.Bits(whole.Model), Toy.Bits(second.Model));
        }
        Weights.Save(scratch["w.safetensors"], whole.Model);
        Assert.Throws<CheckpointException>(() => whole.Restore(scratch["w.safetensors"]));
    }

    [Fact]
    public void AnotherReferenceThanTheStartIsRefused()
    {
        PpoTrainer trainer = new(Toy.Model(), Toy.Model(8), Toy.Prompts, Toy.Like, Toy.End, Toy.Options);
        Assert.Contains("not 0", Assert.Throws<InvalidOperationException>(trainer.Advance).Message);
    }

    [Fact]
    public void AnswersOfAnotherPolicyAreRefused()
    {
        FaultyPpo trainer = new(PpoFault.StaleProbabilities, Toy.Options, onlyReport: false);
        trainer.Advance();
        Assert.Contains("ratio", Assert.Throws<InvalidOperationException>(trainer.Advance).Message);
    }

    [Fact]
    public void EntropyAndOtherTextCanCount()
    {
        PpoOptions options = Toy.Options with { Steps = 25, KlCoefficient = 0, KlTarget = null };
        double Last(PpoOptions o)
        {
            PpoTrainer trainer = Toy.Trainer(o);
            double entropy = 0;
            while (trainer.Step < trainer.Steps)
                entropy = trainer.Learn().Entropy;
            return entropy;
        }
        Assert.True(Last(options with { EntropyCoefficient = 0.3 }) > 1.1 * Last(options));

        TokenWindows text = new([.. Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? 1 : 2)], 8);
        (Tensor ids, Tensor targets) = text.At([0], 8);
        double Loss(double coefficient)
        {
            PpoTrainer trainer = new(Toy.Model(), Toy.Model(), Toy.Prompts, Toy.Like, Toy.End, options with { PtxCoefficient = coefficient })
            {
                Ptx = (model, n) => text.Random(4, 1, n) is var (x, y) ? model.Loss(x, y) : throw new InvalidOperationException(),
            };
            while (trainer.Step < trainer.Steps)
                trainer.Advance();
            return trainer.Model.Loss(ids, targets).Item();
        }
        Assert.True(Loss(1) < 1 && Loss(0) > 1.5, $"{Loss(1)} {Loss(0)}");
        Assert.Throws<InvalidOperationException>(() => Toy.Trainer(options with { PtxCoefficient = 1 }).Advance());
    }

    [Fact]
    public void SettingsOutOfRangeAreRefused()
    {
        foreach (PpoOptions wrong in (PpoOptions[])[new() { Batch = 1 }, new() { Minibatches = 65 }, new() { Epochs = 0 }, new() { ClipRange = 0 }, new() { Lambda = 1.5 }, new() { KlCoefficient = -1 }, new() { KlTarget = 0 }, new() { Temperature = 0 }, new() { MaxTokens = 0 }])
            Assert.Throws<ArgumentOutOfRangeException>(() => Toy.Trainer(wrong));
        Assert.Throws<ArgumentException>(() => new PpoTrainer(Toy.Model(), Toy.Model(), [], Toy.Like, Toy.End, Toy.Options));
    }
}
