using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Tests.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt.Reinforcement;

public class DpoTests
{
    private static readonly DpoOptions _options = new() { Steps = 60, Batch = 32, LearningRate = 3e-3, Warmup = 5, Beta = 0.3 };

    [Fact]
    public void TheLossIsTheSurpriseAtTheOutcome()
    {
        Tensor chosen = Tensor.From((double[])[-3, -1]).RequireGrad(), rejected = Tensor.From((double[])[-4, -1]).RequireGrad();
        Tensor chosenReference = Tensor.From((double[])[-3.5, -1]), rejectedReference = Tensor.From((double[])[-4.2, -2]), targets = Tensor.From((double[])[1, 0.5]);
        (Tensor losses, Tensor h) = DpoLoss.Of(chosen, rejected, chosenReference, rejectedReference, 0.1, targets);
        double[] d = [0.1 * (0.5 - 0.2), 0.1 * (0 - 1)];
        Assert.Equal(d, h.Detach().ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-12);
        double Surprise(double x) => Math.Log(1 + Math.Exp(-x));
        Assert.Equal(Surprise(d[0]), losses.Detach().ToArray<double>()[0], 12);
        Assert.Equal(0.5 * (Surprise(d[1]) + Surprise(-d[1])), losses.Detach().ToArray<double>()[1], 12);
        GradCheck.Check(x => DpoLoss.Of(x[0], x[1], chosenReference, rejectedReference, 0.1, targets).Losses, [chosen, rejected]);
    }

    [Fact]
    public void APolicyLearnsFromComparisonsAlone()
    {
        GptModel policy = Toy.Model(), reference = Toy.Model();
        DpoTrainer trainer = new(policy, reference, RewardTests.Rankings(200, 4, 1), _options);
        StageStep first = trainer.Advance(), last = first;
        while (trainer.Step < trainer.Steps)
            last = trainer.Advance();
        Assert.Equal(Math.Log(2), first.Loss, 5); // policy and reference are the same: h = 0
        Assert.True(last.Loss < 0.6, $"loss {last.Loss}");
        Assert.True(last.Values["pair_accuracy"] > 0.8, $"accuracy {last.Values["pair_accuracy"]}");
        PolicySheet after = Judge(policy, reference), before = Judge(reference, reference);
        Assert.Equal(0, before.Kl, 6);
        Assert.True(after.Above(before).Low > 0.2, $"{before.TrueReward} → {after.TrueReward}");
        Assert.True(after.WinsAgainst(before).Interval.Lower > 0.5);
        Assert.True(after.Kl > 0);
    }

    internal static PolicySheet Judge(GptModel policy, GptModel reference) =>
        PolicyEvaluation.Answer(policy, reference, Toy.Many(20), new(Toy.End, 10), Toy.Like, Toy.Like, seed: 1);

    [Fact]
    public void ResumingGivesTheSameBitsAsNotStopping()
    {
        using Scratch scratch = new();
        DpoTrainer New(ulong seed) => new(Toy.Model(seed), Toy.Model(), RewardTests.Rankings(30, 3, 1), _options with { Steps = 8, Batch = 8 });
        DpoTrainer whole = New(7);
        while (whole.Step < whole.Steps)
            whole.Advance();
        DpoTrainer first = New(7), second = New(9);
        for (int i = 0; i < 3; i++)
            first.Advance();
        first.Save(scratch["c.safetensors"]);
        second.Restore(scratch["c.safetensors"]);
        while (second.Step < second.Steps)
            second.Advance();
        Assert.Equal((whole.Step, whole.Tokens), (second.Step, second.Tokens));
        Assert.Equal(Toy.Bits(whole.Model), Toy.Bits(second.Model));
    }
}

public class GrpoTests
{
    private static readonly GrpoOptions _options = new() { Steps = 50, Prompts = 8, Group = 8, LearningRate = 5e-3, MaxTokens = 10, KlCoefficient = 0.02, Seed = 3 };

    [Fact]
    public void AnswersAreJudgedAgainstTheOthersOfTheirGroup()
    {
        Assert.Equal([1, -1, 1, -1], GrpoLoss.Advantages([5, 3, 5, 3]), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([0, 0, 0], GrpoLoss.Advantages([2, 2, 2]));
        Tensor logp = Tensor.From((double[])[-1, -2, -3]).RequireGrad(), reference = Tensor.From((double[])[-1, -1, -4]);
        double[] k3 = GrpoLoss.Divergence(logp, reference).Detach().ToArray<double>();
        Assert.Equal([0, Math.E - 2, Math.Exp(-1)], k3, (a, b) => Math.Abs(a - b) < 1e-12);
        GradCheck.Check(x => GrpoLoss.Divergence(x[0], reference), [logp]);
        Assert.Throws<ArgumentException>(() => new GrpoTrainer(Toy.Model(), Toy.Model(), Toy.Prompts, Toy.Like, Toy.End, _options with { Group = 1 }));
    }

    [Fact]
    public void APolicyLearnsWithoutAValueFunction()
    {
        GptModel policy = Toy.Model(), reference = Toy.Model();
        GrpoTrainer trainer = new(policy, reference, Toy.Prompts, Toy.Like, Toy.End, _options) { TrueScore = Toy.Like };
        List<StageStep> course = [];
        while (trainer.Step < trainer.Steps)
            course.Add(trainer.Advance());
        Assert.All(course, s => Assert.True(s.Values["first_ratio_error"] < 1e-4));
        Assert.Equal(0, course[0].Values["kl_full"], 6);
        PolicySheet after = DpoTests.Judge(policy, reference), before = DpoTests.Judge(reference, reference);
        Assert.True(after.Above(before).Low > 0.5, $"{before.TrueReward} → {after.TrueReward}");
        Assert.True(course[^1].Values["true_reward"] > course[0].Values["true_reward"]); // without the penalty of those that do not end
    }

    [Fact]
    public void ResumingGivesTheSameBitsAsNotStopping()
    {
        using Scratch scratch = new();
        GrpoTrainer New(ulong seed) => new(Toy.Model(seed), Toy.Model(), Toy.Prompts, Toy.Like, Toy.End, _options with { Steps = 6, Prompts = 2, Epochs = 2 });
        GrpoTrainer whole = New(7);
        while (whole.Step < whole.Steps)
            whole.Advance();
        GrpoTrainer first = New(7), second = New(9);
        for (int i = 0; i < 2; i++)
            first.Advance();
        first.Save(scratch["c.safetensors"]);
        second.Restore(scratch["c.safetensors"]);
        while (second.Step < second.Steps)
            second.Advance();
        Assert.Equal((whole.Step, whole.Tokens), (second.Step, second.Tokens));
        Assert.Equal(Toy.Bits(whole.Model), Toy.Bits(second.Model));
    }
}
