namespace TensorCore.CudaCheck;

/// <summary>What the compiler made of a kernel for one architecture.</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="Threads">Threads of a block, by <c>__launch_bounds__</c>.</param>
/// <param name="Resources">What it takes of a multiprocessor.</param>
/// <param name="Code">What its instructions are; null where they are not looked at.</param>
internal sealed record KernelFigures(string Kernel, int Threads, KernelResources Resources, CodeFigures? Code)
{
    /// <summary>Counts up when the analysis changes: figures of before are then made anew.</summary>
    public const int Version = 3;
}
