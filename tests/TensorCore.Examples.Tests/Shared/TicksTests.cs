using FsCheck;
using FsCheck.Fluent;
using TensorCore.Examples.Charts;

namespace TensorCore.Examples.Tests.Shared;

public class TicksTests
{
    [Theory]
    [InlineData(0, 10, 5, "0 2 4 6 8 10")]
    [InlineData(-1, 1, 4, "−1.0 −0.5 0.0 0.5 1.0")]
    [InlineData(0, 50000, 5, "0 10_000 20_000 30_000 40_000 50_000")]
    [InlineData(0, 0.004, 4, "0.000 0.001 0.002 0.003 0.004")]
    [InlineData(0, 4e-6, 4, "0 10⁻⁶ 2·10⁻⁶ 3·10⁻⁶ 4·10⁻⁶")]
    public void LinearTicksAreRound(double min, double max, int target, string expected) =>
        Assert.Equal(expected.Replace('_', '\u202f'), string.Join(' ', Ticks.Linear(min, max, target).Select(t => t.Label)));

    [Theory]
    [InlineData(1, 1000, "1 10 100 1000")]
    [InlineData(1e-6, 1, "10⁻⁶ 10⁻⁴ 10⁻² 10⁰")]
    [InlineData(1, 50, "1 2 5 10 20 50")]
    public void LogarithmicTicksArePowersOfTen(double min, double max, string expected) =>
        Assert.Equal(expected, string.Join(' ', Ticks.Logarithmic(min, max, 5).Where(t => t.Major).Select(t => t.Label)));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1234567, "1.235·10⁶")]
    [InlineData(-0.25, "−0.25")]
    [InlineData(0.00012, "1.2·10⁻⁴")]
    [InlineData(12345, "12_345")]
    [InlineData(double.NegativeInfinity, "−∞")]
    public void NumbersAreShort(double value, string expected) => Assert.Equal(expected.Replace('_', '\u202f'), Ticks.Number(value));

    [Fact]
    public void TicksLieInRangeAndAreNeitherFewNorMany()
    {
        Gen<(double Min, double Max)> ranges =
            from exponent in Gen.Choose(-12, 12)
            from start in Gen.Choose(-1000, 1000)
            from length in Gen.Choose(1, 2000)
            select (start * Math.Pow(10, exponent), (start + length) * Math.Pow(10, exponent));
        Prop.ForAll(Arb.From(ranges), range =>
        {
            double slack = (range.Max - range.Min) * 1e-6;
            IReadOnlyList<Ticks.Tick> ticks = Ticks.Linear(range.Min, range.Max, 6);
            return ticks.Count is >= 2 and <= 8
                && ticks.All(t => t.Value >= range.Min - slack && t.Value <= range.Max + slack)
                && ticks.Select(t => t.Label).Distinct().Count() == ticks.Count;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void AMovingAverageNeitherLagsNorEatsGaps()
    {
        double[] line = [.. Enumerable.Range(0, 50).Select(i => 3.0 - 0.1 * i)];
        Assert.All(line.Zip(Numbers.MovingAverage(line, 11)), p => Assert.Equal(p.First, p.Second, 1e-12));
        double[] averages = Numbers.MovingAverage([1, double.NaN, 3, 5, double.PositiveInfinity], 3);
        Assert.Equal([1, double.NaN, 4, 4, double.PositiveInfinity], averages);
    }
}
