namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>
/// Group relative policy optimisation: no value function. Several answers to one prompt are their own yardstick:
/// <code>
/// Aᵢ = (rᵢ − mean of the group) / deviation of the group          the same for all tokens of answer i
/// L = mean over answers of 1/|aᵢ| Σₜ [ −min(ρ·A, clip(ρ)·A) + β·k₃ ]
/// k₃ = π_ref/π − ln(π_ref/π) − 1                                     KL by tokens that came: ≥ 0, its mean is KL(π‖π_ref)
/// </code>
/// (Shao et al. 2024, DeepSeekMath, arXiv:2402.03300, equations 3 and 4; k₃: Schulman, "Approximating KL Divergence", 2020.)
/// </summary>
public static class GrpoLoss
{
    /// <summary>Advantages of a group: rewards whitened within it. All 0 if all rewards are alike: there is nothing to learn.</summary>
    public static double[] Advantages(IReadOnlyCollection<double> rewards)
    {
        Moments group = Moments.Of(rewards);
        return group.Deviation < 1e-6 ? new double[rewards.Count] : [.. rewards.Select(group.Whiten)];
    }

    /// <summary>k₃ of each token: (n).</summary>
    /// <param name="logp">ln π.</param>
    /// <param name="reference">ln π_ref, constants.</param>
    public static Tensor Divergence(Tensor logp, Tensor reference)
    {
        Tensor d = reference - logp;
        return d.Expm1() - d; // e^d − 1 − d, exact near 0
    }
}
