namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>What the networks make of an answer, before they learn from it. All lists have a number for each of its tokens.</summary>
/// <param name="LogProbabilities">ln π of the policy, computed as training does.</param>
/// <param name="Reference">ln π_ref of the model that the policy began as.</param>
/// <param name="Values">V before the token.</param>
/// <param name="Divergence">KL(π‖π_ref) of the distributions that the token was drawn from.</param>
/// <param name="Entropy">Of the policy's.</param>
public sealed record Observation(double[] LogProbabilities, double[] Reference, double[] Values, double[] Divergence, double[] Entropy);

/// <summary>An answer with all that the policy can learn from it.</summary>
/// <param name="Rollout">The answer.</param>
/// <param name="Score">What the reward model gives it.</param>
/// <param name="Values">V before each token, when it was drawn.</param>
/// <param name="Penalties">−β·(ln π − ln π_ref) of each token.</param>
/// <param name="Advantages">A of each token.</param>
/// <param name="Returns">R of each token.</param>
public sealed record Experience(Rollout Rollout, double Score, double[] Values, double[] Penalties, double[] Advantages, double[] Returns)
{
    /// <summary>Takes advantages over.</summary>
    public Experience With(Func<double, double> change) => this with { Advantages = [.. Advantages.Select(change)] };
}
