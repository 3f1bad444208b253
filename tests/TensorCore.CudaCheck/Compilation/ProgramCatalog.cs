using TensorCore.Cuda;

namespace TensorCore.CudaCheck;

/// <summary>Every program the library ever compiles: the specialisations that the sources declare, and those made from the ops' own formulas.</summary>
internal static class ProgramCatalog
{
    private const string Variants = "// variants:", Architecture = "// arch:";

    // Their programs are made from formulas: GeneratedPrograms.
    private static readonly string[] s_generated = ["elementwise.cu", "reduce.cu", "update.cu"];

    /// <summary>All of them, each once.</summary>
    public static IReadOnlyList<KernelProgram> All() =>
    [
        .. KernelSource.Files.Where(f => f.EndsWith(".cu", StringComparison.Ordinal) && !s_generated.Contains(f)).SelectMany(Declared),
        .. GeneratedPrograms.All(),
    ];

    private static IEnumerable<KernelProgram> Declared(string file)
    {
        string text = KernelSource.File(file);
        int architecture = MinArchitecture(text);
        List<(string Name, string Value)[]> choices = [.. Choices(text)];
        if (choices.Count == 0) throw new InvalidOperationException($"{file}: a line '{Variants} T=float,…' that names its specialisations is missing");
        foreach ((string Name, string Value)[] defines in choices)
            yield return new KernelProgram(file, string.Join(' ', defines.Select(d => $"{d.Name}={d.Value}")), KernelSource.Program(file, defines), MinArchitecture: architecture);
    }

    /// <summary>The cross product of each line <c>// variants: T=float,bf16 HEAD_DIM=32,64</c>.</summary>
    internal static IEnumerable<(string Name, string Value)[]> Choices(string text)
    {
        foreach (string line in Lines(text, Variants))
        {
            IEnumerable<(string Name, string Value)[]> product = [[]];
            foreach (string choice in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                string[] sides = choice.Split('=');
                if (sides.Length != 2) throw new InvalidOperationException($"'{choice}' in '{Variants} {line}': NAME=VALUE,VALUE is expected");
                string[] values = sides[1].Split(',');
                product = [.. product.SelectMany(_ => values, (chosen, value) => ((string, string)[])[.. chosen, (sides[0], value)])];
            }
            foreach ((string, string)[] defines in product) yield return defines;
        }
    }

    internal static int MinArchitecture(string text) => Lines(text, Architecture).Select(l => int.Parse(l, System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault();

    private static IEnumerable<string> Lines(string text, string start) =>
        text.Split('\n').Where(l => l.StartsWith(start, StringComparison.Ordinal)).Select(l => l[start.Length..].Trim());
}
