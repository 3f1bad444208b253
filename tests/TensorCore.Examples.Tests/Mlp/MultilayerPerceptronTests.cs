using TensorCore.Examples.Mlp;

namespace TensorCore.Examples.Tests;

public class MultilayerPerceptronTests
{
    [Fact]
    public void HiddenLayersAndOutputHaveTheirWidths()
    {
        MultilayerPerceptron network = new([3, 5, 4, 2], h => h.Tanh(), new Generator(1));
        Tensor x = Tensor.RandN([7, 3], generator: new Generator(2));
        Assert.Equal([7, 5], network.Hidden(x, 1).Shape.Span.ToArray());
        Assert.Equal([7, 4], network.Hidden(x, 2).Shape.Span.ToArray());
        Assert.Equal([7, 2], network.Forward(x).Shape.Span.ToArray());
        Assert.Equal(3 * 5 + 5 + 5 * 4 + 4 + 4 * 2 + 2, network.ParameterCount);
    }

    [Fact]
    public void BackpropagationByHandGivesTheTapesGradients()
    {
        Generator generator = new(4);
        MultilayerPerceptron network = new([3, 6, 1], h => h.Tanh(), generator);
        Tensor x = Tensor.RandN([20, 3], generator: generator), targets = Tensor.Bernoulli([20, 1], 0.5, generator: generator);
        Assert.All(BackpropagationByHand.Gradients(network, x, targets), g => Assert.True(g.Abs().Max().Item() > 1e-3));
        Assert.InRange(BackpropagationByHand.LargestDifference(network, x, targets), 0, 1e-6);
        Assert.All(network.Parameters(), p => Assert.True(p.Grad is null || p.Grad.Abs().Max().Item() == 0)); // left clean for the training
    }

    [Fact]
    public void BackpropagationByHandGivesTheSlopesOfTheLoss()
    {
        Generator generator = new(5);
        MultilayerPerceptron network = new([2, 3, 1], h => h.Tanh(), generator);
        Tensor x = Tensor.RandN([8, 2], generator: generator), targets = Tensor.Bernoulli([8, 1], 0.5, generator: generator);
        Tensor[] hand = BackpropagationByHand.Gradients(network, x, targets);
        // Along the gradient the loss grows by ‖g‖² times the step; float32 and the curvature leave about three digits.
        double squared = hand.Sum(g => (g * g).Sum().Item()), before = Value();
        const double Step = 1e-3;
        using (Autograd.NoGrad())
        {
            foreach ((Tensor p, Tensor g) in network.Parameters().Zip(hand))
                p.AddInPlace(g * Step);
        }
        Assert.InRange((Value() - before) / (Step * squared), 0.98, 1.02);

        double Value()
        {
            using Autograd.RecordingScope scope = Autograd.NoGrad();
            return Loss.BinaryCrossEntropyWithLogits(network.Forward(x), targets).Item();
        }
    }

    [Fact]
    public void TrainingStopsWhereTheLossIsNoNumber()
    {
        Tensor w = Tensor.Ones([1]).RequireGrad();
        double[] losses = Training.Run(new Optim.Sgd([w], 1e30), 100, () => (w * w * w).Sum());
        Assert.InRange(losses.Length, 2, 10);
        Assert.False(double.IsFinite(losses[^1]));
    }
}
