using TensorCore.Cuda;

namespace TensorCore.CudaCheck;

/// <summary>Every program the library ever compiles: the specialisations that the sources declare, and those made from the ops' own formulas.</summary>
internal static class ProgramCatalog
{
    // Their programs are made from formulas: GeneratedPrograms.
    private static readonly string[] s_generated = ["elementwise.cu", "reduce.cu", "update.cu"];

    /// <summary>All of them, each once.</summary>
    public static IReadOnlyList<KernelProgram> All() =>
    [
        .. KernelSource.Files.Where(f => f.EndsWith(".cu", StringComparison.Ordinal) && !s_generated.Contains(f)).SelectMany(f => Declared(f, KernelSource.File(f))),
        .. GeneratedPrograms.All(),
    ];

    /// <summary>What a source declares: <see cref="KernelSource.Variants"/>.</summary>
    /// <exception cref="InvalidOperationException">A line is missing or makes no sense.</exception>
    internal static IEnumerable<KernelProgram> Declared(string file, string text)
    {
        KernelVariant[] variants;
        try
        {
            variants = [.. KernelSource.Variants(text)];
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException($"kernels/{file}: {e.Message}");
        }
        if (variants.Length == 0) throw new InvalidOperationException($"kernels/{file}: a line '// variants: T=float,…' that names its specialisations is missing");
        return variants.Select(v => new KernelProgram(file, v.ToString(), KernelSource.Program(file, v.Defines), From: v.From, Before: v.Before));
    }
}
