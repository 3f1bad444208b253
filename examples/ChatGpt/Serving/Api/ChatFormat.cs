using System.Text.Json.Nodes;

namespace TensorCore.Examples.ChatGpt.Serving.Api;

/// <summary>Of /v1/chat/completions.</summary>
internal sealed class ChatFormat(ServedModel model, bool logprobs) : AnswerFormat(model, logprobs, "chatcmpl")
{
    protected override string WholeObject => "chat.completion";

    protected override string PartObject => "chat.completion.chunk";

    public override JsonObject? Opening(int choice) => Head(PartObject, [DeltaOf(choice, new JsonObject { ["role"] = "assistant", ["content"] = "" }, null, null)]);

    protected override JsonObject Choice(int index, IReadOnlyList<GeneratedToken> tokens, FinishReason reason) => new()
    {
        ["index"] = index,
        ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = Text(tokens), ["refusal"] = null },
        ["logprobs"] = Scores(index, tokens),
        ["finish_reason"] = Word(reason),
    };

    protected override JsonObject Delta(int index, IReadOnlyList<GeneratedToken> tokens, FinishReason? reason) =>
        DeltaOf(index, tokens.Count > 0 ? new JsonObject { ["content"] = Text(tokens) } : [], Scores(index, tokens), reason);

    protected override JsonObject LogProbabilities(int index, IReadOnlyList<GeneratedToken> tokens) => new()
    {
        ["content"] = new JsonArray([.. tokens.Select(t =>
        {
            JsonObject one = One(t.Id, t.LogProbability!.Value);
            one["top_logprobs"] = new JsonArray([.. t.Top.Select(p => One(p.Token, p.LogProbability))]);
            return one;
        })]),
        ["refusal"] = null,
    };

    private JsonObject One(int token, double logprob) => new()
    {
        ["token"] = Name(token),
        ["logprob"] = logprob,
        ["bytes"] = new JsonArray([.. Bytes(token).Select(b => (JsonNode)(int)b)]),
    };

    private static JsonObject DeltaOf(int index, JsonObject delta, JsonObject? scores, FinishReason? reason) => new()
    {
        ["index"] = index,
        ["delta"] = delta,
        ["logprobs"] = scores,
        ["finish_reason"] = reason is FinishReason r ? Word(r) : null,
    };
}
