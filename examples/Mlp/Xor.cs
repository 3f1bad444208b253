using TensorCore.Optim;

namespace TensorCore.Examples.Mlp;

/// <summary>XOR with two hidden neurons: each draws a line, the output neuron combines the two.</summary>
/// <param name="Network">2 inputs, 2 tanh neurons, 1 output (a logit).</param>
/// <param name="Losses">Of the start that succeeded, step by step.</param>
/// <param name="Stuck">The losses at which earlier starts stayed: local minima.</param>
/// <param name="GradientDifference">Between the tape and <see cref="BackpropagationByHand"/>, before training.</param>
public sealed record Xor(MultilayerPerceptron Network, double[] Losses, IReadOnlyList<double> Stuck, double GradientDifference)
{
    /// <summary>The four corners of the unit square, (4, 2).</summary>
    public static Tensor Inputs => Tensor.From<float>([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);

    /// <summary>(4, 1).</summary>
    public static Tensor Targets => Tensor.From<float>([0, 1, 1, 0], [4, 1]);

    /// <summary>
    /// Trains from random weights; a start that ends in a local minimum is given up for another. With only two hidden neurons that happens;
    /// with more of them hardly ever.
    /// </summary>
    public static Xor Train(ulong seed, int steps = 500, int maxStarts = 20)
    {
        Generator generator = new(seed);
        Tensor x = Inputs, targets = Targets;
        List<double> stuck = [];
        while (true)
        {
            MultilayerPerceptron network = new([2, 2, 1], h => h.Tanh(), generator);
            double difference = BackpropagationByHand.LargestDifference(network, x, targets);
            Sgd optimizer = new(network.Parameters(), learningRate: 0.5, momentum: 0.9);
            double[] losses = Training.Run(optimizer, steps, () => Loss.BinaryCrossEntropyWithLogits(network.Forward(x), targets));
            if (losses[^1] < 0.1 || stuck.Count == maxStarts - 1)
                return new(network, losses, stuck, difference);
            stuck.Add(losses[^1]);
        }
    }

    /// <summary>σ of the output for the four inputs.</summary>
    public float[] Probabilities()
    {
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        return Network.Forward(Inputs).Sigmoid().ToArray<float>();
    }
}
