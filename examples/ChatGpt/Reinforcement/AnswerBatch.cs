namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>
/// Prompts with their answers as a model reads them, and where in them the answers' tokens are. Rows end in padding, which needs no mask: no token attends to what comes after
/// it. Instead of a mask over (B, T), the answers' tokens stand one behind the other in vectors of n, so nothing but them is ever computed with.
/// <code>
/// row b:    p p p a₁ a₂ a₃ · ·      the vector over p predicts a₁, that over a₁ predicts a₂, …
/// Places:       ^ ^  ^
/// Tokens:         a₁ a₂ a₃
/// </code>
/// </summary>
public sealed class AnswerBatch
{
    /// <summary>A batch of answers.</summary>
    /// <exception cref="ArgumentException">There is none, or a prompt or an answer is empty.</exception>
    public AnswerBatch(IReadOnlyList<(int[] Prompt, int[] Answer)> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count == 0 || rows.Any(r => r.Prompt.Length == 0 || r.Answer.Length == 0))
            throw new ArgumentException("a batch needs answers, and each a prompt and a token at least", nameof(rows));
        int B = rows.Count, T = rows.Max(r => r.Prompt.Length + r.Answer.Length);
        long[] ids = new long[B * T], ends = new long[B];
        List<long> places = [], tokens = [], owners = [];
        for (int b = 0; b < B; b++)
        {
            (int[] prompt, int[] answer) = rows[b];
            for (int t = 0; t < prompt.Length; t++)
                ids[(b * T) + t] = prompt[t];
            for (int t = 0; t < answer.Length; t++)
            {
                int at = (b * T) + prompt.Length + t;
                ids[at] = answer[t];
                places.Add(at - 1); // the vector one place before predicts it
                tokens.Add(answer[t]);
                owners.Add(b);
            }
            ends[b] = (b * T) + prompt.Length + answer.Length - 1;
        }
        int n = tokens.Count;
        Ids = Tensor.From(ids, [B, T]);
        (Places, Tokens, Rows) = (Tensor.From(places.ToArray(), [n]), Tensor.From(tokens.ToArray(), [n]), Tensor.From(owners.ToArray(), [n]));
        Ends = Tensor.From(ends, [B]);
        Lengths = [.. rows.Select(r => r.Answer.Length)];
    }

    /// <summary>A batch of drawn answers.</summary>
    public AnswerBatch(IEnumerable<Rollout> rollouts)
        : this([.. rollouts.Select(r => (r.Prompt, r.Answer))])
    {
    }

    private AnswerBatch(AnswerBatch of, Tensor places) =>
        (Ids, Places, Tokens, Rows, Ends, Lengths) = (of.Ids, places, of.Tokens, of.Rows, of.Ends, of.Lengths);

    /// <summary>(B, T).</summary>
    public Tensor Ids { get; }

    /// <summary>(n): of each answer's token the place b·T + t of the token before it.</summary>
    public Tensor Places { get; }

    /// <summary>(n): the answers' tokens.</summary>
    public Tensor Tokens { get; }

    /// <summary>(n): the row of each.</summary>
    public Tensor Rows { get; }

    /// <summary>(B): the place of each row's last token.</summary>
    public Tensor Ends { get; }

    /// <summary>The number of tokens of each answer; their sum is n.</summary>
    public IReadOnlyList<int> Lengths { get; }

    /// <summary>The sum over each answer's tokens: (n) → (B).</summary>
    public Tensor SumByAnswer(Tensor perToken) =>
        Tensor.Zeros([Lengths.Count], perToken.DType, perToken.Device).IndexAdd(0, Rows.To(perToken.Device), perToken);

    /// <summary>Cuts a vector of n numbers into one for each answer.</summary>
    public double[][] ByAnswer(Tensor perToken)
    {
        double[] all = perToken.To(DType.Float64).ToArray<double>();
        double[][] cut = new double[Lengths.Count][];
        for (int b = 0, from = 0; b < cut.Length; from += Lengths[b++])
            cut[b] = all[from..(from + Lengths[b])];
        return cut;
    }

    /// <summary>The same with other places: only to show what a wrong one does.</summary>
    internal AnswerBatch WithPlaces(Tensor places) => new(this, places);
}
