using TensorCore.Cuda;

namespace TensorCore.CudaCheck;

/// <summary>Every program the library ever compiles: the specialisations that the sources declare, and those made from the ops' own formulas.</summary>
internal static class ProgramCatalog
{
    // Their programs are made from formulas: GeneratedPrograms.
    private static readonly string[] s_generated = ["elementwise.cu", "reduce.cu", "update.cu"];

    /// <summary>All of them, each once.</summary>
    /// <exception cref="InvalidOperationException">A source declares nothing.</exception>
    public static IReadOnlyList<KernelProgram> All() =>
    [
        .. KernelSource.Files.Where(f => f.EndsWith(".cu", StringComparison.Ordinal) && !s_generated.Contains(f)).SelectMany(Declared),
        .. GeneratedPrograms.All(),
    ];

    private static IEnumerable<KernelProgram> Declared(string file)
    {
        KernelVariant[] variants = [.. KernelSource.Variants(file)];
        if (variants.Length == 0) throw new InvalidOperationException($"kernels/{file}: a line '// variants: T=float,…' that names its specialisations is missing");
        return variants.Select(v => new KernelProgram(file, v, KernelSource.Program(file, v.Defines.Split(' ').Select(d => d.Split('=')).Select(d => (d[0], d[1])))));
    }
}
