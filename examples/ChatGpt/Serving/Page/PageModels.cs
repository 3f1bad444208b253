using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Serving.Api;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Serving.Page;

/// <summary>What the endpoints that look into a model have in common.</summary>
internal static class PageModels
{
    /// <summary>A model whose layers can be looked at.</summary>
    /// <exception cref="ApiException">It is no GPT of ours.</exception>
    public static GptModel Open(ServedModel model) =>
        model.Model as GptModel ?? throw new ApiException(Microsoft.AspNetCore.Http.StatusCodes.Status501NotImplemented, "not_inspectable", $"{model.Name} is no network whose layers can be looked at", "model");

    /// <summary>
    /// What a body gives the model to read: <c>text</c>, the beginning of a text; <c>question</c>, a message in the chat template; or <c>tokens</c>, ids. One of the three.
    /// </summary>
    public static ChatRequest Reading(JsonFields fields) => new()
    {
        Model = fields.Text("model"),
        Text = fields.Text("text"),
        Messages = fields.Text("question") is string question ? [new(Role.User, question)] : [],
        Tokens = fields.Array("tokens") is { } ids
            ? [.. ids.Select((id, i) => id.ValueKind == System.Text.Json.JsonValueKind.Number && id.TryGetInt32(out int n) ? n : throw ApiException.Invalid($"tokens[{i}] is no token id", "tokens"))]
            : null,
        MaxTokens = 1, // of what is too long all but one token's place stays
    };
}
