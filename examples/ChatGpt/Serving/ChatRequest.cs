using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Generation;

namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>
/// What a model is to say something to, and how: <see cref="Messages"/>, or a beginning that it goes on with, as <see cref="Text"/> or as <see cref="Tokens"/>. One of the three.
/// </summary>
public sealed record ChatRequest
{
    /// <summary>The model's name; null is the engine's first.</summary>
    public string? Model { get; init; }

    /// <summary>A talk whose next message the model writes.</summary>
    public IReadOnlyList<Message> Messages { get; init; } = [];

    /// <summary>The beginning of a text. It gives no special tokens, whatever it spells.</summary>
    public string? Text { get; init; }

    /// <summary>The beginning of a text as token ids, special ones too.</summary>
    public IReadOnlyList<int>? Tokens { get; init; }

    /// <summary>How tokens are drawn. The same seed gives the same text, whatever else the engine does meanwhile.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>The most tokens to write; null or more than possible: as many as the context, or with sliding the engine, allows.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Texts at which the answer ends; they are not part of it.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Null: no log-probabilities. Else each token comes with its own, and with those of so many of the likeliest.</summary>
    public int? TopLogProbabilities { get; init; }

    /// <summary>
    /// What happens to what does not fit the context. False: an error, and an answer ends where the context does. True: a talk forgets its oldest turns, a text its beginning, and a long
    /// answer slides. Null: as the engine is set.
    /// </summary>
    public bool? Sliding { get; init; }
}
