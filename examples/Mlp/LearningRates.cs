using TensorCore.Optim;

namespace TensorCore.Examples.Mlp;

/// <summary>One learning rate's training.</summary>
/// <param name="Losses">Before each step; the last is infinite or NaN where the training diverged.</param>
/// <param name="Moments">The network at <see cref="Curve.Grid"/> after some steps, the last ones before it diverged or the training ended included.</param>
public sealed record RateRun(double Rate, double[] Losses, IReadOnlyList<(int Step, float[] Fitted)> Moments)
{
    /// <summary>Whether the loss grew beyond all bounds, or above where it started.</summary>
    public bool Diverged => !double.IsFinite(Losses[^1]) || Losses[^1] > 2 * Losses[0];

    /// <summary>The mean of the last tenth of the losses; infinite if diverged.</summary>
    public double FinalLoss => Diverged ? double.PositiveInfinity : Losses[^Math.Max(1, Losses.Length / 10)..].Average();
}

/// <summary>The same network from the same start, trained by plain gradient descent w ← w − η·dL/dw with different η.</summary>
public static class LearningRates
{
    /// <summary>From far too small to far too large.</summary>
    public static readonly double[] Rates = [0.0003, 0.003, 0.03, 0.1, 0.5];

    /// <summary>One training for each rate.</summary>
    public static RateRun[] Sweep(ulong seed, int steps = 2000) => [.. Rates.Select(rate => Train(rate, seed, steps))];

    private static RateRun Train(double rate, ulong seed, int steps)
    {
        (Tensor x, Tensor targets) = Curve.Data(128, new Generator(seed));
        MultilayerPerceptron network = new([1, 32, 32, 1], h => h.Tanh(), new Generator(seed + 1)); // the same start for all
        Sgd optimizer = new(network.Parameters(), rate);
        List<(int Step, float[] Fitted)> moments = [];
        double[] losses = Training.Run(optimizer, steps, () => Loss.MeanSquaredError(network.Forward(x), targets), after: step =>
        {
            if (step <= 8 || step == steps || step % Math.Max(1, steps / 10) == 0)
                moments.Add((step, Curve.Ask(network)));
        });
        return new(rate, losses, moments);
    }
}
