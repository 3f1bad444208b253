using System.Text;
using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Serving;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Tests.ChatGpt.Serving;

namespace TensorCore.Examples.Tests.ChatGpt.Page;

/// <summary>The vectors of the word with two senses, as the page is told of them, are the model's.</summary>
public sealed class SenseEndpointTests
{
    private static readonly string[] _pair = ["Na passarela caminha o modelo.", "Com redes neurais treinamos um modelo."];

    [Fact]
    public async Task CosinesAreThoseOfTheModelsVectors()
    {
        await using TestServer server = await TestServer.Start(models: [TinyModels.Make(context: 256)]);
        JsonNode words = JsonNode.Parse(await server.Http.GetStringAsync("/api/senses"))!;
        JsonNode word = words["words"]!.AsArray().Single(w => (string)w!["word"]! == "modelo")!;
        Assert.Equal(_pair, word["sentences"]!.AsArray().Select(s => (string)s!));

        JsonObject answer = await server.Ask("/api/senses", Body("modelo", _pair));
        double[] cosines = Numbers(answer["cosine"]);
        float[][][] vectors = [.. _pair.Select(s => Vectors(server.Engine.Find(null), s))];
        Assert.Equal(3, cosines.Length); // the table and two layers
        Assert.Equal(1, cosines[0], 1e-9);
        for (int d = 0; d < cosines.Length; d++)
            Assert.Equal(Cosine(vectors[0][d], vectors[1][d]), cosines[d], 1e-5);
        Assert.True(cosines[^1] < 0.999);
    }

    [Fact]
    public async Task SensesMapNeighboursAndProbeAreToldForEveryDepth()
    {
        await using TestServer server = await TestServer.Start(models: [TinyModels.Make(context: 256)]);
        JsonObject answer = await server.Ask("/api/senses", Body("modelo", _pair)), again = await server.Ask("/api/senses", Body("modelo", _pair));
        Assert.Equal(answer.ToJsonString(), again.ToJsonString());
        Assert.Equal(["passarela", "aprendizado de máquina"], answer["senses"]!.AsArray().Select(s => (string)s!));
        foreach (JsonNode? sentence in answer["sentences"]!.AsArray())
        {
            double[] first = Numbers(sentence!["to_sense"]![0]), second = Numbers(sentence["to_sense"]![1]);
            Assert.Equal(0, first[0]); // in the table the word has no sense
            Assert.All(first.Zip(second), c => Assert.Equal(c.First, -c.Second, 1e-3)); // the senses lie opposite each other
            Assert.Equal(3, sentence["neighbours"]!.AsArray().Count);
            Assert.All(sentence["neighbours"]!.AsArray(), n => Assert.Equal(n!.AsArray().Select(x => (double)x!["cosine"]!).OrderDescending(), n.AsArray().Select(x => (double)x!["cosine"]!)));
            Assert.Equal(0.5, Numbers(sentence["probe"])[0], 1e-3); // nothing to go by
            string pieces = string.Concat(sentence["pieces"]!.AsArray().Select(p => (string)sentence["tokens"]![(int)p!]!["text"]!));
            Assert.Equal("modelo", pieces);
        }
        Assert.Equal(
            answer["sentences"]![0]!["neighbours"]![0]!.ToJsonString(),
            answer["sentences"]![1]!["neighbours"]![0]!.ToJsonString()); // the same vector has the same neighbours
        Assert.Equal(0.5, Numbers(answer["probe"]!["accuracy"])[0]);
        int known = (int)answer["probe"]!["learnt"]! + (int)answer["probe"]!["held_out"]!;
        Assert.Equal(known, answer["map"]!.AsArray().Count);
        Assert.Equal(known / 2, answer["map"]!.AsArray().Count(p => (int)p!["sense"]! == 1));
        Assert.All(answer["map"]!.AsArray(), p => Assert.Equal([0, 0], Numbers(p!["places"]![0]).Select(x => Math.Round(x, 6) + 0.0)));
        Assert.All(Numbers(answer["explained"]), e => Assert.InRange(e, 0, 1 + 1e-6));
    }

    [Fact]
    public async Task WhatMakesNoSenseIsRefusedClearly()
    {
        await using TestServer server = await TestServer.Start(models: [TinyModels.Make(context: 48)]);
        await TestServer.AssertError(server.Post("/api/senses", Body("casa", _pair)), 400, "invalid_request", "modelo", "word");
        await TestServer.AssertError(server.Post("/api/senses", Body("modelo", ["Um gato.", _pair[1]])), 400, "invalid_request", "sentences[0]", "sentences[0]");
        await TestServer.AssertError(server.Post("/api/senses", Body("modelo", [_pair[0]])), 400, "invalid_request", "sentences", "sentences");
        await TestServer.AssertError(server.Post("/api/senses", Body("modelo", [_pair[0], "O modelo " + new string('a', 60)])), 400, "invalid_request", "context", "sentences[1]");
        await TestServer.AssertError(server.Post("/api/senses", Body("modelo", [_pair[0], "O modelo."])), 400, "invalid_request", "fit", "word"); // of the world's sentences too few do
    }

    private static string Body(string word, string[] sentences) => new JsonObject { ["word"] = word, ["sentences"] = new JsonArray([.. sentences.Select(s => JsonValue.Create(s))]) }.ToJsonString();

    private static double[] Numbers(JsonNode? array) => [.. array!.AsArray().Select(v => (double)v!)];

    /// <summary>By depth, the mean of the vectors of the six bytes of the word.</summary>
    private static float[][] Vectors(ServedModel model, string sentence)
    {
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        byte[] bytes = Encoding.UTF8.GetBytes(sentence);
        int at = sentence.IndexOf("modelo", StringComparison.Ordinal), start = Encoding.UTF8.GetByteCount(sentence[..at]);
        GptModel network = (GptModel)model.Model;
        Tensor ids = Tensor.From(Array.ConvertAll(bytes, b => (long)b), [1, bytes.Length]);
        Tensor table = network.StateDict()["wte.weight"];
        Tensor[] depths = [table.IndexSelect(0, ids.Reshape(-1)).Reshape(1, bytes.Length, -1), .. network.Trace(ids).Stream.Skip(1)];
        return [.. depths.Select(d => d.Narrow(1, start, 6).Mean(1).ToArray<float>())];
    }

    private static double Cosine(float[] x, float[] y) => x.Zip(y, (a, b) => (double)a * b).Sum() / Math.Sqrt(x.Sum(a => (double)a * a) * y.Sum(b => (double)b * b));
}
