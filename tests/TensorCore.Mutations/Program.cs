using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Spectre.Console;

namespace TensorCore.Mutations;

/// <summary>
/// Shows that the gradient checks hold: plants faults in the source of every backward rule (in a scratch copy of the library) and counts
/// how many the checks catch. <c>--op NAME</c> limits it to one op, <c>--keep</c> leaves the scratch copy to be read.
/// </summary>
internal static class Program
{
    private const double Required = 0.99;

    private static int Main(string[] args)
    {
        if (args is ["--examine", string assembly]) return Examiner.Serve(assembly);
        string? only = Array.IndexOf(args, "--op") is int at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
        string root = RepositoryRoot();
        string scratch = Path.Combine(Path.GetTempPath(), $"tensorcore-mutants-{Environment.ProcessId}");
        Directory.CreateDirectory(scratch);
        try
        {
            Sources sources = new(root);
            (List<Fault> faults, string mutants) = Build(sources, scratch);
            if (only is not null) faults = [.. faults.Where(f => f.Ops.Contains(only))];
            if (faults.Count == 0)
            {
                Console.Error.WriteLine(only is null ? "no backward rule was found" : $"no fault was planted for op '{only}'");
                return 2;
            }
            return Report(root, sources, faults, Run(mutants, faults));
        }
        finally
        {
            if (args.Contains("--keep")) Console.WriteLine($"scratch copy: {scratch}");
            else Directory.Delete(scratch, recursive: true);
        }
    }

