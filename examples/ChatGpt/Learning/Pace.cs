using System.Diagnostics;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>
/// Turns minutes into steps. A training that follows the clock gives other bits each time; so the pace is taken once, before the first step, and from then on the steps
/// are what counts.
/// </summary>
public static class Pace
{
    // The first steps compile; then enough for a median that one hiccup does not move.
    private const int WarmUp = 2, Fewest = 5;
    private static readonly TimeSpan _trial = TimeSpan.FromSeconds(2);

    /// <summary>The steps that fit a time, at least one.</summary>
    /// <param name="trial">A stage like the one to come; what it learns is thrown away.</param>
    /// <param name="time">The time; what the trial takes comes off.</param>
    public static long Steps(IStage trial, TimeSpan time)
    {
        Stopwatch clock = Stopwatch.StartNew();
        List<double> seconds = [];
        for (int i = 0; i < WarmUp + Fewest || (clock.Elapsed < _trial && clock.Elapsed < time / 4); i++)
        {
            long start = Stopwatch.GetTimestamp();
            trial.Advance();
            if (i >= WarmUp)
                seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        seconds.Sort();
        return Math.Max(1, (long)((time - clock.Elapsed).TotalSeconds / seconds[seconds.Count / 2]));
    }
}
