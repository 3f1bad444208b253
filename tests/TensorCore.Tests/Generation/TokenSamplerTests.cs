using FsCheck;
using FsCheck.Fluent;
using TensorCore.Generation;

namespace TensorCore.Tests.Generation;

public class TokenSamplerTests
{
    private static readonly float[] _logits = [1.5f, -0.5f, 3, 0, 2.9f, -2];

    private static double[] Distribution(SamplingOptions options, float[] logits, params int[] text) => new TokenSampler(options).Distribution(logits, text);

    private static int[] Support(double[] p) => [.. Enumerable.Range(0, p.Length).Where(i => p[i] > 0)];

    [Fact]
    public void TemperatureZeroIsTheLargest()
    {
        Prop.ForAll<float[], ulong>((values, seed) =>
        {
            float[] logits = [.. values.Where(float.IsFinite), 0];
            return new TokenSampler(new() { Temperature = 0, Seed = seed }).Next(logits, []) == logits.AsSpan().IndexOf(logits.Max());
        }).Check(Config.QuickThrowOnFailure);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    [InlineData(3.0)]
    public void TheDistributionIsTheSoftmaxOfLogitsOverTemperature(double temperature)
    {
        double[] e = [.. _logits.Select(z => Math.Exp(z / temperature))], p = Distribution(new() { Temperature = temperature }, _logits);
        for (int i = 0; i < e.Length; i++)
            Assert.Equal(e[i] / e.Sum(), p[i], 14);
    }

    [Fact]
    public void AHugeTemperatureIsUniformAndATinyOneTheLargest()
    {
        Assert.All(Distribution(new() { Temperature = 1e9 }, _logits), p => Assert.Equal(1.0 / 6, p, 6));
        Assert.Equal(1, Distribution(new() { Temperature = 1e-6 }, _logits)[2], 12);
    }

    [Fact]
    public void LogitsOfAnySizeGiveADistribution()
    {
        foreach (float scale in (float[])[1e-30f, 1, 1e30f])
        {
            double[] p = Distribution(new() { Temperature = 0.7 }, [.. _logits.Select(z => z * scale), float.NegativeInfinity, float.NaN]);
            Assert.Equal(1, p.Sum(), 12);
            Assert.Equal(0, p[^2]);
            Assert.Equal(0, p[^1]);
        }
    }

    [Fact]
    public void TopKKeepsExactlyTheKLargest()
    {
        Assert.Equal([2, 4], Support(Distribution(new() { TopK = 2 }, _logits)));
        Assert.Equal([0, 2, 4], Support(Distribution(new() { TopK = 3 }, _logits)));
        Assert.Equal(6, Support(Distribution(new() { TopK = 100 }, _logits)).Length);
        Assert.Equal([0, 1], Support(Distribution(new() { TopK = 2 }, [1, 1, 1, 1]))); // of equals the first
    }

    [Fact]
    public void TopPKeepsTheSmallestSetThatReachesP()
    {
        Prop.ForAll(Gen.Choose(2, 200).SelectMany(n => Gen.Choose(-500, 500).ArrayOf(n)).ToArbitrary(), Gen.Choose(1, 100).ToArbitrary(), (z, percent) =>
        {
            double share = percent / 100.0;
            float[] logits = [.. z.Select(v => v / 100f)];
            double[] all = Distribution(new() { Temperature = 1 }, logits), kept = Distribution(new() { Temperature = 1, TopP = share }, logits);
            int[] support = Support(kept);
            double sum = support.Sum(i => all[i]), least = support.Min(i => all[i]);
            return sum >= share - 1e-12 // reaches p …
                && (support.Length == 1 || sum - least < share + 1e-12) // … and would not without its smallest
                && Enumerable.Range(0, all.Length).Except(support).All(i => all[i] <= least) // the largest ones
                && Math.Abs(kept.Sum() - 1) < 1e-12
                && support.All(i => Math.Abs(kept[i] - (all[i] / sum)) < 1e-12);
        }).Check(Config.QuickThrowOnFailure);
    }

    [Fact]
    public void TopKAndTopPTogetherNarrowFurther() =>
        Assert.Equal([2], Support(Distribution(new() { TopK = 3, TopP = 0.4, Temperature = 1 }, _logits)));

    [Fact]
    public void ThePenaltyMakesWhatWasWrittenLessLikely()
    {
        double[] free = Distribution(new() { Temperature = 1 }, _logits), p = Distribution(new() { Temperature = 1, RepetitionPenalty = 2 }, _logits, 2, 5, 2);
        double[] e = [.. new[] { 1.5, -0.5, 1.5, 0, 2.9f, -4 }.Select(Math.Exp)]; // 3 → 3/2, −2 → −4; a token that stands twice counts once
        for (int i = 0; i < e.Length; i++)
            Assert.Equal(e[i] / e.Sum(), p[i], 12);
        Assert.True(p[2] < free[2] && p[5] < free[5]);
        Assert.Equal(4, new TokenSampler(new() { Temperature = 0, RepetitionPenalty = 1.5 }).Next(_logits, [2]));
    }

    [Fact]
    public void IdsThatAreNoTokenAreNeverDrawn()
    {
        TokenSampler sampler = new(new() { Temperature = 1 }, id => id != 2 && id < 5);
        double[] p = sampler.Distribution(_logits, []);
        Assert.Equal((0, 0), (p[2], p[5]));
        Assert.Equal(4, new TokenSampler(new() { Temperature = 0 }, id => id != 2).Next(_logits, []));
    }

    [Fact]
    public void DrawsFollowTheDistribution()
    {
        const int N = 60_000;
        SamplingOptions options = new() { Temperature = 1.3, Seed = 11 };
        double[] p = Distribution(options, _logits);
        TokenSampler sampler = new(options);
        int[] counts = new int[p.Length];
        for (int i = 0; i < N; i++)
            counts[sampler.Next(_logits, [])]++;
        double chi2 = Enumerable.Range(0, p.Length).Sum(i => Math.Pow(counts[i] - (N * p[i]), 2) / (N * p[i]));
        Assert.InRange(chi2, 0.2, 20.5); // 5 degrees of freedom: P(χ² > 20.5) = 0.001, P(χ² < 0.2) = 0.001
    }

    [Fact]
    public void TheSeedDecidesTheDraws()
    {
        static int[] Draw(ulong seed)
        {
            TokenSampler sampler = new(new() { Temperature = 2, Seed = seed });
            return [.. Enumerable.Range(0, 50).Select(_ => sampler.Next(_logits, []))];
        }

        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.6)]
    public void LogProbabilitiesAreTheLogarithmsOfTheSoftmax(double temperature)
    {
        TokenSampler sampler = new(new() { TopK = 1, TopP = 0.1, RepetitionPenalty = 3, Temperature = 0 }); // none of which counts
        double[] p = Distribution(new() { Temperature = temperature }, _logits);
        TokenLogProbability[] top = sampler.Top(_logits, 4, temperature);
        Assert.Equal([2, 4, 0, 3], top.Select(t => t.Token));
        foreach (TokenLogProbability t in top)
            Assert.Equal(Math.Log(p[t.Token]), t.LogProbability, 12);
        for (int i = 0; i < p.Length; i++)
            Assert.Equal(Math.Log(p[i]), sampler.LogProbability(_logits, i, temperature), 12);
        Assert.Equal(6, sampler.Top(_logits, 100).Length);
        Assert.Empty(sampler.Top(_logits, 0));
        Assert.Equal([0, 1], sampler.Top([1, 1, 1], 2).Select(t => t.Token)); // of equals the first
    }

