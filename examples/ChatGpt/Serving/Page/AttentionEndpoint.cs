using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using TensorCore.Examples.ChatGpt.Serving.Api;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Serving.Page;

/// <summary>
/// <c>POST /api/attention</c>: how much each token takes from each before it, for every layer and head: <c>weights[layer][head][t]</c> are the t + 1 numbers of row t, which sum to 1. What comes
/// after t is not seen from it.
/// </summary>
internal sealed class AttentionEndpoint(ChatEngine engine)
{
    // A heat map with more cells than this cannot be read.
    private const int MaxTokens = 64;

    public void Map(WebApplication app) => app.Ask("/api/attention", AnswerAsync);

    private async Task<JsonNode> AnswerAsync(JsonFields fields, CancellationToken cancellation)
    {
        ChatRequest reading = PageModels.Reading(fields);
        ServedModel model = engine.Find(reading.Model);
        GptModel network = PageModels.Open(model);
        int[] ids = model.Encode(reading, sliding: false);
        if (ids.Length > MaxTokens)
            throw ApiException.Invalid($"the sentence has {ids.Length} tokens: at most {MaxTokens} are drawn", "text");
        float[][] layers = await engine.Use(() => Look(network, ids), cancellation).ConfigureAwait(false); // of each (H, T, T)
        return new JsonObject
        {
            ["model"] = model.Name,
            ["tokens"] = TokenFormat.Describe(model.Tokenizer, ids),
            ["weights"] = new JsonArray([.. layers.Select(weights => new JsonArray([.. Enumerable.Range(0, network.Config.Heads).Select(head => Rows(weights, head, ids.Length))]))]),
        };
    }

    private static float[][] Look(GptModel network, int[] ids)
    {
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        GptTrace trace = network.Trace(Tensor.From(Array.ConvertAll(ids, i => (long)i), [1, ids.Length]));
        return [.. trace.Attention.Select(a => a.To(DType.Float32).ToArray<float>())];
    }

    private static JsonArray Rows(float[] weights, int head, int T) =>
        new([.. Enumerable.Range(0, T).Select(t => PageRoutes.Numbers(weights.AsSpan((((head * T) + t) * T), t + 1).ToArray()))]);
}
