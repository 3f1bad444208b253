using Spectre.Console;
using TensorCore.Benchmarks;
using TensorCore.Benchmarks.Cuda;

// One suite per subject; a new one adds a line here.
Dictionary<string, Action<SuiteOptions>> suites = new(StringComparer.OrdinalIgnoreCase)
{
    ["gemm"] = GemmSuite.Run,
    ["ops"] = OpsSuite.Run,
    ["gpt"] = GptSuite.Run,
    ["tokenizer"] = TokenizerSuite.Run,
    ["cuda"] = CudaSuite.Run,
};

bool quick = args.Contains("--quick");
string[] unknown = [.. args.Where(a => a.StartsWith('-') && a != "--quick")];
string[] names = [.. args.Where(a => !a.StartsWith('-'))];
bool takesFiles = names is ["tokenizer", ..];
if (unknown.Length > 0 || names.Length == 0 || (names.Length > 1 && !takesFiles) || !suites.TryGetValue(names[0], out Action<SuiteOptions>? suite))
{
    AnsiConsole.WriteLine($"Usage: TensorCore.Benchmarks <{string.Join('|', suites.Keys)}> [--quick]; tokenizer [VOCAB.BPE|TOKENIZER.JSON] [TEXT]");
    return 1;
}

if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 140; // a file has no width; 80 would cut the tables

#if DEBUG
AnsiConsole.MarkupLine("[yellow]A debug build: the numbers mean nothing. Use dotnet run -c Release.[/]");
#endif
suite(new SuiteOptions(quick, names[1..]));
return 0;
