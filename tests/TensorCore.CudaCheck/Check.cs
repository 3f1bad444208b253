using Spectre.Console;

namespace TensorCore.CudaCheck;

/// <summary>The figures of all kernels against the budget and the document.</summary>
internal sealed class Check(string root, NvidiaTools tools, Options options)
{
    private readonly string _budgetPath = Path.Combine(root, Budget.Path), _documentPath = Path.Combine(root, Document.Path);

    /// <summary>Runs it; returns what is wrong, and prints the details.</summary>
    public List<string> Run()
    {
        List<string> errors = options.IsPartial ? [] : DriverCheck.Run(tools);
        KernelProgram[] programs = [.. ProgramCatalog.All().Where(p => options.Only is null || p.Title.Contains(options.Only, StringComparison.Ordinal))];
        if (programs.Length == 0) return [$"no program has '{options.Only}' in its name"];
        Figures figures = new(tools);
        Measurement[] measurements = [.. figures.Of(programs, options.Architectures).SelectMany(f => f.Kernels.Select(k => new Measurement(f.Program, f.Architecture, k)))];
        IReadOnlyList<Line> lines = Line.Of(measurements);
        Console.WriteLine($"{measurements.DistinctBy(m => (m.Program, m.Figures.Kernel)).Count()} kernels in {programs.Length} programs: {measurements.Length} images, {lines.Count} lines of the budget");
        Budget budget = File.Exists(_budgetPath) ? Budget.Read(File.ReadAllText(_budgetPath)) : Budget.Empty;
        if (options.IsPartial)
        {
            Show(measurements);
            return [.. errors, .. Broken(budget, lines)];
        }

        string[] uncovered = [.. Uncovered(lines)];
        foreach (string line in uncovered) Console.WriteLine(line);
        if (uncovered.Length > 0) return [.. errors, "the roofline's rows are not those of the kernels"];
        if (options.Update) Update(budget, budget = Budget.Today(figures.Compiler, lines));
        string document = Document.Write(figures.Compiler, lines);
        if (options.Docs) File.WriteAllText(_documentPath, document);

        if (budget.Compiler != figures.Compiler) errors.Add($"{Budget.Path} has the figures of {(budget.Compiler.Length > 0 ? budget.Compiler : "no compiler")}, this is {figures.Compiler}");
        string[] unmatched = [.. budget.Missing(lines).Select(k => $"{k}: has no budget"), .. budget.Stale(lines).Select(k => $"{k}: in the budget, but there is no such kernel")];
        foreach (string line in unmatched) Console.WriteLine(line);
        if (unmatched.Length > 0) errors.Add($"{unmatched.Length} lines of {Budget.Path} are missing or stale (--update)");
        errors.AddRange(Broken(budget, lines));
        if (!File.Exists(_documentPath) || File.ReadAllText(_documentPath) != document) errors.Add($"{Document.Path} is not what these kernels give (--docs)");
        return errors;
    }

    private void Update(Budget before, Budget after)
    {
        string[] differences = [.. before.DifferencesTo(after)];
        foreach (string difference in differences) Console.WriteLine(difference);
        Console.WriteLine(differences.Length == 0 ? "the budget stays as it is" : $"the budget changes in {differences.Length} lines (- before, + after)");
        File.WriteAllText(_budgetPath, after.ToString());
    }

    /// <summary>Tells as a table what breaks the budget.</summary>
    private static string[] Broken(Budget budget, IReadOnlyList<Line> lines)
    {
        Breach[] breaches = [.. budget.Breaches(lines)];
        if (breaches.Length == 0) return [];
        Table table = new Table().Border(TableBorder.Simple).AddColumns("file", "kernel", "variant", "arch", "figure").AddColumn(new TableColumn("budget").RightAligned()).AddColumn(new TableColumn("now").RightAligned());
        foreach (Breach b in breaches)
            table.AddRow(b.Line.File, b.Line.Kernel, b.Variant, b.Architecture.ToString(), b.Metric.Name, $"{(b.Metric.IsUpperBound ? "≤" : "≥")} {b.Bound}", $"{b.Value}");
        AnsiConsole.Write(table);
        return [$"{breaches.Length} bounds of {Budget.Path} are broken (--update, where that is meant)"];
    }

    private static IEnumerable<string> Uncovered(IReadOnlyList<Line> lines)
    {
        foreach ((string file, string kernel) in lines.Select(l => (l.Key.File, l.Key.Kernel)).Distinct())
            if (!Roofline.All.Any(r => r.Covers(file, kernel))) yield return $"{file} {kernel}: has no row in the roofline (tests/TensorCore.CudaCheck/Report/Roofline.*.cs)";
        foreach (RooflineRow row in Roofline.All)
            if (!lines.Any(row.Describes)) yield return $"{row.File} {row.Kernel} {row.Variant}: a row of the roofline without a kernel";
    }

    private static void Show(IReadOnlyList<Measurement> measurements)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("kernel", "variant", "arch");
        string[] names = ["threads", .. Metric.All.Select(m => m.Name)];
        foreach (string name in names) table.AddColumn(new TableColumn(name).RightAligned());
        foreach (Measurement m in measurements)
            table.AddRow([m.Figures.Kernel, m.Program.Variant, $"{m.Architecture.Number}", $"{m.Figures.Threads}", .. Metric.All.Select(x => $"{x.Of(m)}")]);
        AnsiConsole.Write(table);
    }
}
