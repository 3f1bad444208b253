using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Answers of a policy to some prompts, judged.</summary>
/// <param name="Rollouts">The answers.</param>
/// <param name="Scores">The reward model's.</param>
/// <param name="TrueScores">The true ones.</param>
/// <param name="Kl">KL(policy‖reference) in nats per answer.</param>
public sealed record PolicySheet(IReadOnlyList<Rollout> Rollouts, IReadOnlyList<double> Scores, IReadOnlyList<double> TrueScores, double Kl)
{
    /// <summary>The mean score with its 95 % interval.</summary>
    public Estimate Reward => Estimate.Of(Scores);

    /// <summary>The mean true score with its 95 % interval.</summary>
    public Estimate TrueReward => Estimate.Of(TrueScores);

    /// <summary>By how much the true score is above another's, prompt by prompt: much noise of the prompts falls out.</summary>
    public Estimate Above(PolicySheet other) => Estimate.Of([.. TrueScores.Zip(other.TrueScores, (a, b) => a - b)]);

    /// <summary>How many of the prompts that one of the two answers better (by the true score) this one wins.</summary>
    public Proportion WinsAgainst(PolicySheet other)
    {
        double[] differences = [.. TrueScores.Zip(other.TrueScores, (a, b) => a - b).Where(d => Math.Abs(d) > 1e-9)];
        return Proportion.Among(differences, d => d > 0);
    }
}

/// <summary>A mean and what is known of it.</summary>
/// <param name="Mean">The mean of a sample.</param>
/// <param name="Low">The lower end of the 95 % interval.</param>
/// <param name="High">The upper end.</param>
public readonly record struct Estimate(double Mean, double Low, double High)
{
    /// <summary>mean ± 1.96·s/√n.</summary>
    public static Estimate Of(IReadOnlyCollection<double> x)
    {
        Moments m = Moments.Of(x);
        double half = x.Count < 2 ? double.PositiveInfinity : 1.959963984540054 * Math.Sqrt(m.Variance / (x.Count - 1));
        return new(m.Mean, m.Mean - half, m.Mean + half);
    }
}

/// <summary>Has a policy answer prompts and judges the answers: what PPO, DPO and GRPO are compared by, at the KL that each of them cost.</summary>
public static class PolicyEvaluation
{
    // A stream of steps that no training reaches.
    private const long Step = 1L << 40;

    /// <summary>An answer to each prompt.</summary>
    /// <param name="policy">In evaluation mode.</param>
    /// <param name="reference">What its distance is measured from.</param>
    /// <param name="prompts">Best ones that were held out.</param>
    /// <param name="options">How to draw.</param>
    /// <param name="score">The learnt judgement.</param>
    /// <param name="trueScore">The true one.</param>
    /// <param name="seed">The same seed draws with the same random numbers.</param>
    public static PolicySheet Answer(GptModel policy, GptModel reference, IReadOnlyList<int[]> prompts, RolloutOptions options,
        Func<IReadOnlyList<Rollout>, double[]> score, Func<IReadOnlyList<Rollout>, double[]> trueScore, ulong seed)
    {
        if (prompts.Count == 0)
            return new([], [], [], 0);
        policy.Eval();
        Rollout[] rollouts = Rollouts.Sample(policy, prompts, options, seed, Step);
        Observation[] seen = Observation.Of(rollouts, batch => (Policy.Logits(policy, batch, options.Temperature), null), reference, options.Temperature);
        return new(rollouts, score(rollouts), trueScore(rollouts), seen.Average(s => s.Divergence.Sum()));
    }
}
