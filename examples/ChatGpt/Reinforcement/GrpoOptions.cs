using System.Text.Json;
using System.Text.Json.Nodes;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>How a policy is trained by GRPO. Sources: Shao et al. 2024, arXiv:2402.03300, section 4.2.</summary>
public sealed record GrpoOptions
{
    /// <summary>Steps: batches of answers.</summary>
    public long Steps { get; init; } = 100;

    /// <summary>Prompts in a step. 16 there (1024 answers).</summary>
    public int Prompts { get; init; } = 8;

    /// <summary>G: answers to each prompt. 64 there.</summary>
    public int Group { get; init; } = 8;

    /// <summary>How often each answer is learnt from. 1 there.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>The learning rate, falling linearly to 0. 10⁻⁶ there, for 7 billion parameters.</summary>
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>The largest norm of the gradient; 0 leaves it as it is.</summary>
    public double Clip { get; init; } = 1;

    /// <summary>ε of the clipped ratio, as in PPO.</summary>
    public double ClipRange { get; init; } = 0.2;

    /// <summary>β of the divergence, in the loss instead of the reward. 0.04 there, with a judge that is harder to fool: on the small world it went to 146 nats, into answers that only the judge likes.</summary>
    public double KlCoefficient { get; init; } = 0.4;

    /// <summary>T of softmax(z/T).</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>The most tokens of an answer.</summary>
    public int MaxTokens { get; init; } = 48;

    /// <summary>The reward of an answer that did not end.</summary>
    public double UnfinishedScore { get; init; } = -1;

    /// <summary>Of everything random.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>As an object of stage.json.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this)!.AsObject();
}
