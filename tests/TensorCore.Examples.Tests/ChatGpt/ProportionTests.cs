using TensorCore.Examples.ChatGpt.Learning;

namespace TensorCore.Examples.Tests.ChatGpt;

public class ProportionTests
{
    // From R: prop.test(x, n, correct = FALSE)$conf.int, which is Wilson's interval.
    [Theory]
    [InlineData(0, 10, 0, 0.2775328)]
    [InlineData(1, 10, 0.01787621, 0.4041500)]
    [InlineData(5, 10, 0.2365931, 0.7634069)]
    [InlineData(10, 10, 0.7224672, 1)]
    [InlineData(81, 263, 0.2552885, 0.3662096)]
    public void TheIntervalIsWilsons(int count, int of, double lower, double upper)
    {
        (double low, double high) = new Proportion(count, of).Interval;
        Assert.Equal(lower, low, 4);
        Assert.Equal(upper, high, 4);
    }

    [Fact]
    public void ItCoversTheTruthInAbout95OfAHundredSamples()
    {
        Random random = new(4);
        foreach (double p in (double[])[0.05, 0.3, 0.5, 0.92])
        {
            int covered = Enumerable.Range(0, 4000).Count(_ =>
            {
                (double low, double high) = new Proportion(Enumerable.Range(0, 120).Count(_ => random.NextDouble() < p), 120).Interval;
                return low <= p && p <= high;
            });
            Assert.InRange(covered / 4000.0, 0.925, 0.975);
        }
    }

    [Fact]
    public void OfNoneNothingIsKnown() => Assert.Equal((0.0, 1.0), new Proportion(0, 0).Interval);
}
