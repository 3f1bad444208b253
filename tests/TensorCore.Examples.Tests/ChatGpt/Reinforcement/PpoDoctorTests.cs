using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Tests.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt.Reinforcement;

/// <summary>Mistakes are planted in a training; the doctor has to name each, and nothing where there is none.</summary>
public class PpoDoctorTests
{
    private static List<PpoMetrics> Course(PpoFault fault, PpoOptions? options = null)
    {
        FaultyPpo trainer = new(fault, options ?? (Toy.Options with { Steps = 40 }));
        List<PpoMetrics> course = [];
        while (trainer.Step < trainer.Steps)
        {
            course.Add(trainer.Learn());
            if (!double.IsFinite(course[^1]["loss"]))
                break;
        }
        return course;
    }

    [Theory]
    [InlineData((int)PpoFault.ScoreIsNaN, Illness.NotANumber)]
    [InlineData((int)PpoFault.MaskShifted, Illness.WrongMask)]
    [InlineData((int)PpoFault.PromptInMask, Illness.WrongMask)]
    [InlineData((int)PpoFault.EndLeftOut, Illness.WrongMask)]
    [InlineData((int)PpoFault.StaleProbabilities, Illness.RatioNotOne)]
    [InlineData((int)PpoFault.OtherTemperature, Illness.RatioNotOne)]
    [InlineData((int)PpoFault.OtherReference, Illness.KlNotZeroAtStart)]
    [InlineData((int)PpoFault.ReferenceMovesAlong, Illness.KlStuckAtZero)]
    [InlineData((int)PpoFault.AnswersFromElsewhere, Illness.KlNegative)]
    [InlineData((int)PpoFault.KlSign, Illness.KlRewarded)]
    [InlineData((int)PpoFault.ScoreConstant, Illness.RewardConstant)]
    [InlineData((int)PpoFault.ScoreNotNormalized, Illness.RewardNotNormalized)]
    [InlineData((int)PpoFault.NoEnd, Illness.AnswersCutOff)]
    [InlineData((int)PpoFault.NotWhitened, Illness.AdvantagesNotWhitened)]
    [InlineData((int)PpoFault.LearningRateTooHigh, Illness.LearningRateTooHigh)]
    [InlineData((int)PpoFault.LearningRateZero, Illness.NothingLearnt)]
    [InlineData((int)PpoFault.AdvantageSign, Illness.RewardFalls)]
    [InlineData((int)PpoFault.NoKlPenalty, Illness.KlExplodes)]
    [InlineData((int)PpoFault.ValueNotLearnt, Illness.ValueCollapsed)]
    [InlineData((int)PpoFault.ValueDiverges, Illness.ValueCollapsed)]
    [InlineData((int)PpoFault.EntropyPunished, Illness.EntropyCollapsed)]
    [InlineData((int)PpoFault.LengthRewarded, Illness.LengthHacked)]
    [InlineData((int)PpoFault.ScoreHackable, Illness.RewardHacked)]
    public void NamesThePlantedFault(int fault, Illness illness)
    {
        List<PpoMetrics> course = Course((PpoFault)fault);
        IReadOnlyList<Finding> findings = PpoDoctor.Examine(course);
        Assert.True(findings.Any(f => f.Illness == illness), $"{(PpoFault)fault}: {string.Join("; ", findings.Select(f => f.En))}\n{Table(course)}");
        Finding found = findings.First(f => f.Illness == illness);
        Assert.InRange(found.Step, 1, course[^1].Step);
        Assert.True(found.Pt.Length > 20 && found.En.Length > 20 && found.Pt != found.En);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void FindsNothingWhereNothingIsWrong(int seed)
    {
        List<PpoMetrics> course = Course(PpoFault.None, Toy.Options with { Seed = (ulong)seed, Steps = 40 });
        IReadOnlyList<Finding> findings = PpoDoctor.Examine(course);
        Assert.True(findings.Count == 0, $"{string.Join("; ", findings.Select(f => f.En))}\n{Table(course)}");
        Assert.Empty(PpoDoctor.Examine([]));
        Assert.Empty(PpoDoctor.Examine([course[0]]));
    }

    private static string Table(IReadOnlyList<PpoMetrics> course) => string.Join('\n', course.Where((_, i) => i % 4 == 0).Select(m =>
        $"{m.Step,3} r {m.Reward:0.00}±{m.RewardDeviation:0.00} kl {m.Kl:0.000} {m.KlFull:0.000} β {m.KlCoefficient:0.000} clip {m.PolicyClipFraction:0.00} akl {m.ApproximateKl:0.0000} ev {m.ExplainedVariance:0.00} vs {m["value_std"]:0.00}/{m["return_std"]:0.00} H {m.Entropy:0.00} len {m.Length:0.0} fin {m.Finished:0.00} corr {m.LengthCorrelation:0.00} true {m.TrueReward:0.00} ratio {m.LargestRatio:0.0}"));
}
