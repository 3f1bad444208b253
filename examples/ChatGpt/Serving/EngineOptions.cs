namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>An engine's limits, the same for each of its models.</summary>
public sealed record EngineOptions
{
    /// <summary>Answers written at the same time. Their tokens go through the model in one batch, so that sixteen take little longer than one.</summary>
    public int Slots { get; init; } = 16;

    /// <summary>Answers that may wait for a slot; one more is refused.</summary>
    public int QueueLimit { get; init; } = 64;

    /// <summary>The most tokens of an answer that slides: without sliding the context ends it.</summary>
    public int MaxTokens { get; init; } = 4096;

    /// <summary>What happens to what does not fit the context, unless a request says so itself: see <see cref="ChatRequest.Sliding"/>.</summary>
    public bool Sliding { get; init; }
}
