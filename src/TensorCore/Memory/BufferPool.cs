using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TensorCore;

/// <summary>
/// This machine's memory for tensors: see <see cref="BlockPool"/> for how it is reused. A reused 51 MB buffer costs 7 ms to fill, a fresh one 40–50 ms of page faults.
/// </summary>
public static class BufferPool
{
    // Below this a collection costs more than it can bring back.
    private const long MinBytesBetweenCollections = 48L << 20;

    /// <summary>The pool itself.</summary>
    internal static BlockPool Host { get; } = new(new HostMemory(), MinBytesBetweenCollections);

    /// <summary>Bytes taken from the operating system, in use or free.</summary>
    public static long ReservedBytes => Host.ReservedBytes;

    /// <summary>Bytes in buffers that tensors hold, or held and were not yet collected.</summary>
    public static long RentedBytes => Host.RentedBytes;

    /// <summary>How many garbage collections the pool has asked for.</summary>
    public static long Collections => Host.Collections;

    /// <summary>
    /// When true, every buffer handed out and every buffer taken back, on any device, is filled with 0xFF (NaN in each floating type), so that a kernel
    /// that leaves a part unwritten, or reads what was released, shows. Also set by the environment variable TENSORCORE_POISON=1.
    /// </summary>
    public static bool Poison { get; set; } = Environment.GetEnvironmentVariable("TENSORCORE_POISON") == "1";

    /// <summary>Gives every free buffer back to the operating system.</summary>
    public static void Trim() => Host.Trim();

    private sealed unsafe class HostMemory : IMemorySource
    {
        public string Name => "cpu";

        public nint Allocate(long bytes)
        {
            try
            {
                return (nint)NativePages.Allocate(bytes);
            }
            catch (OutOfMemoryException)
            {
                return 0;
            }
        }

        public void Free(nint pointer) => NativePages.Free((void*)pointer);

        public void Poison(nint pointer, long bytes) => NativeMemory.Fill((void*)pointer, (nuint)bytes, 0xFF);
    }
}

/// <summary>
/// Small tensors are cut from shared blocks of 64 KiB: one finalizer serves hundreds of them, pointers stay put without pinning,
/// and there is a single kind of memory. (Managed arrays were weighed: every kernel would need a fixed statement or a pinned
/// heap that is only collected in generation 2.)
/// </summary>
internal static class Slab
{
    public const int MaxBytes = 2048;
    private const int SlabBytes = 64 << 10;

    [ThreadStatic] private static Block? t_block;
    [ThreadStatic] private static int t_used;

    /// <summary>Starts a new block on this thread: what was cut before <see cref="BufferPool.Poison"/> was set is not poisoned.</summary>
    internal static void Reset() => t_block = null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Block Cut(int bytes, out nint pointer)
    {
        int rounded = (bytes + 63) & ~63;
        if (t_block is null || t_used + rounded > SlabBytes)
        {
            t_block = new Block(BufferPool.Host, SlabBytes);
            t_used = 0;
        }
        pointer = t_block.Pointer + t_used;
        t_used += rounded;
        return t_block;
    }
}
