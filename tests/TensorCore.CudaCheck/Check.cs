using Spectre.Console;
using TensorCore.Cuda.Interop;

namespace TensorCore.CudaCheck;

/// <summary>The figures of all kernels against the budget and the document.</summary>
internal sealed class Check(string root, NvidiaTools tools, Options options)
{
    private readonly string _budgetPath = Path.Combine(root, "kernels", "budget.json"), _documentPath = Path.Combine(root, Document.Path);

    /// <summary>Runs it; returns what is wrong.</summary>
    public IReadOnlyList<string> Run()
    {
        Environment.SetEnvironmentVariable(NativeLibraries.FoldersVariable, tools.CompilerFolder);
        string compiler = Compiler.Version();
        Budget budget = File.Exists(_budgetPath) ? Budget.Read(File.ReadAllText(_budgetPath)) : Budget.Empty;
        List<string> errors = [.. Measure(compiler, budget, out IReadOnlyList<Line> lines)];
        if (errors.Count > 0) return errors;
        Console.WriteLine($"{lines.SelectMany(l => l.Measurements).Count()} kernels of {lines.SelectMany(l => l.Measurements).Select(m => m.Program).Distinct().Count()} programs, {lines.Count} lines of the budget");
        if (options.IsPartial)
        {
            Show(lines);
            return [.. Missing(budget, lines), .. Broken(budget, lines)];
        }
        errors.AddRange(WithoutRoofline(lines));
        if (errors.Count > 0) return errors;
        string document = Document.Write(compiler, lines);
        if (options.DocumentPath is string path) File.WriteAllText(path, document);
        if (options.Update)
        {
            Budget today = budget.Today(compiler, lines);
            string[] differences = [.. budget.DifferencesTo(today)];
            foreach (string difference in differences) Console.WriteLine(difference);
            Console.WriteLine(differences.Length == 0 ? "the budget stays as it is" : $"the budget changes in {differences.Length} lines (- before, + after)");
            File.WriteAllText(_budgetPath, today.ToString());
            File.WriteAllText(_documentPath, document);
            return [];
        }
        errors.AddRange(Missing(budget, lines));
        errors.AddRange(budget.Stale(lines).Select(k => $"{k}: in the budget, but there is no such kernel any more"));
        errors.AddRange(Broken(budget, lines));
        if (!File.Exists(_documentPath) || File.ReadAllText(_documentPath) != document) errors.Add($"{Document.Path} is not what today's figures give");
        if (errors.Count > 0) errors.Add("where a change is meant: ./build.sh cuda-check --update");
        return errors;
    }

    private IReadOnlyList<string> Measure(string compiler, Budget budget, out IReadOnlyList<Line> lines)
    {
        IReadOnlyList<KernelProgram> catalog = ProgramCatalog.All();
        FigureCache cache = new(CacheFolder.Path, compiler);
        (int Program, Architecture Architecture)[] wanted =
        [
            .. from architecture in options.Architectures
               from program in Enumerable.Range(0, catalog.Count)
               where catalog[program].MinArchitecture <= architecture.Number && (options.Only is null || catalog[program].Title.Contains(options.Only, StringComparison.Ordinal))
               select (program, architecture),
        ];
        IReadOnlyList<string> errors = wanted.Length == 0 ? [$"no program has '{options.Only}' in its name"] : new Figures(tools, cache, catalog).MakeMissing(wanted);
        lines = errors.Count > 0 ? [] : Line.Of(
        [
            .. from w in wanted
               orderby w.Program
               from figures in cache.Find(catalog[w.Program], w.Architecture)!
               select new Measurement(catalog[w.Program], w.Architecture, figures, budget.DynamicSharedBytes(catalog[w.Program], figures.Kernel)),
        ]);
        return errors;
    }

    private static IEnumerable<string> Missing(Budget budget, IReadOnlyList<Line> lines) => budget.Missing(lines).Select(k => $"{k}: has no budget");

    /// <summary>Tells as a table what breaks the budget.</summary>
    private static string[] Broken(Budget budget, IReadOnlyList<Line> lines)
    {
        Breach[] breaches = [.. budget.Breaches(lines)];
        if (breaches.Length == 0) return [];
        Table table = new Table().Border(TableBorder.Simple).AddColumns("file", "kernel", "variant", "arch", "figure").AddColumn(new TableColumn("budget").RightAligned()).AddColumn(new TableColumn("now").RightAligned());
        foreach (Breach b in breaches)
            table.AddRow(b.Line.File, b.Line.Kernel, b.Variant, b.Architecture.ToString(), b.Metric.Name, $"{(b.Metric.IsUpperBound ? "≤" : "≥")} {b.Bound}", $"{b.Value}");
        AnsiConsole.Write(table);
        return [$"{breaches.Length} bounds of the budget are broken"];
    }

    private static IEnumerable<string> WithoutRoofline(IReadOnlyList<Line> lines)
    {
        foreach ((string file, string kernel) in lines.Select(l => (l.Key.File, l.Key.Kernel)).Distinct())
            if (!Roofline.All.Any(r => r.Covers(file, kernel))) yield return $"{file} {kernel}: has no row in the roofline (tests/TensorCore.CudaCheck/Report/Roofline.*.cs)";
        foreach (RooflineRow row in Roofline.All)
            if (!lines.Any(row.Describes)) yield return $"{row.File} {row.Kernel} {row.Variant}: a row of the roofline without a kernel";
    }

    private static void Show(IReadOnlyList<Line> lines)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("kernel", "variant", "arch");
        string[] names = ["threads", .. Metric.All.Select(m => m.Name)];
        foreach (string name in names) table.AddColumn(new TableColumn(name).RightAligned());
        foreach (Measurement m in lines.SelectMany(l => l.Measurements))
            table.AddRow([m.Figures.Kernel, m.Program.Variant, $"{m.Architecture.Number}", $"{m.Figures.Threads}", .. Metric.All.Select(x => $"{x.Of(m)}")]);
        AnsiConsole.Write(table);
    }
}
