namespace TensorCore.Examples.ChatGpt.Serving.Api;

/// <summary>What a client asks for.</summary>
/// <param name="Choices">A request for each answer: those of one prompt differ in their seed.</param>
/// <param name="ChoicesOfPrompt">n: how many of them have the same prompt.</param>
/// <param name="Format">How answers look on the wire.</param>
/// <param name="Stream">Token by token, as server-sent events.</param>
/// <param name="StreamUsage">With a last event that counts the tokens.</param>
internal sealed record Call(IReadOnlyList<ChatRequest> Choices, int ChoicesOfPrompt, AnswerFormat Format, bool Stream, bool StreamUsage);
