using TensorCore.Examples.Charts;

namespace TensorCore.Examples.Perceptron;

/// <summary>One pass over all inputs.</summary>
/// <param name="Lines">The decision line after each correction; as many as there were wrong answers.</param>
public sealed record Epoch(IReadOnlyList<DecisionLine> Lines)
{
    /// <summary>How many answers were wrong.</summary>
    public int Mistakes => Lines.Count;
}

/// <summary>How a training by the perceptron rule went.</summary>
/// <param name="Gate">What was to be learned.</param>
/// <param name="Epochs">Every pass, the first first.</param>
/// <param name="Line">The decision line at the end.</param>
/// <param name="Converged">Whether the last pass had no mistake.</param>
/// <param name="Cycle">
/// The epochs after which the very same weights came back, and how many epochs lie between: from there on everything repeats, for ever. Null if they did not.
/// </param>
public sealed record PerceptronTraining(LogicGate Gate, IReadOnlyList<Epoch> Epochs, DecisionLine Line, bool Converged, (int First, int Length)? Cycle);

/// <summary>Trains a threshold neuron by the perceptron rule.</summary>
public static class PerceptronRule
{
    /// <summary>Shows the gate's four inputs again and again, until a pass has no mistake or <paramref name="maxEpochs"/> are over.</summary>
    public static PerceptronTraining Train(LogicGate gate, int maxEpochs)
    {
        ThresholdNeuron neuron = new(2);
        Tensor inputs = LogicGate.Inputs;
        List<Epoch> epochs = [];
        // Starting from zero the rule adds whole numbers only, so weights that come back are exactly the same and the dictionary finds them.
        Dictionary<DecisionLine, int> seen = new() { [neuron.Line] = 0 };
        (int First, int Length)? cycle = null;
        bool converged = false;
        while (!converged && epochs.Count < maxEpochs)
        {
            List<DecisionLine> lines = [];
            for (int i = 0; i < gate.Outputs.Length; i++)
                if (neuron.Learn(inputs[i], gate.Outputs[i]))
                    lines.Add(neuron.Line);
            epochs.Add(new(lines));
            converged = lines.Count == 0;
            if (!converged && !seen.TryAdd(neuron.Line, epochs.Count))
                cycle ??= (seen[neuron.Line], epochs.Count - seen[neuron.Line]);
        }
        return new(gate, epochs, neuron.Line, converged, cycle);
    }
}
