namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>
/// Chooses β, the price of a nat of KL(policy‖reference), so that the policy stays about as far from its reference as it is meant to:
/// <code>
/// e = clip(KL / target − 1, −0.2, 0.2)         β ← β·(1 + e·n / horizon)
/// </code>
/// n is the number of answers that the KL was measured on. Too far away makes distance dearer, too near cheaper, and never by much at once.
/// (Ziegler et al. 2019, arXiv:1909.08593, section 2.2; <c>AdaptiveKLController</c> in lm-human-preferences.)
/// </summary>
/// <param name="coefficient">β at the start.</param>
/// <param name="target">The KL to keep to, in nats per answer; null leaves β as it is.</param>
/// <param name="horizon">Answers in which a steady error of 20 % changes β by 20 %.</param>
public sealed class KlController(double coefficient, double? target, double horizon)
{
    private const double LargestError = 0.2;

    /// <summary>β.</summary>
    public double Coefficient { get; private set; } = coefficient;

    /// <summary>Takes the measured KL of <paramref name="answers"/> answers into account.</summary>
    public void Update(double kl, int answers)
    {
        if (target is not double wanted)
            return;
        double error = Math.Clamp((kl / wanted) - 1, -LargestError, LargestError);
        Coefficient *= 1 + (error * answers / horizon);
    }

    /// <summary>Goes back to a saved β.</summary>
    public void Restore(double saved) => Coefficient = saved;
}
