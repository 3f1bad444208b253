using System.Globalization;
using System.Text;

namespace TensorCore.CudaCheck;

/// <summary>Writes <c>docs/cuda-kernels.md</c>: the table of what the compiler made of each kernel, and its roofline.</summary>
internal static class Document
{
    public const string Path = "docs/cuda-kernels.md";

    public static string Write(string compiler, IReadOnlyList<Line> lines)
    {
        StringBuilder text = new();
        text.Append($"""
            # The CUDA kernels in figures

            Written by `./build.sh cuda-check --update` from what NVIDIA's compiler (NVRTC {compiler}) makes of every kernel; the check fails when this page and the kernels differ.
            [cuda.md](cuda.md) explains the backend.

            ## What has never been measured

            **None of these kernels has run on a real GPU.** No machine that builds this project has one. What stands here was read from compiled code: registers, memory, instructions. It was checked
            on an emulated GPU that the kernels compute the right results. Not one time, bandwidth or share of a peak on this page is a measurement; "expected" is what its authors expect, for the reason
            given. Never seen are: how long anything takes; whether a multiprocessor hides the latencies that its occupancy should hide; conflicts in the banks of shared memory and misses of the caches;
            clocks under load; the overlap of copies, of streams and of the host; a real device's order of memory accesses. `./build.sh test cuda` and `./build.sh bench cuda` on a machine with a GPU would tell.

            ## What the compiler makes of each kernel

            For sm_70, 75, 80, 86, 89 and 90; a range is from the least to the most over these. The bounds that a change must keep are in `kernels/budget.json`.

            - **threads**: of a block, by `__launch_bounds__`. **registers**: of a thread. **spills**: bytes of registers stored to and loaded from memory for want of room. **local**: instructions that access local
              memory; without spills they are arrays indexed at run time (the table in which sine and cosine reduce large arguments).
            - **shared**: bytes of a block, with those that the host asks for.
            - **occupancy**: resident warps in % of the most, for sm_70 · 75 · 80 · 86 · 89 · 90 ({string.Join("; ", Architecture.All.Select(a => $"{a.Number}: {a.Devices}"))}). – where the kernel is not for that architecture.
            - **128-bit**: instructions that move 16 bytes a thread: loads and stores of global memory, LDG.128 / STG.128; asynchronous copies to shared memory, LDGSTS.128; loads of shared memory, LDS.128.
            - **tensor**: tensor-core instructions, HMMA. **main loop**: FFMA, DFMA or HMMA among the instructions of the loop that has most of them, in %; empty where the kernel has no such loop.

            Instructions are counted where they stand in the code. A line for several functions (`unary T=float`) has the worst of each figure.

            """);
        foreach (IGrouping<string, Line> file in lines.GroupBy(l => l.Key.File)) AppendKernels(text, file);
        text.Append($"""

            ## Roofline

            The least time that a kernel could take: its bytes by the memory's bandwidth, or its operations by the peak of what computes them, whichever is longer. By the data sheets: A100-SXM 40 GB
            {Describe(RooflineDevice.A100)}; H100-SXM {Describe(RooflineDevice.H100)} (dense). Sizes are GPT-2 124M's with 16 sequences of 1,024 tokens (16,384 rows, C = 768, V = 50,257, 12 heads of 64), and for convolutions
            the CNN example's. Bytes count each input and output once, as if caches were perfect for the rest; a multiply-add is two operations, an exponential or a division one.

            **Expected** is the share of that bound which the kernel should reach on the A100 / the H100. It is a judgement from the figures beside it and from what others published of kernels like it, never a measurement.

            """);
        foreach (IGrouping<string, RooflineRow> file in Roofline.All.GroupBy(r => r.File)) AppendRoofline(text, file, lines);
        return text.ToString();
    }

    private static string Describe(RooflineDevice device) => string.Create(CultureInfo.InvariantCulture,
        $"{device.Bandwidth / 1e9:F0} GB/s, {device.Peaks[Unit.Float32] / 1e12} TF/s in float32, {device.Peaks[Unit.Float64] / 1e12} in float64, {device.Peaks[Unit.Tf32] / 1e12} in tf32, {device.Peaks[Unit.BFloat16] / 1e12} in bf16");

