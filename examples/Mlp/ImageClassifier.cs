using TensorCore.Data;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Data;
using TensorCore.Optim;

namespace TensorCore.Examples.Mlp;

/// <summary>What came out after each epoch.</summary>
public sealed record ImageEpoch(double TrainingLoss, double TestAccuracy);

/// <summary>A trained image classifier.</summary>
/// <param name="Losses">Of every batch.</param>
/// <param name="Epochs">One for each pass over the training images.</param>
/// <param name="Predictions">The class of each test image, as the network says.</param>
/// <param name="Seconds">Of the training, without the tests after each epoch.</param>
public sealed record ImageResult(MultilayerPerceptron Network, double[] Losses, IReadOnlyList<ImageEpoch> Epochs, int[] Predictions, double Seconds)
{
    /// <summary>The share of test images whose class is right.</summary>
    public double Accuracy => Epochs[^1].TestAccuracy;
}

/// <summary>Settings of <see cref="ImageClassifier.Train"/>.</summary>
/// <param name="Epochs">Passes over the training images.</param>
/// <param name="Batch">Images in a step.</param>
/// <param name="Rate">The highest learning rate of the one cycle.</param>
/// <param name="Hidden">Neurons in the first hidden layer; the second has half.</param>
/// <param name="Seed">Of weights and order.</param>
public sealed record ImageSettings(int Epochs = 10, int Batch = 128, double Rate = 2e-3, int Hidden = 256, ulong Seed = 1);

/// <summary>A multilayer perceptron on images: each pixel is an input, where it lies in the image the network does not know.</summary>
public static class ImageClassifier
{
    /// <summary>Trains on a data set and tests after each epoch. Ctrl-C (<paramref name="stop"/>) ends the training after the epoch's batch.</summary>
    public static ImageResult Train(ImageDataset data, ImageSettings settings, TrainingProgress? progress = null, Texts texts = default, CancellationToken stop = default)
    {
        Generator generator = new(settings.Seed);
        int pixels = data.Height * data.Width;
        (float mean, float std) = Statistics(data.Train);
        TensorDataset train = new(Pixels(data.Train, mean, std), Labels(data.Train));
        Tensor test = Pixels(data.Test, mean, std);
        MultilayerPerceptron network = new([pixels, settings.Hidden, settings.Hidden / 2, data.Classes], h => h.Relu(), generator);
        DataLoader<Tensor[]> loader = DataLoader.Create(train, settings.Batch, shuffle: true, seed: settings.Seed, prefetch: 2);
        AdamW optimizer = new(network.Parameters(), settings.Rate, weightDecay: 0.01);
        long steps = (long)settings.Epochs * loader.BatchCount, images = 0;
        OneCycle schedule = new(steps, settings.Rate);
        List<double> losses = [];
        List<ImageEpoch> epochs = [];
        int[] predictions = [];
        TimeSpan testing = TimeSpan.Zero;
        long start = TimeProvider.System.GetTimestamp();
        for (int epoch = 0; epoch < settings.Epochs; epoch++)
        {
            foreach (Tensor[] batch in loader)
            {
                stop.ThrowIfCancellationRequested();
                (Tensor x, Tensor labels) = (batch[0], batch[1]); // (B, pixels), (B,)
                schedule.Apply(optimizer);
                optimizer.ZeroGrad();
                Tensor loss = Loss.CrossEntropy(network.Forward(x), labels);
                loss.Backward();
                optimizer.Step();
                losses.Add(loss.Item());
                images += labels.Count;
                string? note = epochs.Count == 0 ? null : texts.Pick("teste ", "test ") + FormattableString.Invariant($"{epochs[^1].TestAccuracy:0.0%}");
                progress?.Report((double)losses.Count / steps, images, losses[^1], note);
            }
            long before = TimeProvider.System.GetTimestamp();
            predictions = Predict(network, test);
            double accuracy = predictions.Zip(data.Test.Labels, (p, t) => p == t ? 1.0 : 0.0).Average();
            epochs.Add(new(losses.TakeLast(loader.BatchCount).Average(), accuracy));
            testing += TimeProvider.System.GetElapsedTime(before);
        }
        return new(network, [.. losses], epochs, predictions, (TimeProvider.System.GetElapsedTime(start) - testing).TotalSeconds);
    }

    private static int[] Predict(MultilayerPerceptron network, Tensor images)
    {
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        List<int> classes = [];
        for (int i = 0; i < images.Size(0); i += 1000)
            classes.AddRange(network.Forward(images[i..Math.Min(i + 1000, images.Size(0))]).ArgMax(1).ToArray<long>().Select(c => (int)c));
        return [.. classes];
    }

    // (N, height·width), shifted and scaled to mean 0 and deviation 1 over the training images.
    private static Tensor Pixels(ImageSet set, float mean, float std) =>
        Tensor.From(Array.ConvertAll(set.Images, p => (p - mean) / std), [set.Count, set.Height * set.Width]);

    private static Tensor Labels(ImageSet set) => Tensor.From(Array.ConvertAll(set.Labels, l => (long)l));

    private static (float Mean, float Std) Statistics(ImageSet set)
    {
        double sum = 0, squares = 0;
        foreach (byte p in set.Images)
            (sum, squares) = (sum + p, squares + p * p);
        double mean = sum / set.Images.Length, variance = squares / set.Images.Length - mean * mean;
        return ((float)mean, variance > 0 ? (float)Math.Sqrt(variance) : 1);
    }
}
