namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>An answer with all that the policy can learn from it.</summary>
/// <param name="Rollout">The answer.</param>
/// <param name="Score">What the reward model gives it.</param>
/// <param name="Values">V before each token, when it was drawn.</param>
/// <param name="Penalties">−β·(ln π − ln π_ref) of each token.</param>
/// <param name="Advantages">A of each token.</param>
/// <param name="Returns">R of each token.</param>
public sealed record Experience(Rollout Rollout, double Score, double[] Values, double[] Penalties, double[] Advantages, double[] Returns)
{
    /// <summary>The same with other advantages.</summary>
    public Experience With(Func<double, double> change) => this with { Advantages = [.. Advantages.Select(change)] };
}
