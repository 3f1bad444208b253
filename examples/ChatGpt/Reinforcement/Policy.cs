using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>A language model as a policy: its state is the text so far, its action the next token, its strategy π(a | s) = softmax(z(s)/T)ₐ.</summary>
public static class Policy
{
    /// <summary>The vectors that predict the answers' tokens: (n, C).</summary>
    public static Tensor Hidden(GptModel model, AnswerBatch batch)
    {
        Tensor hidden = model.Hidden(batch.Ids); // (B, T, C)
        return hidden.Reshape(-1, hidden.Size(2)).IndexSelect(0, batch.Places.To(hidden.Device));
    }

    /// <summary>z/T at the answers' tokens: (n, V). Scores of the prompt's tokens are never computed.</summary>
    public static Tensor Logits(GptModel model, AnswerBatch batch, double temperature = 1)
    {
        Tensor logits = model.Logits(Hidden(model, batch));
        return temperature == 1 ? logits : logits / temperature;
    }

    /// <summary>ln π(a | s) = zₐ/T − ln Σᵥ e^(zᵥ/T) of the answers' tokens: (n, V) → (n).</summary>
    public static Tensor LogProbabilities(Tensor logits, AnswerBatch batch) =>
        -Loss.CrossEntropy(logits, batch.Tokens.To(logits.Device), reduction: Reduction.None);

    /// <summary>H = −Σᵥ p ln p of each distribution, in nats: (n, V) → (n).</summary>
    public static Tensor Entropy(Tensor logits)
    {
        Tensor logp = logits.LogSoftmax();
        return -(logp.Exp() * logp).Sum(-1);
    }

    /// <summary>
    /// KL(p‖q) = Σᵥ p (ln p − ln q) of each pair of distributions, never negative: (n, V) → (n). Summed over an answer's tokens and averaged over answers, it is
    /// KL(policy‖reference) over whole answers, with less noise than the mean of ln π − ln π_ref over the tokens that came.
    /// </summary>
    public static Tensor Divergence(Tensor logits, Tensor reference)
    {
        Tensor p = logits.LogSoftmax(), q = reference.LogSoftmax();
        return (p.Exp() * (p - q)).Sum(-1);
    }
}
