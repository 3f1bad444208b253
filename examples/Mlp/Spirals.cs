using TensorCore.Optim;

namespace TensorCore.Examples.Mlp;

/// <summary>Two spirals wound into each other: no line, and no few lines, separate them.</summary>
/// <param name="Network">2 inputs, two layers of tanh neurons, 1 output (a logit).</param>
/// <param name="Losses">Step by step.</param>
/// <param name="Accuracy">On fresh points of the same spirals.</param>
public sealed record Spirals(MultilayerPerceptron Network, double[] Losses, double Accuracy)
{
    /// <summary>
    /// Points on two arms with 1¾ turns, (N, 2), and their classes, (N, 1): angle and radius grow together, the second arm is the first turned by half a circle.
    /// </summary>
    public static (Tensor X, Tensor Targets) Data(int count, Generator generator)
    {
        Tensor arm = Tensor.From<float>([.. Enumerable.Range(0, count).Select(i => (float)(i % 2))], [count, 1]);
        Tensor t = Tensor.Rand([count, 1], 0.05, 1, generator: generator).Sqrt(); // the root spreads the points evenly along the arm
        Tensor angle = t * (3.5 * Math.PI) + arm * Math.PI;
        Tensor x = Tensor.Cat([t * angle.Cos(), t * angle.Sin()], axis: 1);
        return (x + Tensor.RandN([count, 2], std: 0.02, generator: generator), arm);
    }

    /// <summary>Trains on <paramref name="points"/> points; <paramref name="after"/> sees the network as it grows, with the number of steps done.</summary>
    public static Spirals Train(ulong seed, Tensor x, Tensor targets, int steps = 1000, int width = 32, Action<int, MultilayerPerceptron>? after = null)
    {
        Generator generator = new(seed + 1);
        MultilayerPerceptron network = new([2, width, width, 1], h => h.Tanh(), generator);
        Adam optimizer = new(network.Parameters(), learningRate: 0.01);
        double[] losses = Training.Run(optimizer, steps, () => Loss.BinaryCrossEntropyWithLogits(network.Forward(x), targets), after: step => after?.Invoke(step, network));
        (Tensor fresh, Tensor classes) = Data(2000, generator);
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        return new(network, losses, 1 - (network.Forward(fresh).Step() - classes).Abs().Mean().Item());
    }
}
