namespace TensorCore.CudaCheck;

/// <summary>A CUDA program as the library compiles it.</summary>
/// <param name="File">The source in <c>kernels/</c>.</param>
/// <param name="Variant">Which specialisation: <c>T=float HEAD_DIM=64</c>, or for a generated program <c>exp T=float</c>.</param>
/// <param name="Text">What NVRTC is given.</param>
/// <param name="Group">The line of the budget that it shares with others of its kind; null if it has its own.</param>
/// <param name="MinArchitecture">The least compute capability it is for: 80 for sm_80.</param>
internal sealed record KernelProgram(string File, string Variant, string Text, string? Group = null, int MinArchitecture = 0)
{
    /// <summary>What errors name.</summary>
    public string Title => $"{File} ({Variant})";
}
