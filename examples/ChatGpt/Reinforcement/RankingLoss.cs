namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>
/// How badly rewards agree with rankings. Bradley and Terry: the answer with reward r_w is liked better than the one with r_l with probability σ(r_w − r_l), so the surprise is
/// <code>
/// L = mean over prompts of  1/C(K,2) · Σ over pairs  −ln σ(r_w − r_l − m)
/// tie:  −½ ln σ(r_w − r_l) − ½ ln σ(r_l − r_w)          m: a margin, 0 by default
/// </code>
/// All pairs of a prompt come in one batch, each answer read once: apart, every answer would be learnt K − 1 times in an epoch, and by heart.
/// (Ouyang et al. 2022, arXiv:2203.02155, equation 1; margins as in Touvron et al. 2023, arXiv:2307.09288, section 3.2.2.)
/// </summary>
public static class RankingLoss
{
    /// <summary>The loss of some prompts.</summary>
    /// <param name="rewards">r of all answers, prompt after prompt: (N).</param>
    /// <param name="prompts">The prompts with their comparisons; at least one has any.</param>
    /// <param name="marginScale">m = marginScale · <see cref="RankedPair.Margin"/>.</param>
    /// <exception cref="ArgumentException">There is nothing to compare, or another number of rewards than answers.</exception>
    public static Tensor Of(Tensor rewards, IReadOnlyList<RankedAnswers> prompts, double marginScale = 0)
    {
        List<long> better = [], worse = [];
        List<double> targets = [], margins = [], weights = [];
        int compared = prompts.Count(p => p.Pairs.Count > 0), first = 0;
        foreach (RankedAnswers prompt in prompts)
        {
            foreach (RankedPair pair in prompt.Pairs)
            {
                better.Add(first + pair.Better);
                worse.Add(first + pair.Worse);
                targets.Add(pair.IsTie ? 0.5 : 1);
                margins.Add(marginScale * pair.Margin);
                weights.Add(1.0 / compared / prompt.Pairs.Count);
            }
            first += prompt.Answers.Count;
        }
        if (better.Count == 0 || first != rewards.Count)
            throw new ArgumentException($"{better.Count} comparisons of {first} answers with {rewards.Count} rewards");
        int P = better.Count;
        Tensor x = rewards.IndexSelect(0, Index(better)) - rewards.IndexSelect(0, Index(worse)) - Column(margins); // (P)
        // −t·ln σ(x) − (1 − t)·ln σ(−x) = softplus(x) − t·x, which overflows nowhere.
        return ((x.Softplus() - (Column(targets) * x)) * Column(weights)).Sum();

        Tensor Index(List<long> at) => Tensor.From(at.ToArray(), [P], rewards.Device);
        Tensor Column(List<double> numbers) => Tensor.From(numbers.ToArray(), [P]).To(rewards.DType).To(rewards.Device);
    }
}
