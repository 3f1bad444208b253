using TensorCore.Examples.Cnn;

namespace TensorCore.Examples.Tests;

public class CnnTests
{
    private static readonly TrainingSettings _small = new(Epochs: 3, Channels: 8, Batch: 64);

    [Fact]
    public void ShapesAreBalancedAndComeFromTheSeed()
    {
        ImageTask a = SyntheticShapes.Create(3, 60, 12), b = SyntheticShapes.Create(3, 60, 12), c = SyntheticShapes.Create(4, 60, 12);
        Assert.Equal(a.Train.Pixels, b.Train.Pixels);
        Assert.NotEqual(a.Train.Pixels, c.Train.Pixels);
        Assert.NotEqual(a.Train.Pixels[..4800], a.Test.Pixels);
        Assert.All(a.Train.Labels.CountBy(l => l), p => Assert.Equal(10, p.Value));
        Assert.Equal(6, a.Names.Count);
    }

    [Fact]
    public void HorizontalShapesAreWideAndVerticalOnesHigh()
    {
        LabelledImages images = SyntheticShapes.Create(1, 600, 6).Train;
        // Mean images of 100 examples each: noise averages out, and the spread of brightness along x and y tells the direction.
        (double x0, double y0) = Spread(images, 0);
        (double x1, double y1) = Spread(images, 1);
        Assert.True(x0 > y0 && x1 < y1, $"{x0} {y0} {x1} {y1}");
    }

    private static (double X, double Y) Spread(LabelledImages images, int label)
    {
        double[] mean = new double[images.Height * images.Width];
        for (int i = 0; i < images.Count; i++)
            for (int p = 0; p < mean.Length && images.Labels[i] == label; p++)
                mean[p] += images.Image(i)[p];
        double floor = mean.Min(), total = mean.Sum(m => m - floor), cx = 0, cy = 0, vx = 0, vy = 0;
        for (int p = 0; p < mean.Length; p++)
        {
            cx += (mean[p] - floor) / total * (p % images.Width);
            cy += (mean[p] - floor) / total * (p / images.Width);
        }
        for (int p = 0; p < mean.Length; p++)
        {
            vx += (mean[p] - floor) / total * Math.Pow(p % images.Width - cx, 2);
            vy += (mean[p] - floor) / total * Math.Pow(p / images.Width - cy, 2);
        }
        return (vx, vy);
    }

    [Fact]
    public void LayersHaveTheirShapes()
    {
        ConvNet network = new(20, 13, classes: 5, channels: 4, dropout: 0.2, new Generator(1));
        Tensor x = Tensor.RandN([3, 1, 20, 13], generator: new Generator(2));
        Assert.Equal([3, 5], network.Forward(x).Shape.Span.ToArray());
        int[][] shapes = [.. network.FeatureMaps(x).Select(m => m.Shape.Span.ToArray())];
        Assert.Equal([[3, 4, 20, 13], [3, 8, 10, 6], [3, 8, 5, 3]], shapes);
        Assert.Equal([4, 1, 5, 5], network.Filters.Shape.Span.ToArray());
    }

    [Fact]
    public void AnImagesAnswerDoesNotDependOnItsBatchInEvaluation()
    {
        ConvNet network = new(12, 12, classes: 3, channels: 4, dropout: 0.5, new Generator(1));
        network.Eval();
        Tensor x = Tensor.RandN([5, 1, 12, 12], generator: new Generator(2));
        float[] all = network.Forward(x).ToArray<float>(), one = network.Forward(x[2..3]).ToArray<float>();
        for (int c = 0; c < 3; c++)
            Assert.Equal(all[6 + c], one[c], 1e-5f);
    }

    [Fact]
    public void LearnsTheShapesAndTheSameSeedGivesTheSameBits()
    {
        ImageTask task = SyntheticShapes.Create(1, 1500, 300);
        TrainedNetwork a = Classifier.Train(task, _small), b = Classifier.Train(task, _small);
        Assert.True(a.Accuracy > 0.85, $"accuracy {a.Accuracy}");
        Assert.Equal(a.Losses, b.Losses);
        Assert.Equal(a.Probabilities.Cast<float>(), b.Probabilities.Cast<float>());

        double[,] confusion = Classifier.Confusion(a, task.Test, 6);
        Assert.Equal(300, confusion.Cast<double>().Sum());
        Assert.Equal(a.Accuracy * 300, Enumerable.Range(0, 6).Sum(c => confusion[c, c]), 1e-9);
        Assert.All(Enumerable.Range(0, 300), i => Assert.Equal(1, Enumerable.Range(0, 6).Sum(c => a.Probabilities[i, c]), 1e-5f));
    }

    [Fact]
    public void StepsDecideWhereTheyFitAndTheClockWhereTheyDoNot()
    {
        // 100 steps of 0.1 s fit into 60 s, however slow the first one is.
        Pace fast = new(100, 60);
        for (int step = 1; step < 100; step++)
            Assert.Equal(step / 100.0, fast.Fraction(step, 8 + 0.1 * step));
        Assert.Equal(1, fast.Fraction(100, 18));
        Assert.False(fast.IsLate);

        // 1000 steps of 0.2 s do not fit into 60 s: the share then grows with the clock, without a jump, and is 1 when the time is up.
        Pace slow = new(1000, 60);
        double before = 0;
        for (int step = 1; 0.2 * step < 60; step++)
        {
            double now = slow.Fraction(step, 0.2 * step);
            Assert.InRange(now - before, 0, 0.005);
            before = now;
        }
        Assert.True(slow.IsLate);
        Assert.InRange(before, 0.99, 1);
        Assert.Equal(1, slow.Fraction(300, 60));
    }

    [Fact]
    public void ATrainingEndsWithItsTime()
    {
        TrainedNetwork trained = Classifier.Train(SyntheticShapes.Create(1, 600, 60), _small with { Epochs = 100_000, Minutes = 1.0 / 60 });
        Assert.InRange(trained.Seconds, 1, 20); // a second, the last step and the test
        Assert.NotEmpty(trained.Losses);
    }
}
