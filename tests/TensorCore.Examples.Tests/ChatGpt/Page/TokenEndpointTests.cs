using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Serving;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Tests.ChatGpt.Serving;
using TensorCore.Generation;

namespace TensorCore.Examples.Tests.ChatGpt.Page;

/// <summary>What the page is told of models, the next token and attention is what the models compute.</summary>
public sealed class TokenEndpointTests
{
    [Fact]
    public async Task InfoNamesTheModelsWithTheirSizes()
    {
        await using TestServer server = await TestServer.Start(models: [TinyModels.Make("sft"), TinyModels.Make("base", chats: false)]);
        JsonObject info = JsonNode.Parse(await server.Http.GetStringAsync("/api/info"))!.AsObject();
        Assert.Equal(["sft", "base"], info["models"]!.AsArray().Select(m => (string)m!["name"]!));
        JsonNode model = info["models"]![1]!;
        Assert.False((bool)model["chats"]!);
        Assert.Equal((2, 2, 32, TinyModels.Context), ((int)model["layers"]!, (int)model["heads"]!, (int)model["width"]!, (int)model["context"]!));
        Assert.Equal(((GptModel)server.Engine.Find("base").Model).Config.ParameterCount, (long)model["parameters"]!);
        Assert.Null(info["run"]);
        Assert.Empty(info["questions"]!.AsArray()); // of an unknown world nobody knows the questions
    }

    [Theory]
    [InlineData(1.0, 0, 1.0)]
    [InlineData(0.35, 0, 1.0)]
    [InlineData(2.0, 7, 1.0)]
    [InlineData(1.3, 0, 0.4)]
    [InlineData(0.0, 0, 1.0)]
    public async Task NextGivesTheSamplersDistribution(double temperature, int topK, double topP)
    {
        await using TestServer server = await TestServer.Start();
        JsonObject answer = await server.Ask("/api/next", new JsonObject { ["text"] = "Olá, Ana", ["temperature"] = temperature, ["top_k"] = topK, ["top_p"] = topP, ["count"] = 9 }.ToJsonString());

        ServedModel model = server.Engine.Find(null);
        int[] ids = model.Tokenizer.Encode("Olá, Ana");
        float[] logits = Logits(model, ids);
        double[] p = new TokenSampler(new() { Temperature = temperature, TopK = topK, TopP = topP }, model.Tokenizer.HasToken).Distribution(logits, ids);
        double[] raw = new TokenSampler(new() { Temperature = 1 }, model.Tokenizer.HasToken).Distribution(logits, ids);
        Assert.Equal(ids, answer["tokens"]!.AsArray().Select(t => (int)t!["id"]!));
        JsonArray candidates = answer["candidates"]!.AsArray();
        Assert.Equal(raw.Index().OrderByDescending(x => x.Item).Select(x => x.Index).Take(9), candidates.Select(c => (int)c!["id"]!));
        foreach (JsonNode? c in candidates)
        {
            Assert.Equal(p[(int)c!["id"]!], (double)c["p"]!);
            Assert.Equal(raw[(int)c["id"]!], (double)c["raw"]!);
        }
        Assert.Equal(p.Count(x => x > 0), (int)answer["possible"]!);
        Assert.Equal(1, candidates.Sum(c => (double)c!["p"]!) + (double)answer["others"]!["p"]!, 1e-9);
        Assert.Equal(p.Where(x => x > 0).Sum(x => -x * Math.Log2(x)), (double)answer["entropy"]!, 1e-9);
    }

    [Fact]
    public async Task NextDrawsWhatTheSamplerDraws()
    {
        await using TestServer server = await TestServer.Start();
        ServedModel model = server.Engine.Find(null);
        int[] ids = model.Encode(TinyModels.Ask("Oi"), sliding: false);
        float[] logits = Logits(model, ids);
        foreach (ulong seed in (ulong[])[0, 1, 99])
        {
            JsonObject answer = await server.Ask("/api/next", new JsonObject { ["question"] = "Oi", ["seed"] = seed }.ToJsonString());
            Assert.Equal(new TokenSampler(new() { Temperature = 1, Seed = seed }, model.Tokenizer.HasToken).Next(logits, ids), (int)answer["drawn"]!["id"]!);
            Assert.Contains(answer["tokens"]!.AsArray(), t => (bool)t!["special"]!); // the template's marks are there to be seen
        }
    }

