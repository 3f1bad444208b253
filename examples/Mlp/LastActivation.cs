using TensorCore.Nn;
using TensorCore.Optim;

namespace TensorCore.Examples.Mlp;

/// <summary>Classes of which exactly one is right: softmax against one sigmoid each.</summary>
/// <param name="Accuracy">The share of fresh points whose most probable class is right.</param>
/// <param name="Sums">Σ of the class probabilities at each fresh point: 1, if they are probabilities of exclusive events.</param>
public sealed record ExclusiveResult(MultilayerPerceptron Network, double Accuracy, float[] Sums);

/// <summary>Labels that may all be right, or none: sigmoids against a softmax.</summary>
/// <param name="ExactMatch">The share of fresh points all of whose labels are right.</param>
/// <param name="Right">Which points those are.</param>
public sealed record IndependentResult(double ExactMatch, bool[] Right);

/// <summary>Sales, which cannot be negative: ReLU against nothing and against a sigmoid.</summary>
/// <param name="Error">Root mean squared error against the curve behind the data.</param>
/// <param name="Lowest">The smallest prediction in the range of the data.</param>
/// <param name="Fitted">The predictions at <see cref="LastActivation.Temperatures"/>.</param>
public sealed record SalesResult(double Error, double Lowest, float[] Fitted);

/// <summary>The last activation decides what can come out of a network. Three tasks, each with the fitting choice and a wrong one.</summary>
public static class LastActivation
{
    /// <summary>Temperatures in °C at which the sales curves are drawn.</summary>
    public static readonly float[] Temperatures = [.. Enumerable.Range(0, 121).Select(i => (float)(i * 0.25 + 5))];

    /// <summary>The discs of <see cref="Labels"/>: centre and radius. They overlap, and leave room outside.</summary>
    public static readonly (double X, double Y, double Radius)[] Discs = [(-0.35, 0.25, 0.6), (0.35, 0.25, 0.6), (0, -0.35, 0.6)];

    /// <summary>Three clouds of points, (N, 2), and the class of each, (N,).</summary>
    public static (Tensor X, Tensor Classes) Clouds(int count, Generator generator)
    {
        long[] classes = [.. Enumerable.Range(0, count).Select(i => (long)(i % 3))];
        float[] centres = [.. classes.SelectMany(c => (float[])[(float)(0.6 * Math.Sin(c * Math.Tau / 3)), (float)(0.6 * Math.Cos(c * Math.Tau / 3))])];
        return (Tensor.From(centres, [count, 2]) + Tensor.RandN([count, 2], std: 0.3, generator: generator), Tensor.From(classes));
    }

    /// <summary>Points of the square, (N, 2), and for each of the three discs whether it lies inside, (N, 3).</summary>
    public static (Tensor X, Tensor Labels) Labels(int count, Generator generator)
    {
        Tensor x = Tensor.Rand([count, 2], -1.1, 1.1, generator: generator);
        float[] p = x.ToArray<float>();
        float[] labels = [.. Enumerable.Range(0, count).SelectMany(i => Discs.Select(d =>
            Math.Pow(p[2 * i] - d.X, 2) + Math.Pow(p[2 * i + 1] - d.Y, 2) < d.Radius * d.Radius ? 1f : 0f))];
        return (x, Tensor.From(labels, [count, 3]));
    }

    /// <summary>Ice creams sold in a day, in hundreds, at a temperature in °C: none below 15, eight more with each degree above.</summary>
    public static double Sales(double temperature) => Math.Max(0, 0.08 * (temperature - 15));

    /// <summary>Softmax and cross-entropy (right), or three sigmoids and binary cross-entropy (wrong).</summary>
    public static ExclusiveResult Exclusive(bool softmax, ulong seed, int steps)
    {
        Generator data = new(seed);
        (Tensor x, Tensor classes) = Clouds(300, data);
        Tensor targets = OneHot(classes, 3);
        MultilayerPerceptron network = new([2, 16, 3], h => h.Tanh(), new Generator(seed + 1));
        Training.Run(new Adam(network.Parameters(), 0.02), steps, () => softmax
            ? Loss.CrossEntropy(network.Forward(x), classes)
            : Loss.BinaryCrossEntropyWithLogits(network.Forward(x), targets));

        (Tensor fresh, Tensor truth) = Clouds(3000, data);
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        Tensor logits = network.Forward(fresh);
        Tensor p = softmax ? logits.Softmax() : logits.Sigmoid(); // (N, 3)
        return new(network, Share(p.ArgMax(1).ToArray<long>().Zip(truth.ToArray<long>(), (a, b) => a == b)), p.Sum(1).ToArray<float>());
    }

