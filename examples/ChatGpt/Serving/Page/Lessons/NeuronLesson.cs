using System.Text.Json.Nodes;
using TensorCore.Examples.Charts;
using TensorCore.Examples.ChatGpt.Serving.Api;
using TensorCore.Examples.Perceptron;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Lessons;

/// <summary>One neuron and a logic gate, by the perceptron rule; and XOR with two hidden neurons.</summary>
internal static class NeuronLesson
{
    private const int MaxEpochs = 12, Side = 33;

    /// <summary>Rosenblatt's rule on a gate: the decision line after each correction, epoch by epoch.</summary>
    public static JsonNode Perceptron(JsonFields fields)
    {
        LogicGate gate = fields.Text("gate") switch
        {
            "and" => LogicGate.And,
            "or" => LogicGate.Or,
            "xor" => LogicGate.Xor,
            _ => throw ApiException.Invalid("gate must be and, or or xor", "gate"),
        };
        PerceptronTraining training = PerceptronRule.Train(gate, MaxEpochs);
        return new JsonObject
        {
            ["outputs"] = new JsonArray([.. gate.Outputs.Select(o => JsonValue.Create(o))]),
            ["epochs"] = new JsonArray([.. training.Epochs.Select(e => new JsonArray([.. e.Lines.Select(Line)]))]),
            ["line"] = Line(training.Line),
            ["converged"] = training.Converged,
            ["repeats"] = training.Cycle?.Length,
        };
    }

    /// <summary>What a network with a hidden layer of two neurons answers on the square around the four corners.</summary>
    public static JsonNode Xor(ulong seed)
    {
        Mlp.Xor xor = Mlp.Xor.Train(seed);
        float[] grid = [.. Enumerable.Range(0, Side * Side).SelectMany(i => (float[])[At(i % Side), At(i / Side)])];
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        return new JsonObject
        {
            ["loss"] = PageRoutes.Numbers(xor.Losses),
            ["stuck"] = PageRoutes.Numbers(xor.Stuck),
            ["answers"] = PageRoutes.Numbers(xor.Probabilities()),
            ["from"] = At(0),
            ["to"] = At(Side - 1),
            ["side"] = Side,
            ["surface"] = PageRoutes.Numbers(xor.Network.Forward(Tensor.From(grid, [Side * Side, 2])).Sigmoid().ToArray<float>()),
        };
    }

    // From −½ to 1½: the corners 0 and 1 lie inside.
    private static float At(int i) => (2f * i / (Side - 1)) - 0.5f;

    private static JsonObject Line(DecisionLine line) => new() { ["w1"] = line.W1, ["w2"] = line.W2, ["b"] = line.B };
}