    [Fact]
    public async Task NextGoesOnWithTokensAndForgetsTheBeginningOfALongText()
    {
        await using TestServer server = await TestServer.Start();
        int[] many = [.. Enumerable.Range(0, 3 * TinyModels.Context).Select(i => 65 + (i % 26))];
        JsonObject answer = await server.Ask("/api/next", new JsonObject { ["tokens"] = new JsonArray([.. many.Select(t => JsonValue.Create(t))]) }.ToJsonString());
        int[] read = [.. answer["tokens"]!.AsArray().Select(t => (int)t!["id"]!)];
        Assert.True(read.Length is > TinyModels.Context / 2 and <= TinyModels.Context);
        Assert.Equal(many[^read.Length..], read);
    }

    [Fact]
    public async Task AttentionIsTheTracesAndEachRowSumsToOne()
    {
        await using TestServer server = await TestServer.Start();
        JsonObject answer = await server.Ask("/api/attention", """{"text": "Ana lê."}""");
        ServedModel model = server.Engine.Find(null);
        int[] ids = model.Tokenizer.Encode("Ana lê.");
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        GptTrace trace = ((GptModel)model.Model).Trace(Tensor.From(Array.ConvertAll(ids, i => (long)i), [1, ids.Length]));
        JsonArray layers = answer["weights"]!.AsArray();
        Assert.Equal(2, layers.Count);
        for (int l = 0; l < 2; l++)
        {
            float[] expected = trace.Attention[l].ToArray<float>();
            for (int h = 0; h < 2; h++)
            {
                for (int t = 0; t < ids.Length; t++)
                {
                    double[] row = [.. layers[l]![h]![t]!.AsArray().Select(w => (double)w!)];
                    Assert.Equal(t + 1, row.Length);
                    Assert.Equal(1, row.Sum(), 1e-5);
                    Assert.All(row, (w, s) => Assert.Equal(expected[(((h * ids.Length) + t) * ids.Length) + s], (float)w));
                }
            }
        }
    }

    [Fact]
    public async Task WhatMakesNoSenseIsRefusedClearly()
    {
        await using TestServer server = await TestServer.Start();
        await TestServer.AssertError(server.Post("/api/next", "{}"), 400, "invalid_request", "messages");
        await TestServer.AssertError(server.Post("/api/next", """{"text": "a", "tokens": [1]}"""), 400, "invalid_request", "not both");
        await TestServer.AssertError(server.Post("/api/next", """{"tokens": ["a"]}"""), 400, "invalid_request", "tokens[0]", "tokens");
        await TestServer.AssertError(server.Post("/api/next", """{"tokens": [99999]}"""), 400, "invalid_request", "99999");
        await TestServer.AssertError(server.Post("/api/next", """{"text": "a", "temperature": -1}"""), 400, "invalid_request", "temperature", "temperature");
        await TestServer.AssertError(server.Post("/api/next", """{"text": "a", "count": 0}"""), 400, "invalid_request", "count", "count");
        await TestServer.AssertError(server.Post("/api/next", """{"text": "a", "model": "gpt-4"}"""), 404, "model_not_found", "tiny", "model");
        await TestServer.AssertError(server.Post("/api/attention", new JsonObject { ["text"] = new string('a', 80) }.ToJsonString()), 400, "invalid_request", "80 tokens", "text");
        await TestServer.AssertError(server.Post("/api/attention", "{"), 400, "invalid_request", "JSON");
        await TestServer.AssertError(server.Http.GetAsync("/api/next"), 405, "method_not_allowed", "POST");
        await TestServer.AssertError(server.Http.GetAsync("/api/nothing"), 404, "not_found", "/api/nothing");
    }

    internal static float[] Logits(ServedModel model, int[] ids)
    {
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        Tensor hidden = model.Model.Hidden(Tensor.From(Array.ConvertAll(ids, i => (long)i), [1, ids.Length]));
        return model.Model.Logits(hidden.Narrow(1, ids.Length - 1, 1)).ToArray<float>();
    }
}
