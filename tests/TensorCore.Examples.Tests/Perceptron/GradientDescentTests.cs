using TensorCore.Examples.Perceptron;

namespace TensorCore.Examples.Tests;

public class GradientDescentTests
{
    public static TheoryData<string> Kinds => ["logistic", "linear"];

    private static Neuron Create(string kind, double[] weights, double bias) => kind == "logistic" ? new LogisticNeuron(weights, bias) : new LinearNeuron(weights, bias);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void TapeHandAndFiniteDifferencesAgree(string kind)
    {
        (Tensor x, Tensor targets) = SampleData.TwoClouds(40, seed: 5);
        double[] at = [0.7, -1.3, 0.4]; // w₁, w₂, b
        Neuron neuron = Create(kind, at[..2], at[2]);
        neuron.Loss(x, targets).Backward();
        double[] tape = [.. neuron.Weights.Grad!.ToArray<double>(), neuron.Bias.Grad!.Item()];
        (Tensor dw, Tensor db) = neuron.GradientByHand(x, targets);
        double[] hand = [.. dw.ToArray<double>(), db.Item()];
        for (int i = 0; i < 3; i++)
        {
            Assert.True(Math.Abs(tape[i]) > 1e-3, "a gradient of zero would prove nothing");
            Assert.Equal(hand[i], tape[i], 1e-14);
            Assert.Equal((LossAt(kind, at, i, 1e-5, x, targets) - LossAt(kind, at, i, -1e-5, x, targets)) / 2e-5, hand[i], 1e-8);
        }
    }

    private static double LossAt(string kind, double[] at, int i, double shift, Tensor x, Tensor targets)
    {
        double[] moved = [.. at];
        moved[i] += shift;
        return Create(kind, moved[..2], moved[2]).Loss(x, targets).Item();
    }

    [Fact]
    public void TheLinearNeuronReachesTheLeastSquaresLine()
    {
        (Tensor x, Tensor targets) = SampleData.NoisyLine(100, seed: 3);
        Descent descent = GradientDescent.Train(new LinearNeuron([0], 0), x, targets, rate: 0.1, steps: 500);
        (double slope, double intercept) = SampleData.LeastSquares(x, targets);
        Assert.Equal(slope, descent.Last.Weights[0], 1e-6);
        Assert.Equal(intercept, descent.Last.Bias, 1e-6);
        Assert.Equal(SampleData.Slope, slope, 0.2); // noise 0.6 on 100 points: a standard error of about 0.05
        Assert.InRange(descent.LargestDifference, 0, 1e-12);
    }

    [Fact]
    public void TheLogisticNeuronsLossFallsStepByStep()
    {
        (Tensor x, Tensor targets) = SampleData.TwoClouds(120, seed: 2);
        Descent descent = GradientDescent.Train(new LogisticNeuron([1, -1.5], 2), x, targets, rate: 0.5, steps: 200);
        Assert.Equal(201, descent.Steps.Count);
        Assert.All(descent.Steps.Zip(descent.Steps.Skip(1)), pair => Assert.True(pair.Second.Loss < pair.First.Loss));
        Assert.InRange(descent.Last.Loss, 0, 0.35);
        Assert.InRange(descent.LargestDifference, 0, 1e-12);
    }
}
