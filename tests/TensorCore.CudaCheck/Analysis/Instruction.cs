using System.Globalization;
using System.Text.RegularExpressions;

namespace TensorCore.CudaCheck;

/// <summary>One machine instruction as nvdisasm prints it: <c>/*0e70*/  @!P0 BRA 0x12c0 ;</c>.</summary>
/// <param name="Address">Its place in bytes.</param>
/// <param name="Guard">The predicate in front, <c>!P0</c>; empty if it always runs.</param>
/// <param name="Opcode">The name with its modifiers, <c>LDG.E.128.CONSTANT</c>.</param>
/// <param name="Operands">The rest.</param>
internal sealed partial record Instruction(int Address, string Guard, string Opcode, string Operands)
{
    /// <summary>Bytes of an instruction, since Volta.</summary>
    public const int Size = 16;

    /// <summary>The opcode without modifiers: <c>LDG</c>.</summary>
    public string Name { get; } = Opcode.Split('.')[0];

    /// <summary>Multiply-adds in floating point, by ordinary or tensor cores. HFMA2.MMA is none of them: it is how the compiler likes to load constants.</summary>
    public bool IsMultiplyAdd => Name is "FFMA" or "DFMA" or "HMMA" or "DMMA" or "HGMMA";

    /// <summary>A tensor core's instruction.</summary>
    public bool IsTensorCore => Name is "HMMA" or "DMMA" or "HGMMA";

    /// <summary>An access to memory of 16 bytes a thread.</summary>
    public bool IsWide => $".{Opcode}.".Contains(".128.", StringComparison.Ordinal);

    /// <summary>
    /// The address that it may branch to. Not those of BRA.DIV, which the compiler sets beside shuffles for warps that are not together: they never are, here.
    /// </summary>
    public int? Target => Name is "BRA" or "JMP" && !Opcode.Contains(".DIV", StringComparison.Ordinal) && TargetPattern().Match(Operands) is { Success: true } m
        ? int.Parse(m.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : null;

    /// <summary>False if the next instruction is never reached from it.</summary>
    public bool FallsThrough => Guard.Length > 0 || Name switch
    {
        "EXIT" or "RET" or "BRX" or "JMX" or "KILL" => false,
        "BRA" or "JMP" => Target is null || Operands.Contains(','), // BRA P1, 0x…
        _ => true,
    };

    /// <summary>The instructions among the lines of a disassembly.</summary>
    public static IEnumerable<Instruction> Parse(IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            Match m = Line().Match(line);
            if (m.Success) yield return new(int.Parse(m.Groups["address"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture), m.Groups["guard"].Value, m.Groups["opcode"].Value, m.Groups["operands"].Value);
        }
    }

    [GeneratedRegex(@"^\s*/\*(?<address>[0-9a-f]+)\*/\s+(@(?<guard>!?U?P\w+)\s+)?(?<opcode>[A-Z][\w.]*)\s*(?<operands>.*?)\s*;")]
    private static partial Regex Line();

    [GeneratedRegex(@"\b0x([0-9a-f]+)$")]
    private static partial Regex TargetPattern();
}
