using System.Text.Json;
using System.Text.Json.Nodes;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>How a reward model is trained.</summary>
public sealed record RewardOptions
{
    /// <summary>Prompts in a step, each with all its answers. 64 in InstructGPT, 32 in lm-human-preferences (<c>launch.py</c>).</summary>
    public int Batch { get; init; } = 32;

    /// <summary>How often each comparison is learnt. 1 in both: a second time, the model begins to know them by heart.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>The highest learning rate. Theirs is 9·10⁻⁶ for 6 billion parameters and 5·10⁻⁵ for 124 million.</summary>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>The learning rate at the end, of a cosine: a tenth, as in InstructGPT (appendix C.2).</summary>
    public double MinimumLearningRate { get; init; } = 5e-5;

    /// <summary>Steps in which the learning rate rises.</summary>
    public int Warmup { get; init; } = 10;

    /// <summary>The pull of the weights to 0.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>The largest norm of the gradient; 0 leaves it as it is.</summary>
    public double Clip { get; init; } = 1;

    /// <summary>How far apart a pair has to be for each rank between them. 0 in InstructGPT.</summary>
    public double MarginScale { get; init; }

    /// <summary>Of the head and the order.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>As an object of stage.json.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this)!.AsObject();
}
