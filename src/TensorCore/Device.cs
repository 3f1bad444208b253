namespace TensorCore;

/// <summary>Where a tensor's values live and its kernels run.</summary>
public sealed class Device
{
    private Device(string name, IBackend backend) => (Name, Backend) = (name, backend);

    /// <summary>This machine's processor.</summary>
    public static Device Cpu { get; } = new("cpu", new CpuBackend());

    /// <summary>The name: <c>cpu</c>.</summary>
    public string Name { get; }

    /// <summary>The kernels of this device.</summary>
    internal IBackend Backend { get; }

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
