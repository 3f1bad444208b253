using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TensorCore.CudaCheck;

/// <summary>
/// What a kernel may take and must have: the worst of its figures over the architectures and over the programs that share its line. Zeros are left out of the file.
/// Loads128, Copies128 and Tensor: 128-bit loads, 128-bit asynchronous copies and tensor-core instructions on sm_80. LoopShare: multiply-adds in the main loop on sm_80 in percent, rounded down to 5;
/// 0 below 25, where the kernel does not live on them, and for generated programs.
/// Occupancy: percent, the lowest of all architectures.
/// </summary>
internal sealed record BudgetLine(string File, string Kernel, string Defines, int Registers, int Spills, int Shared, int Occupancy, int Loads128, int Copies128, int Tensor, int LoopShare)
{
    [JsonIgnore]
    public string Key => $"{File} {Kernel} {Defines}";

    /// <summary>What is worse than allowed, in words.</summary>
    public IEnumerable<(string What, int Allowed, int Found)> Worse(BudgetLine found)
    {
        foreach ((string what, int allowed, int has, bool atMost) in ((string, int, int, bool)[])
        [
            ("registers, at most", Registers, found.Registers, true), ("bytes of spills, at most", Spills, found.Spills, true), ("bytes of shared memory, at most", Shared, found.Shared, true),
            ("occupancy in %, at least", Occupancy, found.Occupancy, false), ("128-bit loads, at least", Loads128, found.Loads128, false), ("128-bit asynchronous copies, at least", Copies128, found.Copies128, false),
            ("tensor-core instructions, at least", Tensor, found.Tensor, false), ("multiply-adds in the main loop in %, at least", LoopShare, found.LoopShare, false),
        ])
        {
            if (atMost ? has > allowed : has < allowed) yield return (what, allowed, has);
        }
    }
}

/// <summary><c>kernels/budget.json</c>: a line a kernel, sorted.</summary>
internal sealed record Budget(string Compiler, List<BudgetLine> Kernels)
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The figures as a budget that they just keep.</summary>
    public static Budget Of(string compiler, IEnumerable<CheckedProgram> programs)
    {
        var images = programs.SelectMany(p => p.Figures.SelectMany(f => f.Value.Select(k => (Program: p, Architecture: f.Key, Kernel: k))));
        return new Budget(compiler, [.. images.GroupBy(i => (i.Program.File, i.Kernel.Kernel, i.Program.Defines)).Select(group =>
        {
            // A kernel for newer architectures alone is counted on the newest.
            int counted = group.Any(i => i.Architecture == 80) ? 80 : 90;
            KernelFigures[] read = [.. group.Where(i => i.Architecture == counted && i.Kernel.IsDisassembled).Select(i => i.Kernel)];
            return new BudgetLine(group.Key.File, group.Key.Kernel, group.Key.Defines,
                group.Max(i => i.Kernel.Registers), group.Max(i => i.Kernel.SpillBytes), group.Max(i => i.Kernel.SharedBytes),
                group.Min(i => (int)(100 * Occupancy(i.Program, i.Architecture, i.Kernel))),
                read.Min(k => k.Loads128), read.Min(k => k.Copies128), read.Min(k => k.TensorProducts), Catalogue.Generated.Contains(group.Key.File) ? 0 : Percent(read.Min(k => k.MainLoopShare)));
        }).OrderBy(l => l.File, StringComparer.Ordinal).ThenBy(l => l.Kernel, StringComparer.Ordinal).ThenBy(l => l.Defines, StringComparer.Ordinal)]);
    }

    private static int Percent(double share) => share < 0.25 ? 0 : (int)(share * 20) * 5;

    public static double Occupancy(CheckedProgram program, int architecture, KernelFigures kernel) =>
        Architecture.Get(architecture).Occupancy(kernel.Threads, kernel.Registers, kernel.SharedBytes + DynamicShared.Bytes(program.File, program.Defines));

    public static Budget? Read(string path) => File.Exists(path) ? JsonSerializer.Deserialize<Budget>(File.ReadAllText(path), s_options) : null;

    public void Write(string path)
    {
        StringBuilder text = new($"{{\n  \"compiler\": \"{Compiler}\",\n  \"kernels\": [\n");
        for (int i = 0; i < Kernels.Count; i++)
        {
            string line = JsonSerializer.Serialize(Kernels[i], s_options).Replace("\":", "\": ", StringComparison.Ordinal).Replace(",\"", ", \"", StringComparison.Ordinal);
            text.Append("    ").Append(line).Append(i + 1 < Kernels.Count ? ",\n" : "\n");
        }
        File.WriteAllText(path, text.Append("  ]\n}\n").ToString());
    }

    /// <summary>All that breaks this budget: (kernel, what, allowed, found).</summary>
    public List<(string Kernel, string What, string Allowed, string Found)> Broken(Budget found)
    {
        List<(string, string, string, string)> broken = [];
        if (Compiler != found.Compiler) broken.Add(("all", "the compiler", Compiler, found.Compiler));
        Dictionary<string, BudgetLine> lines = Kernels.ToDictionary(l => l.Key);
        foreach (BudgetLine line in found.Kernels)
        {
            if (!lines.Remove(line.Key, out BudgetLine? allowed)) broken.Add((line.Key, "a line in the budget", "missing", ""));
            else broken.AddRange(allowed.Worse(line).Select(w => (line.Key, w.What, w.Allowed.ToString(), w.Found.ToString())));
        }
        broken.AddRange(lines.Keys.Select(key => (key, "the kernel", "in the budget", "missing")));
        return broken;
    }
}
