using Spectre.Console;

namespace TensorCore.CudaCheck;

/// <summary>
/// Compiles every kernel with NVIDIA's compiler for all architectures, compares what it makes of them with <c>kernels/budget.json</c> and <c>docs/cuda-kernels.md</c>, and asks for a device with the
/// real driver library and without one. No GPU is needed; nothing compiled is run.
/// </summary>
internal static class Program
{
    private const string BudgetPath = "kernels/budget.json";

    private const string Usage = """
        cuda-check [driver] [--update] [--docs PATH] [--only TEXT] [--arch 80,90] [--require]
          driver      only what a user without a GPU is told
          --update    enters today's figures into kernels/budget.json and docs/cuda-kernels.md, and shows what changed
          --docs PATH writes the document there too
          --only TEXT only programs with this in their name (matmul.cu, T=bf16), with a table of their figures
          --arch LIST only these architectures
          --require   fails where NVIDIA's tools cannot be fetched; without it that is a message
        TENSORCORE_CUDA_CHECK_CACHE names the cache folder.
        """;

    private static int Main(string[] args)
    {
        if (DriverCheck.IsAnswering(args)) return 0;
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 160; // a file has no width; 80 would cut the tables
        if (Options.Parse(args) is not Options options)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        try
        {
            NvidiaTools tools = NvidiaTools.Get(CacheFolder.Path);
            Check check = new(RepositoryRoot(), tools, options);
            IReadOnlyList<string> errors = options.DriverOnly ? DriverCheck.Run(tools) : [.. check.Run(), .. options.IsPartial ? [] : DriverCheck.Run(tools)];
            foreach (string error in errors) Console.Error.WriteLine(error);
            Console.WriteLine(errors.Count == 0 ? "cuda-check: all is well" : $"cuda-check: {errors.Count} {(errors.Count == 1 ? "thing is" : "things are")} wrong");
            return errors.Count == 0 ? 0 : 1;
        }
        catch (UnreachableException e)
        {
            Console.Error.WriteLine($"cuda-check {(options.Require ? "failed" : "is skipped")}: NVIDIA's compiler could not be fetched\n  {e.Message}");
            return options.Require ? 1 : 0;
        }
    }

    private static string RepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "TensorCore.sln"))) return folder.FullName;
        throw new InvalidOperationException("run this from a clone: TensorCore.sln was not found above the program");
    }
}
