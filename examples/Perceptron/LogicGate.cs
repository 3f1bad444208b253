namespace TensorCore.Examples.Perceptron;

/// <summary>A function of two bits. Its outputs are listed for the inputs (0, 0), (0, 1), (1, 0), (1, 1).</summary>
public sealed record LogicGate(string Name, int[] Outputs)
{
    /// <summary>1 if both inputs are.</summary>
    public static LogicGate And { get; } = new("AND", [0, 0, 0, 1]);

    /// <summary>1 if at least one input is.</summary>
    public static LogicGate Or { get; } = new("OR", [0, 1, 1, 1]);

    /// <summary>1 if the inputs differ: the one that no single neuron computes.</summary>
    public static LogicGate Xor { get; } = new("XOR", [0, 1, 1, 0]);

    /// <summary>The four corners of the unit square, (4, 2).</summary>
    public static Tensor Inputs => Tensor.From<float>([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);
}
