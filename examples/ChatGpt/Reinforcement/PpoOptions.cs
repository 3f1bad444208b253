using System.Text.Json;
using System.Text.Json.Nodes;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>
/// How a policy is trained by PPO. The defaults are those of lm-human-preferences (the code of Ziegler et al. 2019, arXiv:1909.08593: <c>PpoHParams</c> and <c>RewardHParams</c> in
/// <c>train_policy.py</c>, the sentiment task in <c>launch.py</c>) and of InstructGPT (Ouyang et al. 2022, arXiv:2203.02155, appendix C.4); where a small model needs another,
/// theirs is named.
/// </summary>
public sealed record PpoOptions
{
    /// <summary>Steps: batches of answers.</summary>
    public long Steps { get; init; } = 100;

    /// <summary>Answers in a step. 64 in <c>PpoHParams</c>; 512 in the sentiment task and in InstructGPT.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>Parts of a batch, each with an update of its own. 1 in <c>PpoHParams</c>; 8 in InstructGPT, with one epoch.</summary>
    public int Minibatches { get; init; } = 1;

    /// <summary>How often each answer is learnt from. 4 in <c>PpoHParams</c>.</summary>
    public int Epochs { get; init; } = 4;

    /// <summary>The highest learning rate; it falls linearly to 0, as theirs. Theirs is 10⁻⁵ for GPT-2 with 124 million parameters; a network of one million takes larger steps.</summary>
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>Steps in which the learning rate rises from a tenth: Adam's first steps, whose moments know one gradient, would be the wildest. 10 in InstructGPT.</summary>
    public int Warmup { get; init; } = 10;

    /// <summary>ε of Adam. 10⁻⁵ in their code.</summary>
    public double AdamEpsilon { get; init; } = 1e-5;

    /// <summary>The largest norm of the gradient; 0 leaves it as it is. (PPO's reference code has 0.5; theirs has no limit.)</summary>
    public double Clip { get; init; } = 1;

    /// <summary>ε of the clipped ratio. 0.2 in both.</summary>
    public double ClipRange { get; init; } = 0.2;

    /// <summary>ε of the clipped value. 0.2 in <c>PpoHParams</c>.</summary>
    public double ValueClipRange { get; init; } = 0.2;

    /// <summary>How much the value's loss counts beside the policy's. 0.1 in <c>PpoHParams</c>.</summary>
    public double ValueCoefficient { get; init; } = 0.1;

    /// <summary>γ. 1 in both: an answer has an end, and a word near it is not worth more.</summary>
    public double Gamma { get; init; } = 1;

    /// <summary>λ of the advantages. 0.95 in <c>PpoHParams</c>.</summary>
    public double Lambda { get; init; } = 0.95;

    /// <summary>Whether advantages are whitened over the batch, as in their code. (It can divide rewards by their deviation too; a normalised reward model makes that needless.)</summary>
    public bool WhitenAdvantages { get; init; } = true;

    /// <summary>β at the start. 0.15 in the sentiment task, 0.02 in InstructGPT.</summary>
    public double KlCoefficient { get; init; } = 0.15;

    /// <summary>The KL, in nats per answer, to which the controller keeps; null for a constant β, as in InstructGPT. 6 in the sentiment task, whose answers have 24 tokens.</summary>
    public double? KlTarget { get; init; } = 6;

    /// <summary>The controller's horizon in answers. 10,000 in <c>AdaptiveKLParams</c>, of a million answers in all.</summary>
    public double KlHorizon { get; init; } = 10_000;

    /// <summary>How much entropy, in nats per token, counts as reward. 0 in both; 0.01 for the games of the PPO paper.</summary>
    public double EntropyCoefficient { get; init; }

    /// <summary>How much the loss on other text counts (InstructGPT's PPO-ptx), so that the policy does not forget what it could. 27.8 there, beside a policy loss of another scale.</summary>
    public double PtxCoefficient { get; init; }

    /// <summary>T of softmax(z/T). 1 in InstructGPT, 0.7 in the sentiment task.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>The most tokens of an answer.</summary>
    public int MaxTokens { get; init; } = 48;

    /// <summary>The reward of an answer that did not end: the reward model has never seen such. −1 in <c>TaskHParams</c> (<c>penalty_reward_value</c>).</summary>
    public double UnfinishedScore { get; init; } = -1;

    /// <summary>Of everything random.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Returns this if every setting is possible.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not; the message names it.</exception>
    public PpoOptions Check()
    {
        Require(Steps >= 0, nameof(Steps), Steps, "0 or more");
        Require(Batch >= 2, nameof(Batch), Batch, "2 or more");
        Require(Minibatches >= 1 && Minibatches <= Batch, nameof(Minibatches), Minibatches, "from 1 to the batch");
        Require(Epochs >= 1, nameof(Epochs), Epochs, "1 or more");
        Require(Warmup >= 0, nameof(Warmup), Warmup, "0 or more");
        Require(LearningRate >= 0, nameof(LearningRate), LearningRate, "0 or more");
        Require(ClipRange > 0, nameof(ClipRange), ClipRange, "above 0");
        Require(ValueClipRange > 0, nameof(ValueClipRange), ValueClipRange, "above 0");
        Require(Gamma is >= 0 and <= 1, nameof(Gamma), Gamma, "from 0 to 1");
        Require(Lambda is >= 0 and <= 1, nameof(Lambda), Lambda, "from 0 to 1");
        Require(KlCoefficient >= 0, nameof(KlCoefficient), KlCoefficient, "0 or more");
        Require(KlTarget is null or > 0, nameof(KlTarget), KlTarget ?? 0, "above 0, or none");
        Require(KlHorizon > 0, nameof(KlHorizon), KlHorizon, "above 0");
        Require(Temperature > 0 && double.IsFinite(Temperature), nameof(Temperature), Temperature, "above 0");
        Require(MaxTokens >= 1, nameof(MaxTokens), MaxTokens, "1 or more");
        return this;
    }

    /// <summary>As an object of stage.json.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this)!.AsObject();

    private static void Require(bool possible, string name, double value, string range)
    {
        if (!possible) throw new ArgumentOutOfRangeException(name, value, $"PPO: {name} is {value}: it must be {range}");
    }
}
