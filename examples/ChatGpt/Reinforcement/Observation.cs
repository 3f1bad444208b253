using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>What the networks make of an answer, before they learn from it. All lists have a number for each of its tokens.</summary>
/// <param name="LogProbabilities">ln π of the policy, computed as training does.</param>
/// <param name="Reference">ln π_ref of the model that the policy began as.</param>
/// <param name="Divergence">KL(π‖π_ref) of the distributions that the token was drawn from.</param>
/// <param name="Entropy">Of the policy's.</param>
/// <param name="Values">V before the token, of a policy that has a value head.</param>
public sealed record Observation(double[] LogProbabilities, double[] Reference, double[] Divergence, double[] Entropy, double[]? Values)
{
    // Answers that are read at a time: the logits of 4096 tokens are enough to keep the products busy.
    private const int TokensAtATime = 4096;

    /// <summary>Of many answers. Nothing is recorded for a gradient.</summary>
    /// <param name="rollouts">The answers.</param>
    /// <param name="policy">Gives z/T (n, V), and V (n) if it has a value head.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="temperature">T.</param>
    /// <param name="read">Lays the answers out; as they are by default.</param>
    public static Observation[] Of(IReadOnlyList<Rollout> rollouts, Func<AnswerBatch, (Tensor Logits, Tensor? Values)> policy, GptModel reference, double temperature,
        Func<IReadOnlyList<Rollout>, AnswerBatch>? read = null)
    {
        List<Observation> seen = [];
        int longest = rollouts.Max(r => r.Prompt.Length + r.Answer.Length);
        using (Autograd.NoGrad())
        {
            foreach (Rollout[] some in rollouts.Chunk(Math.Max(1, TokensAtATime / longest)))
            {
                AnswerBatch batch = read is null ? new(some) : read(some);
                (Tensor logits, Tensor? values) = policy(batch); // (n, V), (n)
                Tensor before = Policy.Logits(reference, batch, temperature); // (n, V)
                double[][] logp = batch.ByAnswer(Policy.LogProbabilities(logits, batch)), logpRef = batch.ByAnswer(Policy.LogProbabilities(before, batch));
                double[][] divergence = batch.ByAnswer(Policy.Divergence(logits, before)), entropy = batch.ByAnswer(Policy.Entropy(logits));
                double[][]? v = values is null ? null : batch.ByAnswer(values);
                seen.AddRange(some.Select((_, i) => new Observation(logp[i], logpRef[i], divergence[i], entropy[i], v?[i])));
            }
        }
        return [.. seen];
    }

    /// <summary>Answers in numbers, by their names in metrics.jsonl (see <see cref="PpoMetrics"/>).</summary>
    /// <param name="rollouts">The answers.</param>
    /// <param name="scores">Their scores.</param>
    /// <param name="seen">What the networks make of them.</param>
    public static Dictionary<string, double> Describe(IReadOnlyList<Rollout> rollouts, double[] scores, Observation[] seen)
    {
        Moments reward = Moments.Of(scores);
        return new()
        {
            ["reward"] = reward.Mean,
            ["reward_std"] = reward.Deviation,
            ["kl"] = rollouts.Zip(seen, (r, s) => r.LogProbabilities.Zip(s.Reference, (a, b) => a - b).Sum()).Average(),
            ["kl_full"] = seen.Average(s => s.Divergence.Sum()),
            ["first_ratio_error"] = rollouts.Zip(seen, (r, s) => r.LogProbabilities.Zip(s.LogProbabilities, (old, now) => Math.Abs(Math.Exp(now - old) - 1)).Max()).Max(),
            ["entropy"] = seen.SelectMany(s => s.Entropy).Average(),
            ["length"] = rollouts.Average(r => r.Answer.Length),
            ["finished"] = (double)rollouts.Count(r => r.Finished) / rollouts.Count,
            ["length_correlation"] = Moments.Correlation([.. rollouts.Select(r => (double)r.Answer.Length)], scores),
        };
    }
}
