using System.Globalization;
using System.Text.RegularExpressions;
using TensorCore.Cuda;

namespace TensorCore.CudaCheck;

/// <summary>Every program the library ever compiles: the specialisations that the sources declare, and those made from the ops' own formulas.</summary>
internal static partial class ProgramCatalog
{
    // Their programs are made from formulas: GeneratedPrograms.
    private static readonly string[] s_generated = ["elementwise.cu", "reduce.cu", "update.cu"];

    /// <summary>All of them, each once.</summary>
    public static IReadOnlyList<KernelProgram> All() =>
    [
        .. KernelSource.Files.Where(f => f.EndsWith(".cu", StringComparison.Ordinal) && !s_generated.Contains(f)).SelectMany(f => Declared(f, KernelSource.File(f))),
        .. GeneratedPrograms.All(),
    ];

    /// <summary>
    /// What a source declares: the cross product of the choices on each line <c>// variants: T=float,bf16 N=1,2</c>; on <c>// variants before sm_80: …</c> for older architectures alone, and after a line
    /// <c>// arch: 80</c> for none below.
    /// </summary>
    /// <exception cref="InvalidOperationException">A line is missing or makes no sense.</exception>
    internal static IEnumerable<KernelProgram> Declared(string file, string text)
    {
        int from = ArchitectureLine().Match(text) is { Success: true } line ? Number(line.Groups[1]) : 0;
        MatchCollection lines = VariantsLine().Matches(text);
        if (lines.Count == 0) throw new InvalidOperationException($"kernels/{file}: a line '// variants: T=float,…' that names its specialisations is missing");
        foreach (Match variants in lines)
        {
            IEnumerable<(string Name, string Value)[]> product = [[]];
            foreach (string choice in variants.Groups[2].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (choice.Split('=') is not [string name, string values]) throw new InvalidOperationException($"kernels/{file}: '{choice}' among the variants: NAME=VALUE,VALUE is expected");
                product = [.. product.SelectMany(_ => values.Split(','), (chosen, value) => ((string, string)[])[.. chosen, (name, value)])];
            }
            int before = variants.Groups[1].Success ? Number(variants.Groups[1]) : int.MaxValue;
            foreach ((string Name, string Value)[] defines in product)
                yield return new KernelProgram(file, string.Join(' ', defines.Select(d => $"{d.Name}={d.Value}")), KernelSource.Program(file, defines), From: from, Before: before);
        }
    }

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^// variants(?: before sm_(\d+))?: *(.*?)\s*$", RegexOptions.Multiline)]
    private static partial Regex VariantsLine();

    [GeneratedRegex(@"^// arch: *(\d+)", RegexOptions.Multiline)]
    private static partial Regex ArchitectureLine();
}
