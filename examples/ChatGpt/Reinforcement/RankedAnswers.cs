using TensorCore.Examples.ChatGpt.Dialogues;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Two of several answers, compared.</summary>
/// <param name="Better">The number of the one that is liked better.</param>
/// <param name="Worse">The number of the other.</param>
/// <param name="Margin">By how much; 0 is a tie, and then the order of the two means nothing.</param>
public readonly record struct RankedPair(int Better, int Worse, double Margin)
{
    /// <summary>Neither is better.</summary>
    public bool IsTie => Margin == 0;
}

/// <summary>K answers to a prompt in tokens, and all that is known of which are better.</summary>
/// <param name="Prompt">The tokens that the answers go on with.</param>
/// <param name="Answers">The answers, each with its end mark.</param>
/// <param name="Pairs">The comparisons: C(K,2) of a ranking.</param>
public sealed record RankedAnswers(int[] Prompt, IReadOnlyList<int[]> Answers, IReadOnlyList<RankedPair> Pairs)
{
    /// <summary>The tokens of the longest answer with its prompt.</summary>
    public int Longest => Prompt.Length + Answers.Max(a => a.Length);

    /// <summary>A ranking in tokens.</summary>
    public static RankedAnswers From(Ranking ranking, ChatTemplate template)
    {
        List<RankedPair> pairs = [];
        for (int i = 0; i < ranking.Answers.Count; i++)
        {
            for (int j = i + 1; j < ranking.Answers.Count; j++)
            {
                (int better, int worse) = ranking.Ranks[i] <= ranking.Ranks[j] ? (i, j) : (j, i);
                pairs.Add(new(better, worse, ranking.Ranks[worse] - ranking.Ranks[better]));
            }
        }
        return new(template.Prompt(ranking.Prompt), [.. ranking.Answers.Select(a => Tokens(a, template))], pairs);
    }

    /// <summary>A comparison of two in tokens.</summary>
    public static RankedAnswers From(Preference preference, ChatTemplate template) =>
        new(template.Prompt(preference.Prompt), [Tokens(preference.Chosen, template), Tokens(preference.Rejected, template)], [new(0, 1, preference.Margin)]);

    /// <summary>An answer's tokens with the end mark.</summary>
    public static int[] Tokens(string answer, ChatTemplate template) => [.. template.Tokenizer.Encode(answer), template.End];

    /// <summary>The comparisons, each by itself: prompt, better and worse answer.</summary>
    public IEnumerable<(int[] Prompt, int[] Better, int[] Worse, bool IsTie)> Comparisons() =>
        Pairs.Select(p => (Prompt, Answers[p.Better], Answers[p.Worse], p.IsTie));
}
