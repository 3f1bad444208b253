using System.Text.Json.Serialization;

namespace TensorCore.CudaCheck;

/// <summary>
/// Counts of a kernel's instructions, where they stand in the code, not how often they run. Accesses are those of global memory, LDG and STG, and the generic LD and ST by which pointers are
/// followed that were themselves read from memory.
/// </summary>
/// <param name="Loads128">16-byte loads from global memory.</param>
/// <param name="Stores128">16-byte stores to global memory.</param>
/// <param name="Copies128">16-byte copies from global to shared memory without registers, LDGSTS.</param>
/// <param name="Tensor">Tensor-core instructions.</param>
/// <param name="LoopInstructions">Instructions of the main loop; 0 if no loop multiplies and adds.</param>
/// <param name="LoopMultiplyAdds">Multiply-adds among them.</param>
internal sealed record CodeFigures(int Loads128, int Stores128, int Copies128, int Tensor, int LoopInstructions, int LoopMultiplyAdds)
{
    /// <summary>The share of multiply-adds among the main loop's instructions, in percent.</summary>
    [JsonIgnore]
    public int MainLoop => LoopInstructions == 0 ? 0 : 100 * LoopMultiplyAdds / LoopInstructions;

    /// <summary>Counts what matters in a kernel's code.</summary>
    public static CodeFigures Of(IReadOnlyList<Instruction> code)
    {
        Loop? main = new ControlFlow(code).MainLoop;
        return new CodeFigures(
            Wide("LDG", "LD"),
            Wide("STG", "ST"),
            Wide("LDGSTS"),
            code.Count(i => i.IsTensorCore),
            main?.Instructions.Count(i => i.Name != "NOP") ?? 0,
            main?.MultiplyAdds ?? 0);

        int Wide(params ReadOnlySpan<string> names)
        {
            int count = 0;
            foreach (Instruction i in code) count += i.IsWide && names.Contains(i.Name) ? 1 : 0;
            return count;
        }
    }
}
