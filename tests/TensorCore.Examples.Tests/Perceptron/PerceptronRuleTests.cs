using TensorCore.Examples.Charts;
using TensorCore.Examples.Perceptron;

namespace TensorCore.Examples.Tests;

public class PerceptronRuleTests
{
    [Fact]
    public void ACorrectionMovesTheWeightsByTheErrorTimesTheInput()
    {
        ThresholdNeuron neuron = new(2);
        Tensor x = Tensor.From<float>([0.5f, -2]);
        Assert.True(neuron.Learn(x, 1)); // θ(0) = 0, should have been 1: w += x, b += 1
        Assert.Equal(new DecisionLine(0.5, -2, 1), neuron.Line);
        Assert.False(neuron.Learn(x, 1)); // 0.25 + 4 + 1 > 0: right, nothing changes
        Assert.Equal(new DecisionLine(0.5, -2, 1), neuron.Line);
        Assert.True(neuron.Learn(x, 0)); // now it should not have fired: back to zero
        Assert.Equal(new DecisionLine(0, 0, 0), neuron.Line);
    }

    [Fact]
    public void ANeuronAnswersAWholeBatch()
    {
        ThresholdNeuron neuron = new(2);
        neuron.Learn(Tensor.From<float>([1, 1]), 1); // w = (1, 1), b = 1
        Assert.Equal([1, 1, 0, 0], neuron.Forward(Tensor.From<float>([0, 0, 3, -2, -1, 0, -1, -1], [4, 2])).ToArray<float>()); // a sum of exactly 0 does not fire
    }

    [Theory]
    [InlineData("AND")]
    [InlineData("OR")]
    public void LearnsWhatALineSeparates(string name)
    {
        LogicGate gate = name == "AND" ? LogicGate.And : LogicGate.Or;
        PerceptronTraining training = PerceptronRule.Train(gate, 100);
        Assert.True(training.Converged);
        Assert.Equal(0, training.Epochs[^1].Mistakes);
        Assert.All(training.Epochs.SkipLast(1), e => Assert.True(e.Mistakes > 0));
        Assert.Null(training.Cycle);
        // The final line itself gives the truth table.
        (int X, int Y)[] corners = [(0, 0), (0, 1), (1, 0), (1, 1)];
        Assert.Equal(gate.Outputs, corners.Select(c => training.Line.W1 * c.X + training.Line.W2 * c.Y + training.Line.B > 0 ? 1 : 0));
    }

    [Fact]
    public void NeverLearnsXorAndRepeatsItself()
    {
        PerceptronTraining training = PerceptronRule.Train(LogicGate.Xor, 200);
        Assert.False(training.Converged);
        Assert.Equal(200, training.Epochs.Count);
        (int first, int length) = Assert.NotNull(training.Cycle);
        // From the cycle's start on, epochs that far apart are the same, line by line.
        for (int epoch = first; epoch + length < 200; epoch++)
            Assert.Equal(training.Epochs[epoch].Lines, training.Epochs[epoch + length].Lines);
    }

    [Fact]
    public void ALineComputesFourteenOfTheSixteenFunctions()
    {
        IReadOnlySet<int> functions = Separability.Computable();
        Assert.Equal(14, functions.Count);
        Assert.DoesNotContain(0b0110, functions); // XOR
        Assert.DoesNotContain(0b1001, functions); // its negation
        Assert.True(Separability.IsComputable(LogicGate.And));
        Assert.True(Separability.IsComputable(LogicGate.Or));
        Assert.False(Separability.IsComputable(LogicGate.Xor));
    }
}
