using System.Text.RegularExpressions;

namespace TensorCore.CudaCheck;

/// <summary>An instruction of the device's assembly: its name with its parts, the label that it may jump to, and whether it is executed on a condition.</summary>
internal sealed record Instruction(string Name, string? Target, bool IsConditional)
{
    /// <summary>The multiply-adds that a kernel bound by arithmetic consists of.</summary>
    public bool IsProduct => Name == "FFMA" || Name.StartsWith("FFMA.", StringComparison.Ordinal) || IsTensor || Name == "DFMA" || Name.StartsWith("DFMA.", StringComparison.Ordinal);

    public bool IsTensor => Name.StartsWith("HMMA.", StringComparison.Ordinal) || Name.StartsWith("DMMA.", StringComparison.Ordinal) || Name.StartsWith("HGMMA.", StringComparison.Ordinal);

    public bool Is128(string access) => Name.StartsWith(access + ".", StringComparison.Ordinal) && Name.Contains(".128", StringComparison.Ordinal);
}

/// <summary>One kernel as <c>nvdisasm -c</c> writes it.</summary>
internal sealed partial class Assembly(string kernel)
{
    private readonly Dictionary<string, int> _labels = [];

    public string Kernel => kernel;

    public List<Instruction> Instructions { get; } = [];

    /// <summary>The kernels of a disassembly, in its order.</summary>
    public static List<Assembly> Parse(string text)
    {
        List<Assembly> kernels = [];
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith(".text.", StringComparison.Ordinal)) kernels.Add(new Assembly(line[".text.".Length..].TrimEnd(':', '\r')));
            else if (kernels.Count == 0) continue;
            else if (Label().Match(line) is { Success: true } label) kernels[^1]._labels[label.Groups[1].Value] = kernels[^1].Instructions.Count;
            else if (Line().Match(line) is { Success: true } match)
            {
                string name = match.Groups[2].Value, rest = match.Groups[3].Value;
                bool jumps = name.StartsWith("BRA", StringComparison.Ordinal);
                // "BRA P0, `(.L)" has a condition of its own.
                kernels[^1].Instructions.Add(new Instruction(name, jumps && Target().Match(rest) is { Success: true } target ? target.Groups[1].Value : null,
                    match.Groups[1].Success || (jumps && rest.TrimStart().StartsWith('P')) || rest.TrimStart().StartsWith("!P", StringComparison.Ordinal)));
            }
        }
        return kernels;
    }

    /// <summary>
    /// The share of multiply-adds among the instructions of the innermost loop that has most of them; 0 without a loop that has any. A loop is a jump back to an instruction through which every way
    /// to that jump leads (else it is only code that was moved out of the way), and all instructions that reach the jump without passing its target.
    /// </summary>
    public double MainLoopShare()
    {
        List<HashSet<int>> loops = Loops();
        double share = 0;
        int most = 0;
        foreach (HashSet<int> loop in loops)
        {
            if (loops.Any(other => other != loop && other.Count < loop.Count && other.IsSubsetOf(loop))) continue;
            int products = loop.Count(i => Instructions[i].IsProduct);
            if (products <= most) continue;
            most = products;
            share = (double)products / loop.Count(i => Instructions[i].Name != "NOP");
        }
        return share;
    }

    /// <summary>The instructions of each loop.</summary>
    private List<HashSet<int>> Loops()
    {
        List<int>[] next = [.. Enumerable.Range(0, Instructions.Count).Select(Next)], before = [.. next.Select(_ => new List<int>())];
        for (int i = 0; i < next.Length; i++)
            foreach (int to in next[i]) before[to].Add(i);
        List<HashSet<int>> loops = [];
        // Jumps back to the same instruction make one loop.
        foreach (IGrouping<int, int> jumps in Enumerable.Range(0, next.Length).SelectMany(i => next[i].Where(to => to <= i).Select(to => (From: i, To: to))).GroupBy(j => j.To, j => j.From))
        {
            HashSet<int> elsewhere = Reached(next, jumps.Key);
            HashSet<int> loop = [jumps.Key];
            Stack<int> open = new(jumps.Where(j => !elsewhere.Contains(j)));
            if (open.Count == 0) continue;
            while (open.TryPop(out int i))
            {
                if (!loop.Add(i)) continue;
                foreach (int from in before[i]) open.Push(from);
            }
            loops.Add(loop);
        }
        return loops;
    }

    /// <summary>What is reached from the kernel's start without passing an instruction.</summary>
    private static HashSet<int> Reached(List<int>[] next, int without)
    {
        HashSet<int> reached = [];
        Stack<int> open = new([0]);
        while (open.TryPop(out int i))
        {
            if (i == without || !reached.Add(i)) continue;
            foreach (int to in next[i]) open.Push(to);
        }
        return reached;
    }

    /// <summary>What may follow an instruction. A call comes back.</summary>
    private List<int> Next(int i)
    {
        Instruction instruction = Instructions[i];
        List<int> next = [];
        if (instruction.Target is string target && _labels.TryGetValue(target, out int to) && to < Instructions.Count) next.Add(to);
        bool ends = instruction.Target is not null || instruction.Name is "EXIT" or "BRX" or "RET" || instruction.Name.StartsWith("RET.", StringComparison.Ordinal);
        if ((!ends || instruction.IsConditional) && i + 1 < Instructions.Count) next.Add(i + 1);
        return next;
    }

    [GeneratedRegex(@"^(\.L_\w+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s+/\*[0-9a-f]+\*/\s+(@!?U?P\w+\s+)?([A-Z][\w.]*)([^;]*);")]
    private static partial Regex Line();

    [GeneratedRegex(@"`\((\.L_\w+)\)")]
    private static partial Regex Target();
}
