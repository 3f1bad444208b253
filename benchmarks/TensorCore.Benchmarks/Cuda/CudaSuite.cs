using Spectre.Console;

namespace TensorCore.Benchmarks.Cuda;

/// <summary>The kernels on a GPU: time by the device's events, GB/s or TFLOP/s, and the share of the ceilings measured in the same run.</summary>
public static class CudaSuite
{
    /// <summary>One line of the result; a rate is 0 where it says nothing.</summary>
    public sealed record Row(string Case, double MedianMilliseconds, double BestMilliseconds, double GBs, double TFlops, double PercentOfCeiling, double TokensPerSecond);

    public static void Run(SuiteOptions options)
    {
        Device device;
        try
        {
            device = Device.Cuda();
        }
        catch (DeviceException e)
        {
            throw new InvalidOperationException($"bench cuda needs a GPU, or the emulated one (TENSORCORE_CUDA_LIBRARIES=tests/cudaemu/build, with --quick): {e.Message}");
        }
        DeviceTimer timer = new(device);
        DeviceCeilings ceilings = DeviceCeilings.Measure(device, timer, options.Quick);
        AnsiConsole.WriteLine($"{device.Description}: copy {ceilings.CopyGBs:F0} GB/s; TFLOP/s: float32 {ceilings.Float32:F2}, tf32 {ceilings.Tf32:F2}, bfloat16 {ceilings.BFloat16:F2}");
        List<Row> rows = [];
        List<string> skipped = [];
        foreach (DeviceCase c in new DeviceCases(device, options.Quick).All())
        {
            try
            {
                (double median, double best) = timer.Measure(c.Make(), options.Quick ? 2 : 9, options.Quick ? 1 : 50);
                rows.Add(Describe(c, median, best, ceilings));
                Console.Write('.');
            }
            catch (Exception e) when (e is DeviceException or OutOfMemoryException)
            {
                skipped.Add($"{c.Name}: {e.Message}");
            }
            // What a case held must not weigh on the next.
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Console.WriteLine();
        Table table = new Table().Title($"Kernels on {device.Description}").AddColumns("case", "median ms", "best ms", "GB/s", "TFLOP/s", "% of ceiling", "tokens/s");
        foreach (TableColumn column in table.Columns) column.NoWrap();
        foreach (Row r in rows)
            table.AddRow(r.Case, $"{r.MedianMilliseconds:F4}", $"{r.BestMilliseconds:F4}", Rate(r.GBs, "F0"), Rate(r.TFlops, "F2"), Rate(r.PercentOfCeiling, "F0"), Rate(r.TokensPerSecond, "F0"));
        AnsiConsole.Write(table);
        foreach (string line in skipped) AnsiConsole.WriteLine($"left out: {line}");
        string path = SuiteOptions.WriteJson("cuda", new { Date = DateTime.UtcNow, Device = device.Description, options.Quick, Ceilings = ceilings, Rows = rows, LeftOut = skipped });
        AnsiConsole.WriteLine($"Written to {path}");

        static string Rate(double value, string format) => value == 0 ? "" : value.ToString(format, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static Row Describe(DeviceCase c, double median, double best, DeviceCeilings ceilings)
    {
        (double gbs, double tflops) = (c.Bytes / median / 1e6, c.Flops / median / 1e9);
        double ceiling = c.Bound switch
        {
            Bound.Memory => ceilings.CopyGBs,
            Bound.Float32 => ceilings.Float32,
            Bound.Tf32 => ceilings.Tf32,
            _ => ceilings.BFloat16,
        };
        double share = ceiling == 0 ? 0 : 100 * (c.Bound == Bound.Memory ? gbs : tflops) / ceiling;
        return new Row(c.Name, median, best, gbs, tflops, share, c.Tokens * 1e3 / median);
    }
}
