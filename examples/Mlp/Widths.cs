using TensorCore.Nn;
using TensorCore.Optim;

namespace TensorCore.Examples.Mlp;

/// <summary>One width's approximation.</summary>
/// <param name="Error">Root mean squared error over the interval.</param>
/// <param name="Fitted">The network at <see cref="Curve.Grid"/>.</param>
public sealed record WidthRun(int Width, long Parameters, double Error, float[] Fitted);

/// <summary>
/// One hidden layer approximates a function the better, the wider it is. That enough neurons suffice for any continuous function is a theorem
/// (Cybenko 1989; Hornik, Stinchcombe and White 1989); that training finds the weights is not.
/// </summary>
public static class Widths
{
    /// <summary>Neurons in the hidden layer.</summary>
    public static readonly int[] Sizes = [1, 2, 4, 16, 64];

    /// <summary>One training for each width; of <paramref name="starts"/> starts the best, so that luck weighs less.</summary>
    public static WidthRun[] Compare(ulong seed, int steps = 1500, int starts = 2)
    {
        (Tensor x, Tensor targets) = Curve.Data(200, new Generator(seed));
        return [.. Sizes.Select(width => Enumerable.Range(0, starts).Select(start => Train(width, seed + 1 + (ulong)start, x, targets, steps)).MinBy(r => r.Error)!)];
    }

    private static WidthRun Train(int width, ulong seed, Tensor x, Tensor targets, int steps)
    {
        MultilayerPerceptron network = new([1, width, 1], h => h.Tanh(), new Generator(seed));
        // Slopes and kinks all over the interval from the start: the usual ±1/√1 leaves them near zero.
        Initializers.Uniform(network.Layers[0].Weight, -3, 3, new Generator(seed + 1000));
        Initializers.Uniform(network.Layers[0].Bias!, -4, 4, new Generator(seed + 2000));
        const double Peak = 0.03;
        Adam optimizer = new(network.Parameters(), Peak);
        Training.Run(optimizer, steps, () => Loss.MeanSquaredError(network.Forward(x), targets), new CosineDecay(steps, Peak));
        float[] fitted = Curve.Ask(network);
        return new(width, network.ParameterCount, Curve.Error(fitted), fitted);
    }
}
