using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Tests.Shared;

public class TrainingProgressTests
{
    private sealed class Clock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(double seconds) => _ticks += TimeSpan.FromSeconds(seconds).Ticks;
    }

    private static readonly Texts _english = new(Language.English);

    [Fact]
    public void ElsewhereThanOnATerminalLinesArePlainAndFew()
    {
        using StringWriter output = new();
        Clock clock = new();
        using (TrainingProgress progress = new(output, _english, "tokens", terminal: false, time: clock))
        {
            for (int step = 1; step <= 1000; step++)
            {
                clock.Advance(0.1);
                progress.Report(step / 1000.0, step * 640L, 3 - step / 1000.0);
            }
            Assert.Equal(6400, progress.Rate, 1.0);
        }
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 10, 25);
        Assert.DoesNotContain('\r', output.ToString());
        Assert.Equal("100%  loss 2.0000  6.4k tokens/s  640k tokens in 1:40", lines[^1]);
        Assert.Contains(lines, l => l.StartsWith(" 50%", StringComparison.Ordinal) && l.Contains("left 0:50"));
    }

    [Fact]
    public void OnATerminalOneLineIsRedrawnWithinItsWidth()
    {
        using StringWriter output = new();
        Clock clock = new();
        using (TrainingProgress progress = new(output, new Texts(Language.Portuguese), "tokens", terminal: true, () => 60, clock))
        {
            for (int step = 1; step <= 1000; step++)
            {
                clock.Advance(0.01);
                progress.Report(step / 1000.0, step, double.NaN, "nota");
                if (step == 500)
                    progress.WriteLine("amostra");
            }
        }
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.EndsWith("\ramostra", lines[0]);
        string[] frames = lines[1].Split('\r');
        Assert.InRange(lines.Sum(l => l.Split('\r').Length), 80, 130); // ten a second, not one a step
        Assert.All(frames, f => Assert.True(f.Length < 60));
        Assert.Contains("perda NaN", frames[^1]);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(9.876, "9.88")]
    [InlineData(999.4, "999")]
    [InlineData(999.6, "1k")]
    [InlineData(12345, "12.3k")]
    [InlineData(1.5e9, "1.5G")]
    public void RatesAreCompact(double value, string expected) => Assert.Equal(expected, TrainingProgress.Compact(value));

    [Theory]
    [InlineData(7, "0:07")]
    [InlineData(247, "4:07")]
    [InlineData(3599.7, "1:00:00")]
    public void TimesReadAsOnAClock(double seconds, string expected) => Assert.Equal(expected, TrainingProgress.Clock(TimeSpan.FromSeconds(seconds)));
}
