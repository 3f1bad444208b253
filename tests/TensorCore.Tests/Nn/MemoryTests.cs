using System.Diagnostics;
using System.Globalization;

namespace TensorCore.Tests.Nn;

/// <summary>
/// The resident set of a training process without any using or Dispose stays within ±2 % of its mean after warm-up. The training runs in a process of its own
/// (tests/TensorCore.MemoryProbe), so that other tests do not count.
/// </summary>
public sealed class MemoryTests
{
    [Theory]
    [InlineData("mlp", 20_000, 100, 10_000)] // the second half is judged: in the first the runtime still compiles hot methods
    [InlineData("gpt", 400, 5, 200)]
    public async Task Training_stays_flat(string network, int steps, int every, int warmUp)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, "TensorCore.MemoryProbe.dll"), network, $"{steps}", $"{every}"]) start.ArgumentList.Add(argument);
        start.Environment.Remove("TENSORCORE_POISON");
        using Process probe = Process.Start(start)!;
        Task<string> errors = probe.StandardError.ReadToEndAsync();
        string output = await probe.StandardOutput.ReadToEndAsync();
        await probe.WaitForExitAsync();
        Assert.True(probe.ExitCode == 0, await errors);

        (int Step, double Bytes)[] samples = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')).Select(p =>
            (int.Parse(p[0], CultureInfo.InvariantCulture), double.Parse(p[1], CultureInfo.InvariantCulture)))];
        Assert.Equal(steps / every, samples.Length);
        (int Step, double Bytes)[] after = [.. samples.Where(s => s.Step > warmUp)];
        double mean = after.Average(s => s.Bytes);
        Assert.All(after, s => Assert.True(Math.Abs(s.Bytes - mean) <= 0.02 * mean,
            $"{network}, step {s.Step}: {s.Bytes / 1e6:F1} MB, the mean after warm-up is {mean / 1e6:F1} MB; step, resident, pool and managed bytes:\n{output}"));
    }
}
