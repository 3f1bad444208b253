using TensorCore.Examples.Mlp;

namespace TensorCore.Examples.Tests;

public class MlpTasksTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void TwoHiddenNeuronsLearnXor(ulong seed)
    {
        Xor xor = Xor.Train(seed, steps: 400);
        float[] p = xor.Probabilities();
        Assert.True(p[0] < 0.2 && p[1] > 0.8 && p[2] > 0.8 && p[3] < 0.2, string.Join(' ', p));
        Assert.All(xor.Stuck, loss => Assert.True(loss > 0.1));
    }

    [Fact]
    public void TwoHiddenLayersSeparateTheSpirals()
    {
        (Tensor x, Tensor targets) = Spirals.Data(240, new Generator(1));
        List<int> seen = [];
        Spirals spirals = Spirals.Train(1, x, targets, steps: 500, after: (step, _) => seen.Add(step));
        Assert.True(spirals.Accuracy > 0.95, $"accuracy {spirals.Accuracy}");
        Assert.Equal(Enumerable.Range(1, 500), seen);
    }

    [Fact]
    public void ALearningRateIsTooSmallGoodOrDivergent()
    {
        RateRun[] runs = LearningRates.Sweep(seed: 1, steps: 500);
        Assert.Equal(LearningRates.Rates, runs.Select(r => r.Rate));
        Assert.All(runs, r => Assert.Equal(runs[0].Losses[0], r.Losses[0])); // the same start
        Assert.True(runs[0].FinalLoss > 0.7 * runs[0].Losses[0]);
        Assert.True(runs.Min(r => r.FinalLoss) < 0.25 * runs[0].Losses[0]);
        Assert.True(runs[^1].Diverged);
        Assert.False(runs[0].Diverged);
    }

    [Fact]
    public void AWiderLayerApproximatesBetter()
    {
        WidthRun[] runs = Widths.Compare(seed: 1, steps: 800, starts: 1);
        Assert.Equal(Widths.Sizes, runs.Select(r => r.Width));
        Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.True(pair.Second.Error < pair.First.Error, $"width {pair.Second.Width}: {pair.Second.Error}, before {pair.First.Error}"));
        Assert.True(runs[0].Error > 0.4);
        Assert.True(runs[^1].Error < 0.1);
        Assert.Equal(3 * 64 + 1, runs[^1].Parameters);
    }

    [Fact]
    public void TheLastActivationDecidesWhatCanComeOut()
    {
        LastActivationResults r = LastActivationResults.Train(seed: 1, steps: 400);
        Assert.All(r.Softmax.Sums, s => Assert.Equal(1, s, 1e-5));
        Assert.True(r.SigmoidOnClasses.Sums.Max() > 1.05 && r.SigmoidOnClasses.Sums.Min() < 0.95);
        Assert.True(r.Softmax.Accuracy > 0.88);
        Assert.True(r.Sigmoid.ExactMatch > 0.9);
        Assert.True(r.Sigmoid.ExactMatch > r.SoftmaxOnLabels.ExactMatch + 0.05);
        Assert.True(r.Relu.Lowest == 0);
        Assert.True(r.Identity.Lowest < 0);
        Assert.True(r.SigmoidOnSales.Fitted.Max() <= 1);
        Assert.True(r.Relu.Error < 0.5 * r.SigmoidOnSales.Error);
    }

    [Fact]
    public void LabelsSayInWhichDiscsAPointLies()
    {
        (Tensor x, Tensor labels) = LastActivation.Labels(2000, new Generator(3));
        float[] p = x.ToArray<float>(), l = labels.ToArray<float>();
        int[] sums = new int[4];
        for (int i = 0; i < 2000; i++)
        {
            bool inFirst = Math.Pow(p[2 * i] + 0.35, 2) + Math.Pow(p[2 * i + 1] - 0.25, 2) < 0.36;
            Assert.Equal(inFirst ? 1 : 0, l[3 * i]);
            sums[(int)(l[3 * i] + l[3 * i + 1] + l[3 * i + 2])]++;
        }
        Assert.All(sums, s => Assert.True(s > 20, string.Join(' ', sums))); // none, one, two and three labels all occur
    }
}
