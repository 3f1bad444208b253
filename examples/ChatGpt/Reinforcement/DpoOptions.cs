using System.Text.Json;
using System.Text.Json.Nodes;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>How a policy is trained by DPO. Sources: Rafailov et al. 2023, arXiv:2305.18290, appendix B.</summary>
public sealed record DpoOptions
{
    /// <summary>Steps.</summary>
    public long Steps { get; init; } = 200;

    /// <summary>Comparisons in a step. 64 there.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>β: how dear it is to go far from the reference. 0.1 there; on the small world that went to 18 nats and below the tuned model.</summary>
    public double Beta { get; init; } = 0.3;

    /// <summary>The learning rate. 10⁻⁶ there, for 6 billion parameters.</summary>
    public double LearningRate { get; init; } = 3e-5;

    /// <summary>Steps in which the learning rate rises. 150 there.</summary>
    public long Warmup { get; init; } = 10;

    /// <summary>The largest norm of the gradient; 0 leaves it as it is.</summary>
    public double Clip { get; init; } = 1;

    /// <summary>Of the order.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>As an object of stage.json.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this)!.AsObject();
}
