using System.Runtime.InteropServices;

namespace TensorCore.Cpu;

/// <summary>
/// Native memory that a thread keeps between products for packed panels: it grows to the largest that was needed.
/// From 2 MiB on it lies on huge pages where Linux grants them: packed panels are walked once per tile, and with 4 KiB pages
/// the address translation of a 2048² product cost a quarter of the speed.
/// </summary>
internal sealed unsafe partial class PackBuffer
{
    private const nuint HugePage = 2 << 20;
    private const int AdviseHugePage = 14; // MADV_HUGEPAGE

    [ThreadStatic]
    private static PackBuffer? t_shared;

    [ThreadStatic]
    private static PackBuffer? t_local;

    private byte* _memory;
    private nuint _size;

    ~PackBuffer() => NativeMemory.AlignedFree(_memory);

    /// <summary>The buffer that the calling thread fills and all threads read during one product.</summary>
    public static byte* Shared(nint bytes) => (t_shared ??= new()).Reserve(bytes);

    /// <summary>The buffer that only the thread itself uses, inside one piece.</summary>
    public static byte* Local(nint bytes) => (t_local ??= new()).Reserve(bytes);

    /// <summary>Memory for large blocks: 64-byte aligned; from 2 MiB on, aligned to and advised for huge pages.</summary>
    public static byte* Allocate(nuint bytes)
    {
        if (bytes < HugePage) return (byte*)NativeMemory.AlignedAlloc(Math.Max(bytes, 64), 64);
        bytes = (bytes + HugePage - 1) & ~(HugePage - 1);
        byte* memory = (byte*)NativeMemory.AlignedAlloc(bytes, HugePage);
        // Only advice: where it is refused, or the C library goes by another name, small pages serve.
        if (OperatingSystem.IsLinux())
        {
            try
            {
                _ = Advise(memory, bytes, AdviseHugePage);
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
            {
            }
        }

        return memory;
    }

    private byte* Reserve(nint bytes)
    {
        if ((nuint)bytes <= _size) return _memory;
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _size = 0;
        nuint wanted = Math.Max((nuint)bytes, 64 << 10);
        _memory = Allocate(wanted);
        _size = wanted;
        return _memory;
    }

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Advise(void* address, nuint length, int advice);
}
