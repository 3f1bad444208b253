namespace TensorCore.Cuda;

/// <summary>A program made around a formula; its kernels are compiled when the first is needed.</summary>
/// <param name="cache">The device's kernels.</param>
/// <param name="title">What it is, for the compiler's errors.</param>
/// <param name="text">The program.</param>
internal sealed class GeneratedProgram(KernelCache cache, string title, string text)
{
    private readonly Lock _lock = new();
    private CudaKernel[] _kernels = [];

    public CudaKernel Kernel(string name)
    {
        foreach (CudaKernel kernel in Volatile.Read(ref _kernels))
            if (ReferenceEquals(kernel.Name, name) || kernel.Name == name) return kernel;
        lock (_lock)
        {
            CudaKernel found = cache.GetGenerated(title, text, name);
            Volatile.Write(ref _kernels, [.. _kernels, found]);
            return found;
        }
    }
}
