using TensorCore.Examples.Gpt;
using TensorCore.Nn;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>
/// What the policy learns with: V(s) = w·h(s) + b, the reward that is still to come after text s, from the policy's own vector h(s). It starts as 0, the mean of
/// normalised rewards. One trunk for both is what Ziegler et al. do (arXiv:1909.08593); InstructGPT has a network of its own for V, begun with the reward model's weights, at twice the cost.
/// </summary>
public sealed class ActorCritic : Module
{
    private readonly Nn.Linear _value;

    /// <summary>A policy with a new value head.</summary>
    public ActorCritic(GptModel policy)
    {
        Model = Child("policy", policy);
        _value = Child("value", new Nn.Linear(policy.Config.Width, 1, dtype: policy.Parameters().First().DType));
        using (Autograd.NoGrad())
        {
            foreach (Tensor p in _value.Parameters())
                p.Fill(0);
        }
        _value.To(policy.Device);
    }

    /// <summary>The policy.</summary>
    public GptModel Model { get; }

    /// <summary>Scores z/T of what comes next, and the value, before each of the answers' tokens: (n, V) and (n).</summary>
    public (Tensor Logits, Tensor Values) Forward(AnswerBatch batch, double temperature)
    {
        Tensor hidden = Policy.Hidden(Model, batch); // (n, C)
        Tensor logits = Model.Logits(hidden); // (n, V)
        return (temperature == 1 ? logits : logits / temperature, _value.Forward(hidden).Reshape(-1));
    }
}
