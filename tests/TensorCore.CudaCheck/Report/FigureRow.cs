using System.Globalization;

namespace TensorCore.CudaCheck;

/// <summary>One row of the document's table: a kernel with all its variants, whose figures are given as ranges over them and over the architectures.</summary>
/// <param name="File">The source.</param>
/// <param name="Kernel">The kernel.</param>
/// <param name="Label">Which of its programs, where they have rows of their own.</param>
/// <param name="Measurements">All of them.</param>
internal sealed record FigureRow(string File, string Kernel, string Label, IReadOnlyList<Measurement> Measurements)
{
    public const string Header =
        "| file | kernel | of | variants | threads | registers | spills | local | shared | occupancy, % | 128-bit loads / stores | copies | tensor | main loop, % |\n"
        + "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n";

    /// <summary>
    /// The rows of lines. Dtypes share a row unless the kernel lives on multiply-adds, where they are different kernels in all but the name; formulas of a kind share one, unless they need local memory.
    /// </summary>
    public static IEnumerable<FigureRow> Of(IEnumerable<Line> lines)
    {
        return lines.GroupBy(l => (l.Key.File, l.Key.Kernel)).SelectMany(kernel =>
        {
            bool byType = kernel.SelectMany(l => l.Measurements).Any(m => m.MainLoop > 0);
            return kernel.GroupBy(l => Label(l, byType)).Select(g => new FigureRow(kernel.Key.File, kernel.Key.Kernel, g.Key, [.. g.SelectMany(l => l.Measurements)]));
        });

        static string Label(Line line, bool byType)
        {
            string group = line.Measurements[0].Program.Group ?? "";
            if (group.Length > 0) return line.Key.Variant == group ? group.Split(' ')[0] : group.Split(' ')[0] + ", local";
            return byType ? TypeOf(line.Measurements[0].Program) : "";
        }
    }

    public string Text(bool withFile)
    {
        string[] cells =
        [
            withFile ? File : "",
            $"`{Kernel}`",
            Measurements[0].Program.Group is null ? string.Join(", ", Measurements.Select(m => TypeOf(m.Program)).Distinct()) : Label,
            $"{Measurements.Select(m => m.Program).Distinct().Count()}",
            Range(m => m.Figures.Threads),
            Range(m => m.Figures.Resources.Registers),
            Range(m => m.Figures.Resources.SpillBytes),
            Range(m => m.Figures.Resources.StackBytes),
            Range(m => m.SharedBytes),
            Range(m => (int)(100 * m.Occupancy.Share), zeros: true),
            Measurements.Any(m => m.Figures.Code is { Loads128: > 0 } or { Stores128: > 0 }) ? $"{Range(m => m.Figures.Code?.Loads128, zeros: true)} / {Range(m => m.Figures.Code?.Stores128, zeros: true)}" : "",
            Range(m => m.Figures.Code?.Copies128),
            Range(m => m.Figures.Code?.Tensor),
            Range(m => m.MainLoop),
        ];
        return $"| {string.Join(" | ", cells)} |\n";
    }

    private string Range(Func<Measurement, int?> figure, bool zeros = false)
    {
        int least = Measurements.Min(figure) ?? 0, most = Measurements.Max(figure) ?? 0;
        return most == 0 && !zeros ? "" : least == most ? Number(least) : $"{Number(least)}–{Number(most)}";
    }

    private static string TypeOf(KernelProgram program) => program.Variant.Split(' ').First(c => c.StartsWith("T=", StringComparison.Ordinal))["T=".Length..];

    private static string Number(int n) => n.ToString("N0", CultureInfo.InvariantCulture);
}