    private static void AppendKernels(StringBuilder text, IGrouping<string, Line> file)
    {
        text.Append($"""

            ### {file.Key}

            | kernel | variant | threads | registers | spills | local | shared | occupancy, % | LDG / STG | LDGSTS | LDS | tensor | main loop, % |
            |---|---|--:|--:|--:|--:|--:|---|--:|--:|--:|--:|--:|

            """);
        string kernel = "";
        foreach (Line line in file.OrderBy(l => l.Key.Kernel, StringComparer.Ordinal)) // stable: variants stay in their order
        {
            IReadOnlyList<Measurement> all = line.Measurements;
            string[] cells =
            [
                line.Key.Kernel == kernel ? "" : $"`{line.Key.Kernel}`",
                line.Key.Variant,
                Range(all, m => m.Figures.Threads),
                Range(all, m => m.Figures.Registers),
                Range(all, m => m.Figures.SpillBytes),
                Range(all, m => m.Figures.LocalAccesses),
                Range(all, m => m.SharedBytes),
                string.Join(" · ", Architecture.All.Select(a => all.Where(m => m.Architecture == a).Select(m => Percent(m.Occupancy.Share)).DefaultIfEmpty(-1).Min() is >= 0 and int o ? Number(o) : "–")),
                $"{Range(all, m => m.Figures.Loads128)} / {Range(all, m => m.Figures.Stores128)}",
                Range(all, m => m.Figures.Copies128),
                Range(all, m => m.Figures.SharedLoads128),
                Range(all, m => m.Figures.TensorCore),
                all.Any(m => MainLoop(m) > 0) ? Range(all, MainLoop) : "",
            ];
            text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
            kernel = line.Key.Kernel;
        }
    }

    private static void AppendRoofline(StringBuilder text, IGrouping<string, RooflineRow> file, IReadOnlyList<Line> lines)
    {
        text.Append($"""

            ### {file.Key}: bounds

            | kernel | shape | bytes | operations | op/byte | A100 bound | occupancy, main loop | expected | H100 bound | occupancy, main loop | expected |
            |---|---|---|---|--:|---|---|--:|---|---|--:|

            """);
        foreach (RooflineRow row in file)
        {
            Line line = lines.First(row.Describes);
            text.Append($"| `{row.Kernel}` {row.Variant} | {row.Shape} | {row.BytesFormula} = {Roofline.Short(row.Bytes)} | {row.OperationsFormula} = {Roofline.Short(row.Operations)}, {UnitName(row.Unit)} | {Roofline.Short(row.Intensity)}");
            foreach (RooflineDevice device in RooflineDevice.All)
            {
                Measurement m = line.Measurements.First(m => m.Architecture.Number == device.Architecture);
                string bound = $"{(row.IsBoundByMemory(device) ? "memory" : "arithmetic")}, {Roofline.Short(1e6 * row.TimeAtBound(device))} µs";
                string figures = $"{Percent(m.Occupancy.Share)} % ({m.Occupancy.Limit}){(MainLoop(m) > 0 ? $", {MainLoop(m)} %" : "")}";
                text.Append(CultureInfo.InvariantCulture, $" | {bound} | {figures} | {100 * row.ExpectedOn(device):F0} %");
            }
            text.Append(" |\n");
        }
        text.Append('\n');
        foreach (IGrouping<string, RooflineRow> reason in file.GroupBy(r => r.Reason))
            text.Append($"- {string.Join(", ", reason.Select(r => $"`{r.Kernel}` {r.Variant}").Distinct())}: {reason.Key}\n");
    }

    private static string UnitName(Unit unit) => unit switch
    {
        Unit.Float32 => "float32",
        Unit.Float64 => "float64",
        Unit.Int32 => "32-bit integers",
        Unit.Tf32 => "tensor cores, tf32",
        _ => "tensor cores, bf16",
    };

    private static int MainLoop(Measurement m) => Percent(m.Figures.MainLoopShare);

    private static int Percent(double share) => (int)(100 * share);

    private static string Range(IReadOnlyList<Measurement> all, Func<Measurement, int> figure)
    {
        int least = all.Min(figure), most = all.Max(figure);
        return least == most ? Number(least) : $"{Number(least)}–{Number(most)}";
    }

    private static string Number(int n) => n.ToString("N0", CultureInfo.InvariantCulture);
}
