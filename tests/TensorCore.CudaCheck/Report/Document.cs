using System.Globalization;
using System.Text;

namespace TensorCore.CudaCheck;

/// <summary>Writes <c>docs/cuda-kernels.md</c>: what the compiler made of each kernel, and its roofline.</summary>
internal static class Document
{
    public const string Path = "docs/cuda-kernels.md";

    public static string Write(string compiler, IReadOnlyList<Line> lines)
    {
        StringBuilder text = new();
        text.Append(string.Create(CultureInfo.InvariantCulture, $"""
            # The CUDA kernels in figures

            Written by `./build.sh cuda-check --docs` from what NVIDIA's compiler ({compiler}) makes of the {lines.SelectMany(l => l.Measurements).Select(m => m.Program).Distinct().Count()} programs that the library compiles, each for {string.Join(", ", Architecture.All)};
            the check fails when this page and the kernels differ. [cuda.md](cuda.md) explains the backend; [kernels/budget.json](../{Budget.Path}) bounds the figures of every single variant.

            ## What has never been measured

            **None of these kernels has run on a real GPU.** No machine that builds this project has one. The figures were read from compiled code; that the kernels compute the right results was shown on an
            emulated GPU. Not one time, bandwidth or share of a peak on this page is a measurement: times are arithmetic on data sheets, and "expected" is what the authors expect, for the reason given. Never seen are:
            how long anything takes; whether a multiprocessor hides the latencies that its occupancy should hide; conflicts in the banks of shared memory and misses of the caches; clocks under load; the cost of
            launches and graphs; the overlap of copies and the host; a real device's order of memory accesses. `./build.sh test cuda` and `./build.sh bench cuda` on a machine with a GPU would tell.

            ## How to read it

            **Figures.** A row has a kernel in all its variants; ranges are over these and over the architectures ({string.Join("; ", Architecture.All.Select(a => $"{a}: {a.Devices}"))}). Threads of a block, by `__launch_bounds__`;
            registers of a thread; *spills*, bytes stored to and loaded from memory for want of registers; *local*, bytes of local memory, for spills or for arrays that are indexed at run time; *shared*, bytes of a block,
            also those that the host asks for where the variant fixes them; *occupancy*, the resident warps in % of the most. On sm_80 and sm_90 instructions are counted where they stand in the code: 16-byte loads and stores
            of global memory (LDG, STG, or LD, ST by pointers that were themselves read from memory), 16-byte copies to shared memory (LDGSTS), tensor-core instructions (HMMA). *Main loop*: FFMA, DFMA or HMMA among the
            instructions of the loop that has most of them. An empty cell is 0. An occupancy of 0 means that the variant does not fit a GPU's shared memory (the T4's 64 KiB), where the library takes another.

            {Spills(lines)}
            Local memory without spills is NVIDIA's own sine and cosine: for large arguments their reduction keeps digits of 2/π in an array, on a way that small arguments do not take.

            **Roofline.** The least time that a kernel could take: its bytes by the memory's bandwidth, or its operations by the peak of what computes them, whichever is longer. By the data sheets: A100-SXM 40 GB
            {Describe(RooflineDevice.A100)}; H100-SXM {Describe(RooflineDevice.H100)} (dense). Problems are GPT-2 124M's with B = 16 sequences of T = 1,024 tokens (R = B·T rows, C = 768, V = 50,257, H = 12 heads of D = 64,
            P = 124.4 M parameters), and a convolution's on N = 128 images of K = 64 channels and S = 56² positions. Bytes count each input and output once, as if caches were perfect for the rest; a multiply-add
            is two operations, an exponential or a division one. *Expected*: the share of the bound, so of the peak bandwidth or arithmetic, on the A100 / the H100.

            """).ReplaceLineEndings("\n"));
        foreach (Family family in Roofline.Families)
        {
            text.Append($"\n## {family.Title}\n");
            AppendFigures(text, lines.Where(l => family.Rows.Any(r => r.Covers(l.Key.File, l.Key.Kernel))));
            AppendRoofline(text, family);
        }
        return text.ToString();
    }

    private static string Describe(RooflineDevice device) => string.Create(CultureInfo.InvariantCulture,
        $"{device.Bandwidth / 1e9:F0} GB/s, {device.Peaks[Unit.Float32] / 1e12} TF/s in float32, {device.Peaks[Unit.Float64] / 1e12} in float64, {device.Peaks[Unit.Tf32] / 1e12} in tf32, {device.Peaks[Unit.BFloat16] / 1e12} in bf16");

    private static string Spills(IReadOnlyList<Line> lines)
    {
        Measurement[] spilled = [.. lines.SelectMany(l => l.Measurements).Where(m => m.Figures.Resources.SpillBytes > 0)];
        if (spilled.Length == 0) return "**No kernel spills registers**, in any variant, on any of these architectures.";
        StringBuilder text = new("**Spills that are left**, in bytes a thread, stores and loads together:\n\n");
        foreach (IGrouping<(string File, string Variant, string Kernel), Measurement> kernel in spilled.GroupBy(m => (m.Program.File, m.Program.Variant, m.Figures.Kernel)))
            text.Append($"- {kernel.Key.File} `{kernel.Key.Kernel}` {kernel.Key.Variant}: {string.Join(", ", kernel.Select(m => $"{m.Figures.Resources.SpillBytes} on {m.Architecture}"))}\n");
        return text.ToString();
    }

    private static void AppendFigures(StringBuilder text, IEnumerable<Line> lines)
    {
        text.Append('\n').Append(FigureRow.Header);
        string file = "";
        foreach (FigureRow row in FigureRow.Of(lines))
        {
            text.Append(row.Text(withFile: row.File != file));
            file = row.File;
        }
    }

    private static void AppendRoofline(StringBuilder text, Family family)
    {
        text.Append("""

            **Roofline**

            | kernel | problem | bytes | operations | op/byte | bound | at least, µs | expected, % |
            |---|---|---|---|--:|---|--:|--:|

            """.ReplaceLineEndings("\n"));
        foreach (RooflineRow row in family.Rows)
        {
            RooflineDevice a = RooflineDevice.A100, h = RooflineDevice.H100;
            text.Append(CultureInfo.InvariantCulture, $"| {row.File} `{row.Kernel}` {row.Variant} | {row.Shape} | {row.BytesFormula} = {Roofline.Short(row.Bytes)} | {row.OperationsFormula} = {Roofline.Short(row.Operations)} | {Roofline.Short(row.Intensity)} | ")
                .Append(row.Bound(a) == row.Bound(h) ? row.Bound(a) : $"{row.Bound(a)} / {row.Bound(h)}")
                .Append(CultureInfo.InvariantCulture, $" | {Roofline.Short(1e6 * row.TimeAtBound(a))} / {Roofline.Short(1e6 * row.TimeAtBound(h))} | {100 * row.Expected.A100:F0} / {100 * row.Expected.H100:F0} |\n");
        }
        text.Append("\nWhy:\n\n");
        foreach (IGrouping<string, RooflineRow> reason in family.Rows.GroupBy(r => r.Reason))
            text.Append($"- {string.Join(", ", reason.Select(r => $"`{r.Kernel}`").Distinct())}: {reason.Key}\n");
    }
}
