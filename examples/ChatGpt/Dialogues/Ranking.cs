namespace TensorCore.Examples.ChatGpt.Dialogues;

/// <summary>K answers to one prompt, put in order by somebody.</summary>
/// <param name="Prompt">The talk up to the answers.</param>
/// <param name="Answers">The K answers.</param>
/// <param name="Ranks">The place of each answer: 0 for the best; equal places are a tie.</param>
/// <param name="Source">Who ranked: "page", "labeller".</param>
/// <param name="At">When.</param>
public sealed record Ranking(IReadOnlyList<Message> Prompt, IReadOnlyList<string> Answers, IReadOnlyList<int> Ranks, string Source, DateTimeOffset At)
{
    /// <summary>
    /// All C(K,2) = K(K − 1)/2 comparisons that the order holds. The margin is the difference of the ranks, 0 for a tie. They belong into one batch:
    /// apart, each answer would be seen K − 1 times an epoch, and the reward model overfits (Ouyang et al., 2022, §3.5, arXiv:2203.02155).
    /// </summary>
    public IReadOnlyList<Preference> Pairs()
    {
        List<Preference> pairs = [];
        for (int i = 0; i < Answers.Count; i++)
        {
            for (int j = i + 1; j < Answers.Count; j++)
            {
                (int better, int worse) = Ranks[i] <= Ranks[j] ? (i, j) : (j, i);
                pairs.Add(new(Prompt, Answers[better], Answers[worse], Ranks[worse] - Ranks[better]));
            }
        }
        return pairs;
    }
}
