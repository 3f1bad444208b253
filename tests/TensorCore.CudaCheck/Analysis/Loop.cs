namespace TensorCore.CudaCheck;

/// <summary>A natural loop: all that can reach the jump back to its head without passing the head.</summary>
/// <param name="Instructions">Those of the loop that are in no loop within it.</param>
internal sealed record Loop(IReadOnlyList<Instruction> Instructions)
{
    public int MultiplyAdds { get; } = Instructions.Count(i => i.IsMultiplyAdd);
}
