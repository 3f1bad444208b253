using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt.Reinforcement;

/// <summary>Mistakes that one makes in PPO.</summary>
internal enum PpoFault
{
    None,
    ScoreIsNaN,
    MaskShifted,
    PromptInMask,
    EndLeftOut,
    StaleProbabilities,
    OtherTemperature,
    OtherReference,
    ReferenceMovesAlong,
    AnswersFromElsewhere,
    KlSign,
    ScoreConstant,
    ScoreNotNormalized,
    NoEnd,
    NotWhitened,
    LearningRateTooHigh,
    LearningRateZero,
    AdvantageSign,
    NoKlPenalty,
    ValueNotLearnt,
    ValueDiverges,
    EntropyPunished,
    LengthRewarded,
    ScoreHackable,
}

/// <summary>PPO with one mistake.</summary>
internal sealed class FaultyPpo : PpoTrainer
{
    private readonly PpoFault _fault;
    private readonly GptModel _start = Toy.Model();

    public FaultyPpo(PpoFault fault, PpoOptions options, bool onlyReport = true)
        : this(fault, options, Toy.Model(), onlyReport)
    {
    }

    private FaultyPpo(PpoFault fault, PpoOptions options, GptModel policy, bool onlyReport)
        : base(policy, Reference(fault, policy), Toy.Prompts, rollouts => Score(fault, rollouts), fault == PpoFault.NoEnd ? 99 : Toy.End, Settings(fault, options))
    {
        _fault = fault;
        OnlyReport = onlyReport;
        if (fault == PpoFault.ScoreHackable)
            TrueScore = rollouts => [.. rollouts.Select(r => Truth(r))];
    }

    private static GptModel Reference(PpoFault fault, GptModel policy) => fault switch
    {
        PpoFault.OtherReference => Toy.Model(8),
        PpoFault.ReferenceMovesAlong => policy,
        _ => Toy.Model(),
    };

    private static PpoOptions Settings(PpoFault fault, PpoOptions o) => fault switch
    {
        PpoFault.NotWhitened => o with { WhitenAdvantages = false },
        PpoFault.LearningRateTooHigh => o with { LearningRate = 0.1 },
        PpoFault.LearningRateZero => o with { LearningRate = 0 },
        PpoFault.NoKlPenalty => o with { KlCoefficient = 0, KlTarget = 1 },
        PpoFault.ScoreHackable => o with { KlCoefficient = 0 },
        PpoFault.LengthRewarded => o with { UnfinishedScore = 2 },
        PpoFault.ValueNotLearnt => o with { ValueCoefficient = 0 },
        PpoFault.ValueDiverges => o with { ValueCoefficient = -0.05 },
        PpoFault.EntropyPunished => o with { EntropyCoefficient = -0.5, KlTarget = null, KlCoefficient = 0 },
        _ => o,
    };

    private static double[] Score(PpoFault fault, IReadOnlyList<Rollout> rollouts) => fault switch
    {
        PpoFault.ScoreIsNaN => [.. rollouts.Select(_ => double.NaN)],
        PpoFault.ScoreConstant => [.. rollouts.Select(_ => -1.0)],
        PpoFault.ScoreNotNormalized => [.. Toy.Like(rollouts).Select(s => 50 + (20 * s))],
        PpoFault.LengthRewarded => [.. rollouts.Select(r => (r.Answer.Length - 7) / 4.0)],
        PpoFault.ScoreHackable => [.. rollouts.Select(r => r.Answer.Count(t => t == Toy.Liked) - 0.5)],
        _ => Toy.Like(rollouts),
    };

    // Once is liked, more is not.
    private static double Truth(Rollout r) => r.Answer.Count(t => t == Toy.Liked) switch { 0 => 0, 1 => 1, var n => 1 - (0.5 * (n - 1)) };

    internal override Rollout[] Draw(IReadOnlyList<int[]> prompts)
    {
        RolloutOptions options = new(End, Options.MaxTokens, _fault == PpoFault.OtherTemperature ? 0.5 : Options.Temperature);
        Rollout[] rollouts = Rollouts.Sample(_fault == PpoFault.StaleProbabilities ? _start : Model, prompts, options, Options.Seed, Step);
        return _fault switch
        {
            PpoFault.PromptInMask => Again([.. rollouts.Select(r => r with { Prompt = r.Prompt[..^1], Answer = [r.Prompt[^1], .. r.Answer] })]),
            PpoFault.EndLeftOut => Again([.. rollouts.Select(r => r.Finished && r.Answer.Length > 1 ? r with { Answer = r.Answer[..^1] } : r)]),
            PpoFault.AnswersFromElsewhere => Again(Rollouts.Sample(_start, prompts, options, Options.Seed, Step)),
            _ => rollouts,
        };
    }

    /// <summary>The policy's own probabilities of these answers, so that the first ratio is 1.</summary>
    private Rollout[] Again(Rollout[] rollouts)
    {
        Observation[] seen = Observation.Of(rollouts, b => (Policy.Logits(Model, b, Options.Temperature), null), Model, Options.Temperature);
        return [.. rollouts.Zip(seen, (r, s) => r with { LogProbabilities = s.LogProbabilities })];
    }

    internal override AnswerBatch Read(IReadOnlyList<Rollout> rollouts)
    {
        AnswerBatch batch = base.Read(rollouts);
        return _fault == PpoFault.MaskShifted ? batch.WithPlaces(batch.Places - Tensor.OnesLike(batch.Places)) : batch;
    }

    internal override double Penalty(double logp, double reference) => _fault == PpoFault.KlSign ? -base.Penalty(logp, reference) : base.Penalty(logp, reference);

    internal override double Whiten(double advantage, Moments all) => _fault == PpoFault.AdvantageSign ? -base.Whiten(advantage, all) : base.Whiten(advantage, all);
}
