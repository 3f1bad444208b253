using TensorCore.Cuda;

namespace TensorCore.CudaCheck;

/// <summary>
/// A program to compile. Defines tells the budget's lines apart; generated programs of one kind and dtype share one, and Title names them.
/// Weight: about how long it takes to compile.
/// </summary>
internal sealed record CheckedProgram(string File, string Defines, string Title, string Text, int[] Architectures, bool IsDisassembled, int Weight)
{
    /// <summary>The kernels' figures for each architecture, once they are known.</summary>
    public SortedDictionary<int, KernelFigures[]> Figures { get; } = [];

    public override string ToString() => Title;
}

/// <summary>The programs of the sources in <c>kernels/</c>, with each choice that their <c>// variants:</c> lines name.</summary>
internal static class Catalogue
{
    private const string Variants = "// variants: ", Architecture = "// arch: ";
    private static readonly string[] s_generated = ["elementwise.cu", "reduce.cu", "update.cu"];

    /// <exception cref="InvalidOperationException">A source does not name its variants.</exception>
    public static List<CheckedProgram> Programs()
    {
        List<CheckedProgram> programs = [];
        foreach (string file in KernelSource.Files.Where(f => f.EndsWith(".cu", StringComparison.Ordinal)))
        {
            if (s_generated.Contains(file)) continue;
            string text = KernelSource.File(file);
            int least = Lines(text, Architecture).Select(l => int.Parse(l, System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault();
            int[] architectures = [.. CudaCheck.Architecture.All.Select(a => a.Number).Where(n => n >= least)];
            string[][] variants = [.. Lines(text, Variants).SelectMany(Combinations)];
            if (variants.Length == 0) throw new InvalidOperationException($"kernels/{file}: no line begins with '{Variants}': say there with which #defines the library compiles it");
            foreach (string[] variant in variants.DistinctBy(v => string.Join(' ', v)))
            {
                string defines = string.Join(' ', variant);
                string program = KernelSource.Program(file, variant.Select(d => (d[..d.IndexOf('=')], d[(d.IndexOf('=') + 1)..])));
                programs.Add(new CheckedProgram(file, defines, $"{file} {defines}", program, architectures, true, 10 + program.Length / 1000));
            }
        }
        return programs;
    }

    /// <summary>The sources that the library compiles around formulas of its own.</summary>
    public static IReadOnlyList<string> Generated => s_generated;

    private static IEnumerable<string> Lines(string text, string start) =>
        text.Split('\n').Where(l => l.StartsWith(start, StringComparison.Ordinal)).Select(l => l[start.Length..].Trim());

    /// <summary><c>T=float,bf16 N=1,2</c>: T=float N=1, T=float N=2, T=bf16 N=1, T=bf16 N=2.</summary>
    internal static IEnumerable<string[]> Combinations(string line)
    {
        IEnumerable<string[]> all = [[]];
        foreach (string choice in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int at = choice.IndexOf('=');
            if (at <= 0) throw new InvalidOperationException($"variants: '{choice}' in '{line}' is not NAME=VALUE,VALUE");
            all = [.. all.SelectMany(head => choice[(at + 1)..].Split(',').Select(value => (string[])[.. head, $"{choice[..at]}={value}"]))];
        }
        return all;
    }
}
