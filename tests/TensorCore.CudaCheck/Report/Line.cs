namespace TensorCore.CudaCheck;

/// <summary>One line of the budget: a kernel and a specialisation, or several that are treated alike.</summary>
internal readonly record struct LineKey(string File, string Kernel, string Variant)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File} {Kernel} {Variant}";
}

/// <summary>The measurements behind a line.</summary>
internal sealed record Line(LineKey Key, IReadOnlyList<Measurement> Measurements)
{
    /// <summary>
    /// The lines of all measurements, in the order of the catalogue. Formulas of the same operands and dtype share a line; one that needs local memory (the sine's reduction of large
    /// arguments) has its own, so that its figures do not excuse the others'.
    /// </summary>
    public static IReadOnlyList<Line> Of(IReadOnlyList<Measurement> measurements)
    {
        HashSet<KernelProgram> alone = [.. measurements.Where(m => m.Figures.Resources.StackBytes > 0).Select(m => m.Program)];
        return
        [
            .. measurements
                .GroupBy(m => new LineKey(m.Program.File, m.Figures.Kernel, alone.Contains(m.Program) ? m.Program.Variant : m.Program.Group ?? m.Program.Variant))
                .Select(g => new Line(g.Key, [.. g])),
        ];
    }
}
