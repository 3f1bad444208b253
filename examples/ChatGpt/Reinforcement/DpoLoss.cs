namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>
/// Direct preference optimisation: the policy that maximises E[r] − β·KL(π‖π_ref) is π ∝ π_ref·e^(r/β), so a policy is itself a reward model, r = β·ln(π/π_ref) but for
/// a term of the prompt alone. Put into the loss of Bradley and Terry (<see cref="RankingLoss"/>), the prompt's term falls out, and no reward model and no drawing of answers are left:
/// <code>
/// L = −ln σ(h),     h = β·(ln π(y_w)/π_ref(y_w) − ln π(y_l)/π_ref(y_l))
/// </code>
/// (Rafailov et al. 2023, arXiv:2305.18290, equation 7.)
/// </summary>
public static class DpoLoss
{
    /// <summary>The loss of each comparison, and h: (B).</summary>
    /// <param name="chosen">ln π(y_w), summed over the answer: (B).</param>
    /// <param name="rejected">ln π(y_l): (B).</param>
    /// <param name="chosenReference">ln π_ref(y_w): (B), constants.</param>
    /// <param name="rejectedReference">ln π_ref(y_l): (B), constants.</param>
    /// <param name="beta">β.</param>
    /// <param name="targets">1, or ½ for a tie: (B).</param>
    public static (Tensor Losses, Tensor Differences) Of(Tensor chosen, Tensor rejected, Tensor chosenReference, Tensor rejectedReference, double beta, Tensor targets)
    {
        Tensor h = beta * ((chosen - chosenReference) - (rejected - rejectedReference));
        return (h.Softplus() - (targets * h), h); // −t·ln σ(h) − (1 − t)·ln σ(−h)
    }
}
