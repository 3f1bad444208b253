namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>The objectives of proximal policy optimisation. (Schulman et al. 2017, arXiv:1707.06347.)</summary>
public static class PpoLoss
{
    /// <summary>
    /// Equation 7, as a loss for each token: with the ratio ρ = π(a|s) / π_old(a|s),
    /// <code>
    /// L = −min(ρ·A, clip(ρ, 1 − ε, 1 + ε)·A)
    /// </code>
    /// A token that turned out better than expected (A &gt; 0) is made likelier, but once it is 1 + ε times as likely as when it was drawn, the gradient is 0: the answers were
    /// drawn by the old policy and say little about one far from it. A change that went the wrong way is never clipped.
    /// </summary>
    /// <param name="logp">ln π (n).</param>
    /// <param name="old">ln π_old (n), constants.</param>
    /// <param name="advantages">A (n), constants.</param>
    /// <param name="clip">ε.</param>
    public static Tensor Policy(Tensor logp, Tensor old, Tensor advantages, double clip)
    {
        Tensor ratio = (logp - old).Exp();
        return Tensor.Maximum(-(advantages * ratio), -(advantages * ratio.Clamp(1 - clip, 1 + clip)));
    }

    /// <summary>
    /// L = ½·max((V − R)², (clip(V, V_old − ε, V_old + ε) − R)²) for each token: like the policy, V does not gain by going further than ε from where it was.
    /// (<c>vf_loss</c> in lm-human-preferences.)
    /// </summary>
    /// <param name="values">V (n).</param>
    /// <param name="old">V_old (n), constants.</param>
    /// <param name="returns">R (n), constants.</param>
    /// <param name="clip">ε.</param>
    public static Tensor Value(Tensor values, Tensor old, Tensor returns, double clip)
    {
        Tensor near = old + (values - old).Clamp(-clip, clip);
        Tensor error = values - returns, nearError = near - returns;
        return 0.5 * Tensor.Maximum(error * error, nearError * nearError);
    }
}