    /// <summary>Plants, compiles, leaves out what does not compile, and writes the faulty library.</summary>
    private static (List<Fault> Faults, string Assembly) Build(Sources sources, string scratch)
    {
        CSharpCompilation clean = Sources.Compile(sources.Trees.Values);
        Stop(clean.GetDiagnostics(), "the library's own sources");
        Planter planter = new(sources);
        HashSet<int> leftOut = [];
        for (int round = 0; ; round++)
        {
            Dictionary<string, SyntaxTree> planted = planter.Plant(clean, leftOut);
            CSharpCompilation compilation = Sources.Compile(planted.Values);
            Diagnostic[] errors = [.. compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error)];
            if (errors.Length == 0)
            {
                foreach ((string path, SyntaxTree tree) in planted)
                {
                    string file = Path.Combine(scratch, path);
                    Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                    File.WriteAllText(file, tree.ToString());
                }
                string assembly = Path.Combine(scratch, "TensorCore.Mutants.dll");
                using (FileStream stream = File.Create(assembly)) Stop(compilation.Emit(stream).Diagnostics, "the faulty copy");
                return ([.. planter.Faults.Where(f => !leftOut.Contains(f.Id))], assembly);
            }
            int before = leftOut.Count;
            foreach (Diagnostic error in errors) leftOut.UnionWith(SwitchesAround(error));
            if (leftOut.Count == before || round > 20) Stop(errors, "the faulty copy");
        }
    }

    /// <summary>The innermost planted fault around a compile error: the one that cannot be.</summary>
    private static IEnumerable<int> SwitchesAround(Diagnostic error)
    {
        SyntaxNode? node = error.Location.SourceTree!.GetRoot().FindNode(error.Location.SourceSpan);
        for (; node is not null; node = node.Parent)
        {
            SyntaxNode? condition = node switch
            {
                Microsoft.CodeAnalysis.CSharp.Syntax.ConditionalExpressionSyntax c => c.Condition,
                Microsoft.CodeAnalysis.CSharp.Syntax.IfStatementSyntax i => i.Condition,
                _ => null,
            };
            if (condition?.ToString() is not string text || !text.Contains("Mutations.Switch.Is(", StringComparison.Ordinal)) continue;
            string digits = new([.. text[(text.IndexOf("Is(", StringComparison.Ordinal) + 3)..].TakeWhile(char.IsAsciiDigit)]);
            yield return int.Parse(digits);
            yield break;
        }
    }

    private static ConcurrentDictionary<int, string?> Run(string assembly, List<Fault> faults)
    {
        ConcurrentDictionary<int, string?> results = [];
        ConcurrentQueue<Fault> queue = new(faults);
        int done = 0;
        Thread[] threads = [.. Enumerable.Range(0, Math.Min(4, Environment.ProcessorCount)).Select(_ => new Thread(() =>
        {
            using Examiner examiner = new(assembly, normalCases: 20, deepCases: 200);
            while (queue.TryDequeue(out Fault? fault))
            {
                results[fault.Id] = examiner.Examine(fault);
                int n = Interlocked.Increment(ref done);
                if (n % 50 == 0) Console.WriteLine($"{n} of {faults.Count} faults examined");
            }
        }))];
        using (Examiner clean = new(assembly, 20, 20))
        {
            foreach (string op in faults.SelectMany(f => f.Ops).Distinct())
                if (clean.ExamineClean(op) is string message) throw new InvalidOperationException($"{op} fails its checks without any fault: {message}");
        }
        foreach (Thread t in threads) t.Start();
        foreach (Thread t in threads) t.Join();
        return results;
    }

    private static int Report(string root, Sources sources, List<Fault> faults, ConcurrentDictionary<int, string?> results)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("op");
        FaultKind[] kinds = Enum.GetValues<FaultKind>();
        foreach (FaultKind kind in kinds) table.AddColumn(new TableColumn(kind.ToString().ToLowerInvariant()).RightAligned());
        table.AddColumn(new TableColumn("caught").RightAligned());
        foreach (IGrouping<string, Fault> op in faults.GroupBy(f => string.Join(", ", f.Ops)).OrderBy(g => g.Key, StringComparer.Ordinal))
            table.AddRow([op.Key, .. kinds.Select(k => Share(op.Where(f => f.Kind == k))), Share(op)]);
        table.AddRow(["all", .. kinds.Select(k => Share(faults.Where(f => f.Kind == k))), Share(faults)]);
        AnsiConsole.Profile.Width = 140;
        AnsiConsole.Write(table);

        Fault[] survivors = [.. faults.Where(f => results[f.Id] is null)];
        Dictionary<string, string> explanations = Explanations(root);
        int unexplained = 0;
        foreach (Fault fault in survivors)
        {
            string? reason = explanations.FirstOrDefault(e => fault.ToString().Contains(e.Key, StringComparison.Ordinal) || Unnumbered(fault).Contains(e.Key, StringComparison.Ordinal)).Value;
            if (reason is null) unexplained++;
            Console.WriteLine($"survived: {fault}\n    {reason ?? "NOT EXPLAINED"}");
        }
        string[] untouched = [.. sources.Ops.SelectMany(o => o.Value).Distinct().Except(faults.SelectMany(f => f.Ops))];
        if (untouched.Length > 0) Console.WriteLine($"without a rule to plant in: {string.Join(", ", untouched)}");
        int caught = faults.Count - survivors.Length;
        double rate = (double)caught / faults.Count;
        Console.WriteLine($"{caught} of {faults.Count} planted faults caught: {rate:P2} ({Required:P0} required); {survivors.Length} survived, {unexplained} of them unexplained");
        return rate >= Required && unexplained == 0 ? 0 : 1;

        string Share(IEnumerable<Fault> some)
        {
            Fault[] list = [.. some];
            return list.Length == 0 ? "" : $"{list.Count(f => results[f.Id] is not null)}/{list.Length}";
        }
    }

    private static string Unnumbered(Fault f) => $"{f.File} {f.Kind}: {f.Original} → {f.Planted}";

    /// <summary>Why a fault that survives is none: lines of <c>FILE KIND: ORIGINAL → PLANTED | reason</c>.</summary>
    private static Dictionary<string, string> Explanations(string root) =>
        File.ReadLines(Path.Combine(root, "tests", "TensorCore.Mutations", "survivors.txt"))
            .Where(l => l.Contains(" | ", StringComparison.Ordinal))
            .ToDictionary(l => l[..l.LastIndexOf(" | ", StringComparison.Ordinal)].Trim(), l => l[(l.LastIndexOf(" | ", StringComparison.Ordinal) + 3)..].Trim());

    private static void Stop(IEnumerable<Diagnostic> diagnostics, string what)
    {
        Diagnostic[] errors = [.. diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)];
        if (errors.Length > 0) throw new InvalidOperationException($"{what} do not compile:\n{string.Join('\n', errors.Take(10).Select(e => e.ToString()))}");
    }

    private static string RepositoryRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "TensorCore.sln"))) return folder.FullName;
        throw new InvalidOperationException("run this from a clone: TensorCore.sln was not found above the program");
    }
}
