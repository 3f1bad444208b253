using System.Globalization;
using TensorCore.Cuda;

namespace TensorCore;

/// <summary>Where a tensor's values live and its kernels run.</summary>
public sealed class Device
{
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<int, Device> s_gpus = [];

    private Device(string name, IBackend backend, CudaDevice? gpu = null) => (Name, Backend, Gpu) = (name, backend, gpu);

    /// <summary>This machine's processor.</summary>
    public static Device Cpu { get; } = new("cpu", new CpuBackend());

    /// <summary>How many NVIDIA GPUs this machine has; 0 where there is no driver.</summary>
    public static int CudaCount => CudaDevice.Count;

    /// <summary>The name: <c>cpu</c>, <c>cuda:0</c>.</summary>
    public string Name { get; }

    /// <summary>True for an NVIDIA GPU.</summary>
    public bool IsCuda => Gpu is not null;

    /// <summary>What the device is: the GPU's name and architecture, or the processor's vector width.</summary>
    public string Description => Gpu is null ? $"cpu ({TensorCore.Cpu.Simd.Level})" : $"{Gpu.Name} (sm_{Gpu.ComputeCapability}, {Gpu.Multiprocessors} multiprocessors)";

    /// <summary>The kernels of this device.</summary>
    internal IBackend Backend { get; }

    /// <summary>The GPU behind it, if it is one.</summary>
    internal CudaDevice? Gpu { get; }

    /// <summary>An NVIDIA GPU. The first call loads NVIDIA's driver; nothing of CUDA is touched before.</summary>
    /// <param name="index">Which, counted from 0 as NVIDIA's driver does.</param>
    /// <exception cref="DeviceException">There is no driver, no GPU, or none of this index: the message says which, and what to do.</exception>
    public static Device Cuda(int index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        lock (s_lock)
        {
            if (s_gpus.TryGetValue(index, out Device? device)) return device;
            CudaDevice gpu = CudaDevice.Get(index);
            return s_gpus[index] = new Device($"cuda:{index}", new CudaBackend(gpu), gpu);
        }
    }

    /// <summary>The device of a name: <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    /// <exception cref="DeviceException">Another name, or there is no such GPU.</exception>
    public static Device Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name == "cpu") return Cpu;
        if (name == "cuda") return Cuda();
        if (name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int index)) return Cuda(index);
        throw new DeviceException($"device '{name}': cpu, cuda or cuda:N is expected");
    }

    /// <summary>Waits until all queued work is done; on the processor there is none. Only timing needs it: reading a value waits by itself.</summary>
    /// <exception cref="CudaException">Something queued failed.</exception>
    public void Synchronize() => Gpu?.Synchronize();

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>
/// The kernels a device offers. Each op's file extends this interface with the kernels it needs, so a backend that lacks one does not compile.
/// A kernel gets checked shapes and dtypes and only asserts them.
/// </summary>
internal partial interface IBackend;

/// <summary>The kernels on the processor: SIMD bodies over persistent worker threads.</summary>
internal sealed partial class CpuBackend : IBackend;
