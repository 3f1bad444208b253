namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>What is known of a step of PPO, by the names in metrics.jsonl. A number that was not measured is NaN.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Values">The numbers by name.</param>
public sealed record PpoMetrics(long Step, IReadOnlyDictionary<string, double> Values)
{
    /// <summary>The mean score of the answers by the reward model.</summary>
    public double Reward => this["reward"];

    /// <summary>The deviation of the scores.</summary>
    public double RewardDeviation => this["reward_std"];

    /// <summary>The mean true reward of the answers, where it is known.</summary>
    public double TrueReward => this["true_reward"];

    /// <summary>KL(policy‖reference) in nats per answer, from the tokens drawn: it may come out negative.</summary>
    public double Kl => this["kl"];

    /// <summary>The same from the whole distributions, which cannot be negative.</summary>
    public double KlFull => this["kl_full"];

    /// <summary>β.</summary>
    public double KlCoefficient => this["kl_coefficient"];

    /// <summary>The mean over the answers of what KL was charged, to be −β·KL.</summary>
    public double Penalty => this["penalty"];

    /// <summary>The largest |ρ − 1| before the first update of the step, to be 0 but for rounding.</summary>
    public double FirstRatioError => this["first_ratio_error"];

    /// <summary>The largest ratio ρ = π/π_old in the step's updates.</summary>
    public double LargestRatio => this["ratio_max"];

    /// <summary>The mean of ½·(ln π − ln π_old)² in the updates: about how far, in nats per token, the step went.</summary>
    public double ApproximateKl => this["approx_kl"];

    /// <summary>The share of tokens whose ratio was clipped.</summary>
    public double PolicyClipFraction => this["policy_clip"];

    /// <summary>The share of tokens whose value was clipped.</summary>
    public double ValueClipFraction => this["value_clip"];

    /// <summary>1 − Var(R − V) / Var(R) before the updates: 1 if the values foresee the returns, 0 if they know no more than the mean, below 0 if less.</summary>
    public double ExplainedVariance => this["explained_variance"];

    /// <summary>Nats per token of the distributions that the answers were drawn from.</summary>
    public double Entropy => this["entropy"];

    /// <summary>The mean number of tokens of an answer.</summary>
    public double Length => this["length"];

    /// <summary>The share of answers that ended by themselves.</summary>
    public double Finished => this["finished"];

    /// <summary>The correlation of length and score among the answers.</summary>
    public double LengthCorrelation => this["length_correlation"];

    /// <summary>The mean of the advantages that were learnt from.</summary>
    public double AdvantageMean => this["advantage_mean"];

    /// <summary>Their deviation.</summary>
    public double AdvantageDeviation => this["advantage_std"];

    /// <summary>The share of tokens in the loss that are not tokens which the policy drew, or are taken from another place, to be 0.</summary>
    public double WrongTokens => this["wrong_tokens"];

    /// <summary>Tokens in the loss for each token drawn, to be 1.</summary>
    public double TrainedTokens => this["trained_tokens"];

    /// <summary>The gradient's norm before clipping.</summary>
    public double GradientNorm => this["grad_norm"];

    /// <summary>A number by its name; NaN if it is not there.</summary>
    public double this[string name] => Values.GetValueOrDefault(name, double.NaN);
}
