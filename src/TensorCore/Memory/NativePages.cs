using System.Runtime.InteropServices;

namespace TensorCore;

/// <summary>Native memory for buffers: 64-byte aligned; from 2 MiB on, aligned to and advised for huge pages.</summary>
internal static unsafe class NativePages
{
    public const long HugePage = 2L << 20;
    private const int AdviseHugePage = 14; // MADV_HUGEPAGE

    /// <summary>At least <paramref name="bytes"/> bytes, not set. With 4 KiB pages a matrix product of 2048² lost a quarter of its speed to address translation.</summary>
    /// <exception cref="OutOfMemoryException">The system has no more.</exception>
    public static void* Allocate(long bytes)
    {
        if (bytes < HugePage) return NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 64), 64);
        nuint rounded = (nuint)((bytes + HugePage - 1) & ~(HugePage - 1));
        void* p = NativeMemory.AlignedAlloc(rounded, (nuint)HugePage);
        if (OperatingSystem.IsLinux())
        {
            // Only advice: where it is refused, or the C library goes by another name, small pages serve.
            try
            {
                _ = Advise(p, rounded, AdviseHugePage);
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
            {
            }
        }
        return p;
    }

    public static void Free(void* p) => NativeMemory.AlignedFree(p);

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Advise(void* address, nuint length, int advice);
}
