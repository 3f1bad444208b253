using TensorCore.Generation;

namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>A token of an answer.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">What it adds to the text: nothing where a character is not complete yet, less than the token where a stop text begins in its middle.</param>
/// <param name="LogProbability">ln of its probability, if asked for: the model's own, at temperature 1 and without any cut.</param>
/// <param name="Top">The likeliest tokens in its place, the likeliest first.</param>
public sealed record GeneratedToken(int Id, string Text, double? LogProbability, IReadOnlyList<TokenLogProbability> Top);

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model said that it had finished, or a stop text came.</summary>
    Stop,

    /// <summary>The most tokens were written, or the context was full.</summary>
    Length,

    /// <summary>Nobody wants it any more.</summary>
    Cancelled,

    /// <summary>An error; reading the answer throws it.</summary>
    Failed,
}
