namespace TensorCore.Examples.Perceptron;

/// <summary>The neuron before a step.</summary>
public sealed record Snapshot(double[] Weights, double Bias, double Loss);

/// <summary>How a descent went.</summary>
/// <param name="Steps">The neuron before each step, and at the end.</param>
/// <param name="FirstGradient">dL/dw₁, … , dL/db at the first step, by the tape and by hand.</param>
/// <param name="LargestDifference">The largest difference of the two in all steps.</param>
public sealed record Descent(IReadOnlyList<Snapshot> Steps, (double[] Tape, double[] Hand) FirstGradient, double LargestDifference)
{
    /// <summary>The neuron at the end.</summary>
    public Snapshot Last => Steps[^1];
}

/// <summary>Gradient descent, plain: w ← w − η·dL/dw, b ← b − η·dL/db, over all examples at once.</summary>
public static class GradientDescent
{
    /// <summary>Takes <paramref name="steps"/> steps of size <paramref name="rate"/> (η) down the loss of <paramref name="neuron"/>.</summary>
    public static Descent Train(Neuron neuron, Tensor x, Tensor targets, double rate, int steps)
    {
        List<Snapshot> history = [];
        (double[] Tape, double[] Hand) first = ([], []);
        double difference = 0;
        for (int step = 0; step < steps; step++)
        {
            Tensor loss = neuron.Loss(x, targets);
            loss.Backward(); // fills Weights.Grad and Bias.Grad
            history.Add(Snap(neuron, loss.Item()));

            double[] tape = Flat(neuron.Weights.Grad!, neuron.Bias.Grad!);
            (Tensor dw, Tensor db) = neuron.GradientByHand(x, targets);
            double[] hand = Flat(dw, db);
            if (step == 0)
                first = (tape, hand);
            difference = Math.Max(difference, tape.Zip(hand, (a, b) => Math.Abs(a - b)).Max());

            using (Autograd.NoGrad())
            {
                neuron.Weights.AddInPlace(neuron.Weights.Grad! * -rate);
                neuron.Bias.AddInPlace(neuron.Bias.Grad! * -rate);
            }
            neuron.Weights.Grad = neuron.Bias.Grad = null; // the next Backward would add to them
        }
        history.Add(Snap(neuron, neuron.Loss(x, targets).Item()));
        return new(history, first, difference);
    }

    private static Snapshot Snap(Neuron neuron, double loss) => new(neuron.Weights.ToArray<double>(), neuron.Bias.Item(), loss);

    private static double[] Flat(Tensor dw, Tensor db) => [.. dw.ToArray<double>(), db.Item()];
}
