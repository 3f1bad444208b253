namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>
/// Generalised advantage estimation: how much better than expected a token turned out.
/// <code>
/// δₜ = rₜ + γ·V(sₜ₊₁) − V(sₜ)              one step's surprise; V after the last token is 0
/// Aₜ = δₜ + γλ·δₜ₊₁ + (γλ)²·δₜ₊₂ + …  =  δₜ + γλ·Aₜ₊₁
/// Rₜ = Aₜ + V(sₜ)                           what the value should have said
/// </code>
/// λ = 0 trusts the value function (little noise, its errors), λ = 1 only what came (no error, much noise).
/// (Schulman et al. 2015, arXiv:1506.02438, equations 11 to 16.)
/// </summary>
public static class Gae
{
    /// <summary>Advantages and returns of one answer.</summary>
    /// <param name="rewards">rₜ of each token.</param>
    /// <param name="values">V(sₜ) before each token.</param>
    /// <param name="gamma">γ: what a reward one token later counts; 1 for answers, which all end.</param>
    /// <param name="lambda">λ.</param>
    public static (double[] Advantages, double[] Returns) Estimate(ReadOnlySpan<double> rewards, ReadOnlySpan<double> values, double gamma, double lambda)
    {
        double[] advantages = new double[rewards.Length], returns = new double[rewards.Length];
        double next = 0, nextValue = 0;
        for (int t = rewards.Length - 1; t >= 0; t--)
        {
            double delta = rewards[t] + (gamma * nextValue) - values[t];
            advantages[t] = next = delta + (gamma * lambda * next);
            returns[t] = advantages[t] + values[t];
            nextValue = values[t];
        }
        return (advantages, returns);
    }
}
