using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using TensorCore.Examples.ChatGpt.Serving.Api;
using TensorCore.Generation;

namespace TensorCore.Examples.ChatGpt.Serving.Page;

/// <summary>
/// <c>POST /api/next</c>: the distribution that the next token is drawn from. Takes a text, a question or tokens, the sampling options, and how many candidates to list; with a
/// <c>seed</c> it also draws one.
/// </summary>
internal sealed class NextTokenEndpoint(ChatEngine engine)
{
    private const int MaxCandidates = 100, Kept = 8;

    // A slider of temperature asks again and again about the same text: its scores stay the same.
    private readonly LinkedList<(ServedModel Model, int[] Ids, float[] Logits)> _recent = [];

    public void Map(WebApplication app) => app.Ask("/api/next", AnswerAsync);

    private async Task<JsonNode> AnswerAsync(JsonFields fields, CancellationToken cancellation)
    {
        ChatRequest reading = PageModels.Reading(fields);
        ServedModel model = engine.Find(reading.Model);
        int count = (int)(fields.Whole("count", 1, MaxCandidates) ?? 12);
        long? seed = fields.Whole("seed", 0, long.MaxValue);
        SamplingOptions options = new()
        {
            Temperature = fields.Number("temperature", 0, 100) ?? 1,
            TopK = (int)(fields.Whole("top_k", 0, int.MaxValue) ?? 0),
            TopP = Math.Max(fields.Number("top_p", 0, 1) ?? 1, 1e-9), // of 0 the likeliest token is left
            Seed = (ulong)(seed ?? 0),
        };
        int[] ids = model.Encode(reading, sliding: true);
        float[] logits = await ScoreAsync(model, ids, cancellation).ConfigureAwait(false);

        TokenSampler sampler = new(options, model.Tokenizer.HasToken), plain = new(new SamplingOptions { Temperature = 1 }, model.Tokenizer.HasToken);
        double[] p = sampler.Distribution(logits, ids), raw = plain.Distribution(logits, ids);
        int[] best = [.. plain.Top(logits, count).Select(t => t.Token)];
        return new JsonObject
        {
            ["model"] = model.Name,
            ["tokens"] = TokenFormat.Describe(model.Tokenizer, ids),
            ["context"] = model.Model.Context,
            ["candidates"] = new JsonArray([.. best.Select(id =>
            {
                JsonObject token = TokenFormat.Describe(model.Tokenizer, id);
                (token["p"], token["raw"]) = (p[id], raw[id]);
                return token;
            })]),
            ["others"] = new JsonObject
            {
                ["count"] = raw.Count(x => x > 0) - best.Length,
                ["p"] = Math.Max(0, 1 - best.Sum(id => p[id])),
                ["raw"] = Math.Max(0, 1 - best.Sum(id => raw[id])),
            },
            ["possible"] = p.Count(x => x > 0),
            ["entropy"] = Entropy(p),
            ["raw_entropy"] = Entropy(raw),
            ["drawn"] = seed is null ? null : TokenFormat.Describe(model.Tokenizer, sampler.Next(logits, ids)),
        };
    }

    /// <summary>z of the next token, (V).</summary>
    private async Task<float[]> ScoreAsync(ServedModel model, int[] ids, CancellationToken cancellation)
    {
        lock (_recent)
        {
            foreach ((ServedModel m, int[] known, float[] scores) in _recent)
            {
                if (m == model && known.AsSpan().SequenceEqual(ids))
                    return scores;
            }
        }
        float[] logits = await engine.Use(() => Score(model.Model, ids), cancellation).ConfigureAwait(false);
        lock (_recent)
        {
            _recent.AddFirst((model, ids, logits));
            if (_recent.Count > Kept)
                _recent.RemoveLast();
        }
        return logits;
    }

    private static float[] Score(ICausalModel model, int[] ids)
    {
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        Tensor hidden = model.Hidden(Tensor.From(Array.ConvertAll(ids, i => (long)i), [1, ids.Length])); // (1, T, C)
        return model.Logits(hidden.Narrow(1, ids.Length - 1, 1)).To(DType.Float32).ToArray<float>(); // (1, 1, V)
    }

    /// <summary>H = −Σ p·log₂ p, in bits: 2ᴴ equally likely tokens would be as uncertain.</summary>
    private static double Entropy(double[] p) => -p.Where(x => x > 0).Sum(x => x * Math.Log2(x));
}