    [Fact]
    public void LogProbabilitiesCountWhatExistsOnly()
    {
        TokenSampler sampler = new(new(), id => id < 2);
        Assert.Equal([0, 1], sampler.Top(_logits, 5).Select(t => t.Token));
        Assert.Equal(-Math.Log(1 + Math.Exp(-2)), sampler.LogProbability(_logits, 0), 12);
        Assert.Equal(double.NegativeInfinity, sampler.LogProbability(_logits, 2));
    }

    [Fact]
    public void ATemperatureOfACallGoesBeforeThatOfTheOptions()
    {
        TokenSampler sampler = new(new() { Temperature = 0 });
        Assert.Equal(Distribution(new() { Temperature = 1.3 }, _logits), sampler.Distribution(_logits, [], 1.3));
        Assert.Contains(Enumerable.Range(0, 100).Select(_ => sampler.Next(_logits, [], 2)), id => id != 2);
        Assert.Equal(2, sampler.Next(_logits, []));
    }

    [Fact]
    public void WhatCannotBeDrawnIsSaid()
    {
        TokenSampler sampler = new(new());
        Assert.Contains("diverged", Assert.Throws<ArgumentException>(() => sampler.Next([float.NaN, float.NaN], [])).Message);
        Assert.Throws<ArgumentException>(() => sampler.Next([1, float.PositiveInfinity], []));
        Assert.Throws<ArgumentException>(() => sampler.Next([], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.Next(_logits, [], -1));
        Assert.Contains("token 6 has no score: there are 6", Assert.Throws<ArgumentOutOfRangeException>(() => sampler.LogProbability(_logits, 6)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => sampler.LogProbability(_logits, 0, 0));
        foreach (SamplingOptions o in (SamplingOptions[])[new() { Temperature = double.NaN }, new() { TopK = -1 }, new() { TopP = 0 }, new() { TopP = 1.1 }, new() { RepetitionPenalty = 0 }])
            Assert.Contains("it must be", Assert.Throws<ArgumentOutOfRangeException>(() => new TokenSampler(o)).Message);
    }
}
