using TensorCore.Cuda;

namespace TensorCore.CudaCheck;

/// <summary>A CUDA program as the library compiles it.</summary>
/// <param name="File">The source in <c>kernels/</c>.</param>
/// <param name="Variant">Which specialisation: <c>T=float HEAD_DIM=64</c>, or for a generated program <c>exp T=float</c>.</param>
/// <param name="Text">What NVRTC is given.</param>
/// <param name="Group">The line of the budget that it shares with others of its kind; null if it has its own.</param>
internal sealed record KernelProgram(string File, string Variant, string Text, string? Group = null)
{
    private readonly KernelVariant? _declared;

    public KernelProgram(string file, KernelVariant declared, string text)
        : this(file, declared.Defines, text) => _declared = declared;

    /// <summary>What errors name.</summary>
    public string Title => $"{File} ({Variant})";

    public bool IsFor(Architecture architecture) => _declared?.IsFor(architecture.Number) ?? true;

    /// <summary>Whether instructions are counted: on the two architectures that the rooflines speak of, or the last before them. Disassembly is slow, and the others differ from these in few.</summary>
    public bool IsDisassembledFor(Architecture architecture) => architecture.Number is 80 or 90 || (architecture.Number == 75 && _declared?.Before == 80);
}