    /// <summary>Sigmoids and binary cross-entropy (right), or a softmax over the labels (wrong): its probabilities sum to 1, so "all three" cannot be told from "none".</summary>
    public static IndependentResult Independent(bool sigmoid, ulong seed, int steps, Tensor fresh, Tensor truth)
    {
        (Tensor x, Tensor labels) = Labels(600, new Generator(seed));
        // A softmax can only be given shares: a point's labels divided by their number; without any, a third each.
        Tensor none = Tensor.From<float>([.. labels.Sum(1).ToArray<float>().Select(s => s == 0 ? 1f / 3 : 0f)], [x.Size(0), 1]);
        Tensor shares = labels / Tensor.Maximum(labels.Sum(1, keepDim: true), Tensor.Scalar(1)) + none;
        MultilayerPerceptron network = new([2, 24, 24, 3], h => h.Tanh(), new Generator(seed + 1));
        Training.Run(new Adam(network.Parameters(), 0.02), steps, () => sigmoid
            ? Loss.BinaryCrossEntropyWithLogits(network.Forward(x), labels)
            : Loss.CrossEntropy(network.Forward(x), shares));

        using Autograd.RecordingScope scope = Autograd.NoGrad();
        Tensor logits = network.Forward(fresh);
        // A sigmoid says yes above ½. The best that can be done with the softmax: 5/12 lies between its share for two labels, ½, and for none, ⅓; but ⅓ is also that of three.
        Tensor said = sigmoid ? (logits.Sigmoid() - 0.5).Step() : (logits.Softmax() - 5.0 / 12).Step();
        bool[] right = [.. (said - truth).Abs().Sum(1).ToArray<float>().Select(wrong => wrong == 0)];
        return new(Share(right), right);
    }

    /// <summary>Regression with a last activation: "relu" (right), "identity" (may go below zero) or "sigmoid" (cannot exceed 1).</summary>
    public static SalesResult Regression(string activation, ulong seed, int steps, Tensor x, Tensor targets)
    {
        MultilayerPerceptron network = new([1, 8, 1], h => h.Tanh(), new Generator(seed + 1));
        // The output starts at the mean of the data: a ReLU that starts below zero would have no gradient and never wake up.
        Initializers.Constant(network.Layers[^1].Bias!, activation == "sigmoid" ? 0 : targets.Mean().Item());
        Training.Run(new Adam(network.Parameters(), 0.02), steps, () => Loss.MeanSquaredError(Predict(x), targets), new CosineDecay(steps, 0.02));

        using Autograd.RecordingScope scope = Autograd.NoGrad();
        float[] fitted = Predict(Tensor.From(Temperatures, [Temperatures.Length, 1])).ToArray<float>();
        double error = Math.Sqrt(fitted.Zip(Temperatures, (y, t) => Math.Pow(y - Sales(t), 2)).Average());
        return new(error, fitted.Min(), fitted);

        Tensor Predict(Tensor temperature)
        {
            Tensor z = network.Forward((temperature - 20) / 10);
            return activation switch { "relu" => z.Relu(), "sigmoid" => z.Sigmoid(), _ => z };
        }
    }

    /// <summary>Temperatures (N, 1) and the sales counted then, with noise, never below zero, (N, 1).</summary>
    public static (Tensor X, Tensor Targets) SalesData(int count, Generator generator)
    {
        Tensor t = Tensor.Rand([count, 1], 5, 35, generator: generator);
        Tensor sales = (0.08 * (t - 15)).Relu();
        Tensor noise = Tensor.RandN([count, 1], std: 0.08, generator: generator) * (t - 15).Step();
        return (t, (sales + noise).Relu());
    }

    private static Tensor OneHot(Tensor classes, int count)
    {
        long[] of = classes.ToArray<long>();
        return Tensor.From<float>([.. of.SelectMany(c => Enumerable.Range(0, count).Select(k => k == c ? 1f : 0f))], [of.Length, count]);
    }

    private static double Share(IEnumerable<bool> right) => right.Average(r => r ? 1.0 : 0.0);
}

/// <summary>All three tasks with their right and wrong choices, and the data that the picture shows.</summary>
public sealed record LastActivationResults(
    ulong Seed,
    ExclusiveResult Softmax,
    ExclusiveResult SigmoidOnClasses,
    Tensor LabelPoints,
    IndependentResult Sigmoid,
    IndependentResult SoftmaxOnLabels,
    Tensor SalesX,
    Tensor SalesTargets,
    SalesResult Relu,
    SalesResult Identity,
    SalesResult SigmoidOnSales)
{
    /// <summary>Trains the seven networks.</summary>
    public static LastActivationResults Train(ulong seed, int steps = 600)
    {
        (Tensor points, Tensor labels) = LastActivation.Labels(1000, new Generator(seed + 7));
        (Tensor x, Tensor sales) = LastActivation.SalesData(150, new Generator(seed));
        return new(
            seed,
            LastActivation.Exclusive(softmax: true, seed, steps),
            LastActivation.Exclusive(softmax: false, seed, steps),
            points,
            LastActivation.Independent(sigmoid: true, seed, steps, points, labels),
            LastActivation.Independent(sigmoid: false, seed, steps, points, labels),
            x,
            sales,
            LastActivation.Regression("relu", seed, steps, x, sales),
            LastActivation.Regression("identity", seed, steps, x, sales),
            LastActivation.Regression("sigmoid", seed, steps, x, sales));
    }
}
