using System.Text.Json;
using System.Text.Json.Nodes;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>How a model is tuned on dialogues.</summary>
public sealed record SftOptions
{
    /// <summary>The number of steps.</summary>
    public long Steps { get; init; } = 500;

    /// <summary>B: rows of the context in a batch.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Batches whose gradients are added up to one step.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>The highest learning rate, of AdamW.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>The highest learning rate of Muon for the matrices inside the layers (<see cref="GptOptimizer"/>); 0 leaves all to AdamW. Adapters are AdamW's anyway.</summary>
    public double MuonLearningRate { get; init; }

    /// <summary>The learning rate at the end.</summary>
    public double MinimumLearningRate { get; init; } = 1e-5;

    /// <summary>Steps in which the learning rate rises to its highest.</summary>
    public long Warmup { get; init; } = 20;

    /// <summary>How strongly matrices and tables are pulled towards 0, times the learning rate at each step.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>The largest norm of the gradient; 0 leaves it as it is.</summary>
    public double Clip { get; init; } = 1;

    /// <summary>Of the packing and the order.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Products in bfloat16, on a GPU only.</summary>
    public bool MixedPrecision { get; init; }

    /// <summary>r of the adapters that are tuned instead of the weights (<see cref="Nn.Lora"/>); 0 tunes the weights.</summary>
    public int LoraRank { get; init; }

    /// <summary>α of the adapters, which scale their update by α/r.</summary>
    public double LoraAlpha { get; init; } = 16;

    /// <summary>As an object of stage.json.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this)!.AsObject();

    /// <summary>Reads what <see cref="ToJson"/> wrote; other keys are left out.</summary>
    /// <exception cref="InvalidDataException">Not such an object.</exception>
    public static SftOptions FromJson(JsonObject json)
    {
        try
        {
            return json.Deserialize<SftOptions>() ?? new();
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the tuning's settings cannot be read: {e.Message}", e);
        }
    }
}
