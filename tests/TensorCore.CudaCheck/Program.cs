using Spectre.Console;

namespace TensorCore.CudaCheck;

/// <summary>
/// Compiles every CUDA kernel of the library with NVIDIA's own compiler and holds what came out against <c>kernels/budget.json</c> and <c>docs/cuda-kernels.md</c>. Needs no GPU.
/// <c>--update</c> rewrites the budget, <c>--docs</c> the page, <c>--require</c> makes it an error if the compiler cannot be fetched, <c>--only TEXT</c> shows the figures of the programs whose
/// title has the text, <c>--self-test</c> only tests this program itself.
/// </summary>
internal static class Program
{
    private static readonly string[] s_options = ["--update", "--docs", "--require", "--only", "--self-test"];

    private static int Main(string[] args)
    {
        if (args is [DriverCheck.Mode]) return DriverCheck.Say();
        int at = Array.IndexOf(args, "--only");
        string? only = at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
        if (args.Where((_, i) => at < 0 || i != at + 1).FirstOrDefault(a => !s_options.Contains(a)) is string unknown || (at >= 0 && only is null))
        {
            Console.Error.WriteLine($"cuda-check: not understood: {string.Join(' ', args)}; there are {string.Join(", ", s_options)}");
            return 2;
        }
        try
        {
            SelfTest.Run();
            if (args.Contains("--self-test")) return Say("cuda-check: the self-test is passed", 0);
            if (Toolkit.Find(out string why) is not Toolkit toolkit)
                return Say($"cuda-check: {(args.Contains("--require") ? "failed" : "skipped")}: {why}", args.Contains("--require") ? 1 : 0);
            return only is null ? Check(toolkit, args.Contains("--update"), args.Contains("--docs")) : Show(toolkit, only);
        }
        catch (InvalidOperationException e)
        {
            Console.Error.WriteLine(e.Message);
            return Say("cuda-check: failed: see above", 1);
        }
    }

    private static int Check(Toolkit toolkit, bool update, bool docs)
    {
        string root = RepositoryRoot(), budgetPath = Path.Combine(root, "kernels", "budget.json"), docsPath = Path.Combine(root, "docs", "cuda-kernels.md");
        List<string> failed = DriverCheck.Run(toolkit);
        Compiler compiler = new(toolkit);
        List<CheckedProgram> programs = [.. Catalogue.Programs(), .. GeneratedPrograms.Programs()];
        compiler.Run(programs);
        Budget found = Budget.Of(compiler.Version, programs);
        if (update) found.Write(budgetPath);
        string page = Report.Page(found, programs);
        if (docs) File.WriteAllText(docsPath, page);

        foreach (RooflineLine line in Report.Unknown(found)) Console.WriteLine($"roofline: left out, for want of {line.Kernel} in {line.File} with {line.Defines}: {line.What}");
        if (Budget.Read(budgetPath) is not Budget budget) failed.Add("kernels/budget.json is missing: cuda-check --update writes it");
        else if (budget.Broken(found) is { Count: > 0 } broken)
        {
            Table table = new Table().Border(TableBorder.Simple).AddColumn("kernel").AddColumn("what").AddColumn("budget").AddColumn("found");
            foreach ((string kernel, string what, string allowed, string has) in broken) table.AddRow(Markup.Escape(kernel), what, allowed, has);
            AnsiConsole.Profile.Width = 160;
            AnsiConsole.Write(table);
            failed.Add($"{broken.Count} figures break kernels/budget.json (cuda-check --update, where that is meant)");
        }
        if (!File.Exists(docsPath) || File.ReadAllText(docsPath) != page) failed.Add("docs/cuda-kernels.md is not what these kernels give: cuda-check --docs writes it");
        foreach (string line in failed) Console.WriteLine(line);
        string counts = $"{found.Kernels.Count} kernels in {programs.Count} programs for {Architecture.All.Length} architectures";
        return failed.Count == 0 ? Say($"cuda-check: {counts}: all within kernels/budget.json", 0) : Say($"cuda-check: {counts}: failed: {string.Join("; ", failed.Select(f => f.Split(':')[0]))}", 1);
    }

    /// <summary>The figures of some programs on every architecture.</summary>
    private static int Show(Toolkit toolkit, string only)
    {
        Compiler compiler = new(toolkit);
        List<CheckedProgram> programs = [.. Catalogue.Programs().Concat(GeneratedPrograms.Programs()).Where(p => p.Title.Contains(only, StringComparison.Ordinal))];
        compiler.Run(programs);
        Table table = new Table().Border(TableBorder.Simple).AddColumn("program").AddColumn("kernel");
        foreach (string column in (string[])["sm", "registers", "spills", "shared", "occupancy %", "128-bit loads", "stores", "copies", "tensor", "loop %"]) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (CheckedProgram program in programs)
            foreach ((int architecture, KernelFigures[] kernels) in program.Figures)
                foreach (KernelFigures k in kernels)
                    table.AddRow([Markup.Escape(program.Title), k.Kernel, $"{architecture}", $"{k.Registers}", $"{k.SpillBytes}", $"{k.SharedBytes + DynamicShared.Bytes(program.File, program.Defines)}",
                        $"{100 * Budget.Occupancy(program, architecture, k):0}", .. k.IsDisassembled ? (string[])[$"{k.Loads128}", $"{k.Stores128}", $"{k.Copies128}", $"{k.TensorProducts}", $"{100 * k.MainLoopShare:0}"] : ["", "", "", "", ""]]);
        AnsiConsole.Profile.Width = 180;
        AnsiConsole.Write(table);
        return programs.Count > 0 ? 0 : Say($"cuda-check: no program's title has '{only}'", 2);
    }

    private static int Say(string last, int code)
    {
        Console.WriteLine(last);
        return code;
    }

    private static string RepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "TensorCore.sln"))) return folder.FullName;
        throw new InvalidOperationException("run this from a clone: TensorCore.sln was not found above the program");
    }
}
