using System.Text.Json.Nodes;

namespace TensorCore.Examples.ChatGpt.Serving.Api;

/// <summary>Of /v1/completions.</summary>
internal sealed class TextFormat(ServedModel model, bool logprobs) : AnswerFormat(model, logprobs, "cmpl")
{
    private readonly Dictionary<int, int> _offsets = []; // of each choice, the length of the text so far

    protected override string WholeObject => "text_completion";

    protected override string PartObject => "text_completion";

    protected override JsonObject Choice(int index, IReadOnlyList<GeneratedToken> tokens, FinishReason reason) => Delta(index, tokens, reason);

    protected override JsonObject Delta(int index, IReadOnlyList<GeneratedToken> tokens, FinishReason? reason) => new()
    {
        ["text"] = Text(tokens),
        ["index"] = index,
        ["logprobs"] = Scores(index, tokens),
        ["finish_reason"] = reason is FinishReason r ? Word(r) : null,
    };

    protected override JsonObject LogProbabilities(int index, IReadOnlyList<GeneratedToken> tokens)
    {
        int offset = _offsets.GetValueOrDefault(index);
        JsonArray names = [], scores = [], tops = [], offsets = [];
        foreach (GeneratedToken t in tokens)
        {
            names.Add((JsonNode)Name(t.Id));
            scores.Add((JsonNode)t.LogProbability!.Value);
            tops.Add(new JsonObject(t.Top.DistinctBy(p => Name(p.Token)).Select(p => KeyValuePair.Create(Name(p.Token), (JsonNode?)p.LogProbability))));
            offsets.Add((JsonNode)offset);
            offset += t.Text.Length;
        }
        _offsets[index] = offset;
        return new() { ["tokens"] = names, ["token_logprobs"] = scores, ["top_logprobs"] = tops, ["text_offset"] = offsets };
    }
}
