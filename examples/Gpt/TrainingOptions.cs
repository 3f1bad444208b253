using System.Text.Json;

namespace TensorCore.Examples.Gpt;

/// <summary>How a model is trained. Saved with the checkpoint, so that resuming needs none of it again.</summary>
public sealed record TrainingOptions
{
    /// <summary>B: windows in a batch.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>The number of steps; null if the time alone ends the training.</summary>
    public long? Steps { get; init; }

    /// <summary>The time, in minutes; null if the steps alone end the training.</summary>
    public double? Minutes { get; init; }

    /// <summary>The highest learning rate, of AdamW.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>
    /// The highest learning rate of <see cref="Optim.Muon"/>, which then learns the matrices inside the layers and leaves tables, norms and biases to AdamW; 0: AdamW learns all.
    /// It rises and falls as AdamW's. A step takes a fifth more time; the built-in world is learnt in about two thirds of the steps.
    /// </summary>
    public double MuonLearningRate { get; init; }

    /// <summary>The learning rate at the end.</summary>
    public double MinimumLearningRate { get; init; } = 1e-4;

    /// <summary>Steps in which the learning rate rises to its highest.</summary>
    public long Warmup { get; init; } = 100;

    /// <summary>How strongly matrices and tables are pulled towards 0, times the learning rate at each step.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>The largest norm of the gradient; 0 leaves it as it is.</summary>
    public double Clip { get; init; } = 1;

    /// <summary>Batches whose gradients are averaged for one step: a large batch where memory is small.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>The share of the text that is not learnt but used to judge the model.</summary>
    public double Validation { get; init; } = 0.1;

    /// <summary>Products in bfloat16, on a GPU only; the weights stay float32.</summary>
    public bool MixedPrecision { get; init; }

    /// <summary>On a GPU only: records the step once as a CUDA graph and replays it (<see cref="TensorCore.CudaGraph"/>).</summary>
    public bool Graph { get; init; }

    /// <summary>Of the weights and of the choice of windows.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>As one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Not such a text.</exception>
    public static TrainingOptions FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingOptions>(json) ?? throw new InvalidDataException("the training's settings are missing");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the training's settings cannot be read: {e.Message}", e);
        }
    }
}
