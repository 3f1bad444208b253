using System.Text.Json.Nodes;
using TensorCore.Examples.Cnn;
using TensorCore.Examples.Mlp;
using TensorCore.Examples.Perceptron;
using TensorCore.Examples.Tests.ChatGpt.Serving;

namespace TensorCore.Examples.Tests.ChatGpt.Page;

/// <summary>The lesson's experiments are those of the other examples.</summary>
public sealed class LessonEndpointTests
{
    [Fact]
    public async Task ActivationsAndTheirSlopesAreTheLibrarys()
    {
        await using TestServer server = await TestServer.Start();
        JsonNode answer = JsonNode.Parse(await server.Http.GetStringAsync("/api/lesson/activations"))!;
        double[] x = Numbers(answer["x"]);
        Assert.Equal(["step", "sigmoid", "tanh", "relu", "gelu", "silu"], answer["functions"]!.AsArray().Select(f => (string)f!["name"]!));
        JsonNode sigmoid = answer["functions"]![1]!;
        Assert.All(x.Zip(Numbers(sigmoid["y"]), Numbers(sigmoid["slope"])), p =>
        {
            double s = 1 / (1 + Math.Exp(-p.First));
            Assert.Equal(s, p.Second, 1e-12);
            Assert.Equal(s * (1 - s), p.Third, 1e-12);
        });
        Assert.All(Numbers(answer["functions"]![0]!["slope"]), s => Assert.Equal(0, s)); // the step tells no way to go
    }

    [Fact]
    public async Task ThePerceptronLearnsAndButNotXor()
    {
        await using TestServer server = await TestServer.Start();
        JsonObject and = await server.Ask("/api/lesson/perceptron", """{"gate": "and"}"""), xor = await server.Ask("/api/lesson/perceptron", """{"gate": "xor"}""");
        PerceptronTraining expected = PerceptronRule.Train(LogicGate.And, 12);
        Assert.True((bool)and["converged"]!);
        Assert.Equal(expected.Epochs.Select(e => e.Mistakes), and["epochs"]!.AsArray().Select(e => e!.AsArray().Count));
        Assert.Equal((expected.Line.W1, expected.Line.W2, expected.Line.B), ((double)and["line"]!["w1"]!, (double)and["line"]!["w2"]!, (double)and["line"]!["b"]!));
        Assert.False((bool)xor["converged"]!);
        Assert.NotNull(xor["repeats"]);
        await TestServer.AssertError(server.Post("/api/lesson/perceptron", """{"gate": "nand"}"""), 400, "invalid_request", "xor", "gate");
    }

    [Fact]
    public async Task TwoHiddenNeuronsSolveXor()
    {
        await using TestServer server = await TestServer.Start();
        JsonObject answer = await server.Ask("/api/lesson/xor", """{"seed": 3}""");
        Assert.Equal(Xor.Train(3).Probabilities(), answer["answers"]!.AsArray().Select(a => (float)a!));
        Assert.Equal((int)answer["side"]! * (int)answer["side"]!, answer["surface"]!.AsArray().Count);
    }

    [Fact]
    public async Task WiderNetworksComeCloserAndTooLargeStepsExplode()
    {
        await using TestServer server = await TestServer.Start();
        JsonObject widths = await server.Ask("/api/lesson/widths", """{"seed": 1}"""), rates = await server.Ask("/api/lesson/rates", """{"seed": 1}""");
        Assert.Equal(Widths.Sizes, widths["runs"]!.AsArray().Select(r => (int)r!["width"]!));
        double[] errors = [.. widths["runs"]!.AsArray().Select(r => (double)r!["error"]!)];
        Assert.True(errors[^1] < 0.3 * errors[0], string.Join(", ", errors));
        Assert.Equal(LearningRates.Rates, rates["runs"]!.AsArray().Select(r => (double)r!["rate"]!));
        Assert.True((bool)rates["runs"]![4]!["diverged"]!);
        Assert.Null(rates["runs"]![4]!["final"]);
        Assert.True((double)rates["runs"]![3]!["final"]! < (double)rates["runs"]![0]!["final"]!);
        Assert.All(rates["runs"]!.AsArray(), r => Assert.Equal(Numbers(rates["x"]).Length, r!["fitted"]!.AsArray().Count));
    }

    [Fact]
    public async Task TheConvolutionalNetworkLearnsShapesAndLooksAtDrawings()
    {
        await using TestServer server = await TestServer.Start();
        await TestServer.AssertError(server.Post("/api/lesson/shapes/look", """{"test": 0}"""), 409, "not_trained", "trained");
        await server.Ask("/api/lesson/shapes/train", """{"seed": 1}""");
        JsonNode state = JsonNode.Parse(await server.Http.GetStringAsync("/api/lesson/shapes"))!;
        for (int i = 0; i < 2400 && (string)state["state"]! == "running"; i++)
        {
            await Task.Delay(50);
            state = JsonNode.Parse(await server.Http.GetStringAsync("/api/lesson/shapes"))!;
        }
        Assert.Equal("done", (string)state["state"]!);
        Assert.True((double)state["accuracy"]! > 0.9, $"{state["accuracy"]}");
        Assert.Equal((int)state["steps"]!, state["loss"]!.AsArray().Count);

        LabelledImages tests = SyntheticShapes.Create(1, 1500, 300).Test;
        JsonObject looked = await server.Ask("/api/lesson/shapes/look", """{"test": 7}""");
        Assert.Equal(tests.Image(7).ToArray(), looked["pixels"]!.AsArray().Select(p => (byte)(int)p!));
        Assert.Equal(tests.Labels[7], (int)looked["label"]!);
        Assert.Equal(1, Numbers(looked["p"]).Sum(), 1e-5);
        Assert.Equal((8, 400), (looked["maps"]!.AsArray().Count, looked["maps"]![0]!.AsArray().Count));
        JsonObject drawn = await server.Ask("/api/lesson/shapes/look", new JsonObject { ["pixels"] = looked["pixels"]!.DeepClone() }.ToJsonString());
        Assert.Equal(Numbers(looked["p"]), Numbers(drawn["p"]));
        Assert.Null(drawn["label"]);
        await TestServer.AssertError(server.Post("/api/lesson/shapes/look", """{"pixels": [1, 2]}"""), 400, "invalid_request", "400", "pixels");
        await TestServer.AssertError(server.Post("/api/lesson/shapes/look", """{"test": 300}"""), 400, "invalid_request", "test", "test");
    }

    private static double[] Numbers(JsonNode? array) => [.. array!.AsArray().Select(v => (double)v!)];
}
