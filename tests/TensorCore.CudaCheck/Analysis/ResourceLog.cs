using System.Globalization;
using System.Text.RegularExpressions;

namespace TensorCore.CudaCheck;

/// <summary>
/// Reads ptxas's verbose report. Spilled bytes are told from the stack frame, in which the sine's argument reduction keeps a table, and arrays that are indexed at run time.
/// </summary>
internal static partial class ResourceLog
{
    /// <summary>The resources of each kernel by its name.</summary>
    public static Dictionary<string, KernelResources> Parse(string log)
    {
        Dictionary<string, KernelResources> kernels = [];
        string? entry = null, function = null;
        foreach (string line in log.Split('\n'))
        {
            if (Entry().Match(line) is { Success: true } e) kernels[entry = e.Groups[1].Value] = default;
            else if (Function().Match(line) is { Success: true } f) function = f.Groups[1].Value;
            else if (entry is null) continue;
            else if (Frame().Match(line) is { Success: true } frame && function == entry)
                kernels[entry] = kernels[entry] with { StackBytes = Number(frame, 1), SpillBytes = Number(frame, 2) + Number(frame, 3) };
            else if (Used().Match(line) is { Success: true } used)
                kernels[entry] = kernels[entry] with { Registers = Number(used, 1), SharedBytes = Shared().Match(line) is { Success: true } shared ? Number(shared, 1) : 0 };
        }
        return kernels.Reverse().ToDictionary(); // the log's order is that of the source backwards
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("Compiling entry function '(\\w+)'")]
    private static partial Regex Entry();

    [GeneratedRegex("Function properties for (\\w+)")]
    private static partial Regex Function();

    [GeneratedRegex("(\\d+) bytes stack frame, (\\d+) bytes spill stores, (\\d+) bytes spill loads")]
    private static partial Regex Frame();

    [GeneratedRegex("Used (\\d+) registers")]
    private static partial Regex Used();

    [GeneratedRegex("(\\d+) bytes smem")]
    private static partial Regex Shared();
}
