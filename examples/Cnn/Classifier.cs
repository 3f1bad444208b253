using TensorCore.Data;
using TensorCore.Examples.Cli;
using TensorCore.Optim;

namespace TensorCore.Examples.Cnn;

/// <summary>Settings of <see cref="Classifier.Train"/>.</summary>
/// <param name="Epochs">Passes over the training images, if the time suffices.</param>
/// <param name="Minutes">The longest that the training may take. The learning rate's cycle then closes earlier, so that it still ends low.</param>
/// <param name="Batch">Images in a step.</param>
/// <param name="Rate">The highest learning rate of the one cycle.</param>
/// <param name="Channels">Filters in the first layer.</param>
/// <param name="Dropout">The share of numbers dropped before each dense layer.</param>
/// <param name="Seed">Of weights, order and dropout.</param>
public sealed record TrainingSettings(int Epochs = 6, double Minutes = 9, int Batch = 128, double Rate = 4e-3, int Channels = 32, double Dropout = 0.25, ulong Seed = 1);

/// <summary>What came out after each epoch.</summary>
public sealed record EpochResult(double TrainingLoss, double TestAccuracy);

/// <summary>A trained network and its answers on the test images.</summary>
/// <param name="Losses">Of every step.</param>
/// <param name="Epochs">One for each pass, the last perhaps cut short.</param>
/// <param name="Probabilities">(test images, classes).</param>
/// <param name="Seconds">Of everything, tests included.</param>
public sealed record TrainedNetwork(ConvNet Network, double[] Losses, IReadOnlyList<EpochResult> Epochs, float[,] Probabilities, double Seconds)
{
    /// <summary>The share of test images whose most probable class is right.</summary>
    public double Accuracy => Epochs[^1].TestAccuracy;

    /// <summary>The most probable class of a test image.</summary>
    public int Answer(int image) => Enumerable.Range(0, Probabilities.GetLength(1)).MaxBy(c => Probabilities[image, c]);
}

/// <summary>Trains a <see cref="ConvNet"/>: cross-entropy, AdamW, one cycle of the learning rate.</summary>
public static class Classifier
{
    /// <summary>Trains on the task's training images and tests after each epoch.</summary>
    public static TrainedNetwork Train(ImageTask task, TrainingSettings settings, TrainingProgress? progress = null, Texts texts = default, CancellationToken stop = default)
    {
        long start = TimeProvider.System.GetTimestamp();
        double Elapsed() => TimeProvider.System.GetElapsedTime(start).TotalSeconds;

        (float mean, float std) = task.Train.Statistics();
        Tensor test = task.Test.ToTensor(mean, std);
        ConvNet network = new(task.Train.Height, task.Train.Width, task.Names.Count, settings.Channels, settings.Dropout, new Generator(settings.Seed));
        TensorDataset images = new(task.Train.ToTensor(mean, std), task.Train.Classes());
        DataLoader<Tensor[]> loader = DataLoader.Create(images, settings.Batch, shuffle: true, seed: settings.Seed, dropLast: task.Train.Count > settings.Batch, prefetch: 2);
        AdamW optimizer = new(network.Parameters(), settings.Rate, weightDecay: 0.02);
        long steps = (long)settings.Epochs * loader.BatchCount;
        OneCycle schedule = new(steps, settings.Rate);
        Pace pace = new(steps, 60 * settings.Minutes);

        List<double> losses = [];
        List<EpochResult> epochs = [];
        float[,] probabilities = new float[0, 0];
        double fraction = 0;
        while (fraction < 1)
        {
            int before = losses.Count;
            network.Train();
            foreach (Tensor[] batch in loader)
            {
                stop.ThrowIfCancellationRequested();
                optimizer.LearningRate = schedule.At((long)(fraction * (steps - 1)));
                losses.Add(Step(network, optimizer, batch[0], batch[1]));
                fraction = pace.Fraction(losses.Count, Elapsed());
                string? note = epochs.Count == 0 ? null : texts.Pick("teste ", "test ") + FormattableString.Invariant($"{epochs[^1].TestAccuracy:0.0%}");
                progress?.Report(fraction, (long)losses.Count * settings.Batch, losses[^1], note);
                if (fraction >= 1)
                    break;
            }
            network.Eval();
            probabilities = Predict(network, test, task.Names.Count);
            epochs.Add(new(losses.Skip(before).Average(), Accuracy(probabilities, task.Test.Labels)));
        }
        return new(network, [.. losses], epochs, probabilities, Elapsed());
    }

    /// <summary>How often a test image of class [row] was taken for class [column].</summary>
    public static double[,] Confusion(TrainedNetwork trained, LabelledImages test, int classes)
    {
        double[,] counts = new double[classes, classes];
        for (int i = 0; i < test.Count; i++)
            counts[test.Labels[i], trained.Answer(i)]++;
        return counts;
    }

    private static double Step(ConvNet network, Optimizer optimizer, Tensor x, Tensor classes)
    {
        optimizer.ZeroGrad();
        Tensor loss = Loss.CrossEntropy(network.Forward(x), classes);
        loss.Backward();
        optimizer.Step();
        return loss.Item();
    }

    private static float[,] Predict(ConvNet network, Tensor images, int classes)
    {
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        float[,] all = new float[images.Size(0), classes];
        for (int from = 0; from < images.Size(0); from += 250)
        {
            int to = Math.Min(from + 250, images.Size(0));
            float[] p = network.Forward(images[from..to]).Softmax().ToArray<float>();
            Buffer.BlockCopy(p, 0, all, from * classes * sizeof(float), p.Length * sizeof(float));
        }
        return all;
    }

    private static double Accuracy(float[,] probabilities, byte[] labels)
    {
        int right = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            int best = 0;
            for (int c = 1; c < probabilities.GetLength(1); c++)
                best = probabilities[i, c] > probabilities[i, best] ? c : best;
            right += best == labels[i] ? 1 : 0;
        }
        return (double)right / labels.Length;
    }
}
