using System.Globalization;
using System.Text;

namespace TensorCore.CudaCheck;

/// <summary>Writes <c>docs/cuda-kernels.md</c>.</summary>
internal static class Report
{
    public static string Page(Budget found, List<CheckedProgram> programs)
    {
        StringBuilder page = new($"""
            # The CUDA kernels, as the compiler sees them

            Written by `./build.sh cuda-check --docs`; do not edit. {found.Compiler} compiles every kernel for sm_70, 75, 80, 86, 89 and 90 with the options that the library passes at run time;
            NVIDIA's own tools read the figures off the images. [`kernels/budget.json`](../kernels/budget.json) bounds them over all architectures, and `.ci/run` fails when a kernel gets worse.

            **Nothing on this page was measured on a device.** No machine that builds this project has a GPU. The figures of the first part are facts about the compiled code; the bytes, operations
            and times of the second are arithmetic on data sheets; the expected shares are our expectation from both, plainly no more than that. Never measured on a real device are: any kernel's time,
            the bandwidth and throughput reached, the effect of caches, clocks and power limits, bank conflicts, the overlap of copies and kernels, the cost of launches and of graphs, and whether a real
            device's memory model shows a fault that the emulated GPU cannot. `./build.sh test cuda` and `./build.sh bench cuda` on a machine with a GPU measure all of it, against the device's own ceilings.

            ## The roofline

            A kernel takes at least the time of its bytes at the memory's bandwidth, and of its operations at the arithmetic units' rate; the longer of the two is its bound. Bytes are the least that must
            move (each input read once, each output written once), a multiply-add is two operations. {Describe(Gpu.A100)}; {Describe(Gpu.H100)}, dense.
            A GPT-2 of 124 million parameters with 16 sequences of 1024 tokens.

            | kernel | MB | GFLOP | FLOP/byte | bound | A100, at least | expected | H100, at least | expected |
            |---|--:|--:|--:|---|--:|--:|--:|--:|

            """.ReplaceLineEndings("\n"));
        StringBuilder reasons = new();
        foreach (RooflineLine line in Roofline.All)
        {
            if (Find(found, line) is not BudgetLine figures) continue;
            page.Append(CultureInfo.InvariantCulture, $"| {line.What} | {Number(line.Bytes / 1e6)} | {Number(line.Operations / 1e9)} | {Number(line.Intensity)} | {Bound(line)} | {Time(line.Least(Gpu.A100))} | {line.OnA100} % | {Time(line.Least(Gpu.H100))} | {line.OnH100} % |\n");
            reasons.Append(CultureInfo.InvariantCulture, $"- {line.What} (`{line.Kernel}`, {Figures(programs, figures)}): {line.Reason}.\n");
        }
        page.Append("\nExpected: the share of the bound. Why, with the compiler's figures on sm_80:\n\n").Append(reasons);
        page.Append("""

            ## The figures

            Registers a thread, bytes of local memory a thread (spills), bytes of shared memory a block (dynamic memory included where the source fixes its size), and the share of a multiprocessor's warps that are resident, and the
            counts below, for sm_80 / sm_90, or once where they agree. 128-bit loads (LDG, or LD by a pointer that was itself read from memory), stores (STG, ST) and asynchronous copies (LDGSTS) and tensor-core instructions are counted in the code. Loop: the share of multiply-adds (FFMA, DFMA, HMMA, DMMA) among the
            instructions of the innermost loop that has most of them. A generated program's line is the worst over all formulas of its kind; its instructions are those of the shortest and the
            longest of them.

            """.ReplaceLineEndings("\n"));
        foreach (IGrouping<string, BudgetLine> file in found.Kernels.GroupBy(l => l.File))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n### {file.Key}\n\n| kernel | variant | threads | registers | spills | shared | occupancy % | loads | stores | copies | tensor | loop % |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
            foreach (BudgetLine line in file) page.Append(Row(programs, line));
        }
        return page.ToString();
    }

    /// <summary>The lines of the roofline that name no kernel of the library.</summary>
    public static IEnumerable<RooflineLine> Unknown(Budget found) => Roofline.All.Where(l => Find(found, l) is null);

    private static BudgetLine? Find(Budget found, RooflineLine line)
    {
        string[] wanted = line.Defines.Split(' ');
        return found.Kernels.FirstOrDefault(k => k.File == line.File && k.Kernel == line.Kernel && wanted.All(k.Defines.Split(' ').Contains));
    }

    private static string Row(List<CheckedProgram> programs, BudgetLine line)
    {
        (CheckedProgram Program, KernelFigures Kernel)[] a = On(programs, line, 80), b = On(programs, line, 90);
        string Both(Func<(CheckedProgram Program, KernelFigures Kernel)[], int, int> f) => f(a, 80) == f(b, 90) ? $"{f(a, 80)}" : $"{f(a, 80)} / {f(b, 90)}";
        string Count(Func<KernelFigures, double> f) => Range(a, f) == Range(b, f) ? Range(a, f) : $"{Range(a, f)} / {Range(b, f)}";
        return $"| {line.Kernel} | {line.Defines} | {a[0].Kernel.Threads} | {Both((k, _) => k.Max(i => i.Kernel.Registers))} | {Both((k, _) => k.Max(i => i.Kernel.SpillBytes))} | "
            + $"{Both((k, _) => k.Max(i => i.Kernel.SharedBytes + DynamicShared.Bytes(line.File, line.Defines)))} | {Both((k, n) => k.Min(i => (int)(100 * Budget.Occupancy(i.Program, n, i.Kernel))))} | "
            + $"{Count(k => k.Loads128)} | {Count(k => k.Stores128)} | {Count(k => k.Copies128)} | {Count(k => k.TensorProducts)} | {Count(k => 100 * k.MainLoopShare)} |\n";
    }

    /// <summary>The least and the most of a count among the kernels that were disassembled; nothing for none.</summary>
    private static string Range((CheckedProgram Program, KernelFigures Kernel)[] on, Func<KernelFigures, double> f)
    {
        double[] counts = [.. on.Where(i => i.Kernel.IsDisassembled).Select(i => f(i.Kernel))];
        return counts.Max() == 0 ? "" : Whole(counts.Min()) == Whole(counts.Max()) ? Whole(counts.Max()) : $"{Whole(counts.Min())}–{Whole(counts.Max())}";
    }

    private static (CheckedProgram Program, KernelFigures Kernel)[] On(List<CheckedProgram> programs, BudgetLine line, int architecture) =>
    [
        .. programs.Where(p => p.File == line.File && p.Defines == line.Defines && p.Figures.ContainsKey(architecture))
            .SelectMany(p => p.Figures[architecture].Where(k => k.Kernel == line.Kernel).Select(k => (p, k))),
    ];

    /// <summary>What the expectation rests on, in a few words.</summary>
    private static string Figures(List<CheckedProgram> programs, BudgetLine line)
    {
        (CheckedProgram Program, KernelFigures Kernel)[] on = On(programs, line, 80);
        KernelFigures[] read = [.. on.Select(i => i.Kernel).Where(k => k.IsDisassembled)];
        List<string> words = [$"{on.Max(i => i.Kernel.Registers)} registers", $"occupancy {on.Min(i => (int)(100 * Budget.Occupancy(i.Program, 80, i.Kernel)))} %"];
        if (read.Min(k => k.Loads128) is > 0 and int loads) words.Add($"{loads} 128-bit loads");
        if (read.Min(k => k.Copies128) is > 0 and int copies) words.Add($"{copies} 128-bit copies");
        if (line.LoopShare > 0 && read.Min(k => k.MainLoopShare) is double share) words.Add($"multiply-adds are {Whole(100 * share)} % of the main loop");
        return string.Join(", ", words);
    }

    private static string Bound(RooflineLine line)
    {
        string Of(Gpu gpu) => line.IsBoundByMemory(gpu) ? "memory" : line.Unit switch
        {
            Unit.Tf32 => "tf32",
            Unit.BFloat16 => "bf16",
            _ => "fp32",
        };
        return Of(Gpu.A100) == Of(Gpu.H100) ? Of(Gpu.A100) : $"{Of(Gpu.A100)} / {Of(Gpu.H100)}";
    }

    private static string Describe(Gpu gpu) => $"{gpu.Name}: {Whole(gpu.Bandwidth / 1e9)} GB/s, {Number(gpu.Float32 / 1e12)} TFLOP/s in float32, {Whole(gpu.Tf32 / 1e12)} in tf32, {Whole(gpu.BFloat16 / 1e12)} in bfloat16";

    private static string Time(double seconds) => seconds < 1e-3 ? $"{Number(seconds * 1e6)} µs" : $"{Number(seconds * 1e3)} ms";

    private static string Number(double value) => value.ToString(value == 0 ? "0" : value < 10 ? "0.0" : value < 100 ? "0.#" : "0", CultureInfo.InvariantCulture);

    private static string Whole(double value) => value.ToString("0", CultureInfo.InvariantCulture);
}
