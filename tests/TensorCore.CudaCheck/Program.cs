using Spectre.Console;
using TensorCore.Cuda;

namespace TensorCore.CudaCheck;

/// <summary>
/// Compiles every kernel with NVIDIA's compiler for all architectures, compares what it makes of them with <c>kernels/budget.json</c> and <c>docs/cuda-kernels.md</c>, and asks for a device with the
/// real driver library and without one. No GPU is needed; nothing compiled is run.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (DriverCheck.IsAnswering(args)) return 0;
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 160; // a file has no width; 80 would cut the tables
        if (Options.Parse(args) is not Options options)
        {
            Console.Error.WriteLine(Options.Usage);
            return 2;
        }
        try
        {
            SelfTest.Run();
            return options.SelfTest ? Say(0, "the self-test is passed") : new Check(RepositoryRoot(), NvidiaTools.Get(CacheFolder.Path), options).Run() is { Count: > 0 } errors ? Say(1, $"failed: {string.Join("; ", errors)}") : Say(0, "all is well");
        }
        catch (UnreachableException e)
        {
            return Say(options.Require ? 1 : 0, $"{(options.Require ? "failed" : "skipped")}: NVIDIA's compiler could not be fetched: {e.Message}");
        }
        catch (Exception e) when (e is CudaException or InvalidOperationException or InvalidDataException)
        {
            return Say(1, $"failed: {e.Message}");
        }
    }

    private static int Say(int code, string last)
    {
        Console.WriteLine($"cuda-check: {last}");
        return code;
    }

    private static string RepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "TensorCore.sln"))) return folder.FullName;
        throw new InvalidOperationException("run this from a clone: TensorCore.sln was not found above the program");
    }
}
