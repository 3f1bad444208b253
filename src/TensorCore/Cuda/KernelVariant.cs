namespace TensorCore.Cuda;

/// <summary>A specialisation that a kernel's source declares.</summary>
/// <param name="Defines">Its choices: <c>T=float TILE=64</c>.</param>
/// <param name="From">The least compute capability that it is for: 80 for sm_80.</param>
/// <param name="Before">The least that it is not for any more.</param>
internal sealed record KernelVariant(string Defines, int From, int Before)
{
    public bool IsFor(int computeCapability) => computeCapability >= From && computeCapability < Before;
}
