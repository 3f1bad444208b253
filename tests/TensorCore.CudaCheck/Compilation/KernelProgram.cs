namespace TensorCore.CudaCheck;

/// <summary>A CUDA program as the library compiles it.</summary>
/// <param name="File">The source in <c>kernels/</c>.</param>
/// <param name="Variant">Which specialisation: <c>T=float HEAD_DIM=64</c>, or for a generated program <c>exp T=float</c>.</param>
/// <param name="Text">What NVRTC is given.</param>
/// <param name="Group">The line of the budget that it shares with others of its kind; null if it has its own.</param>
/// <param name="From">The least architecture that it is for: 80 for sm_80.</param>
/// <param name="Before">The least that it is not for any more.</param>
internal sealed record KernelProgram(string File, string Variant, string Text, string? Group = null, int From = 0, int Before = int.MaxValue)
{
    /// <summary>What errors name.</summary>
    public string Title => $"{File} ({Variant})";

    public bool IsFor(Architecture architecture) => architecture.Number >= From && architecture.Number < Before;

    /// <summary>Whether instructions are counted: on the two architectures that the rooflines speak of, or the last before them. Disassembly is slow, and the others differ from these in few.</summary>
    public bool IsDisassembledFor(Architecture architecture) => architecture.Number is 80 or 90 || (architecture.Number == 75 && Before == 80);
}
