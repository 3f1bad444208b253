using TensorCore.Cuda;

namespace TensorCore;

/// <summary>
/// The kernels on an NVIDIA GPU. Each method queues work on the device's stream and returns; none waits. One partial file a family of kernels, named as its twin in
/// <c>Cpu/Kernels</c>.
/// </summary>
internal sealed partial class CudaBackend(CudaDevice device) : IBackend
{
    /// <summary>The GPU.</summary>
    internal CudaDevice Device => device;

    /// <summary>A kernel of a file in <c>kernels/</c>, compiled on first use with T and the given choices defined.</summary>
    private CudaKernel Kernel(string file, string name, DType type, params ReadOnlySpan<(string Name, int Value)> defines) => device.Kernels.Get(file, name, type, defines);

    /// <summary>Where kernels report a fault in values.</summary>
    private KernelArgument FaultPointer => KernelArgument.Pointer(device.Faults.Pointer);

    /// <summary>A number by which a kernel names this call in a fault; <paramref name="explain"/> makes the exception from the value and its place.</summary>
    private int FaultSite(Func<long, long, Exception> explain) => device.Faults.Site(explain);
}
