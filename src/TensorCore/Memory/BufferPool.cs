using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TensorCore;

/// <summary>
/// Native memory for tensors, kept by size class and reused. Nobody returns a buffer by hand: a <see cref="Block"/> that becomes
/// unreachable comes back through its finalizer, and the pool runs a cheap collection before it grows, so a training loop
/// without a single Dispose stays flat. A reused 51 MB buffer costs 7 ms to fill, a fresh one 40–50 ms of page faults.
/// </summary>
public static unsafe class BufferPool
{
    // Below this a collection costs more than it can bring back.
    private const long MinBytesBetweenCollections = 48L << 20;
    private const long FullCollectionSlack = 4L << 20;

    private static readonly Lock s_lock = new();
    private static readonly Dictionary<long, Stack<nint>> s_free = [];
    private static long s_reserved, s_rented, s_rentedSinceCollection, s_rentedAfterCollection, s_reservedAfterFull;
    private static long s_collections;

    /// <summary>Bytes taken from the operating system, in use or free.</summary>
    public static long ReservedBytes => Interlocked.Read(ref s_reserved);

    /// <summary>Bytes in buffers that tensors hold, or held and were not yet collected.</summary>
    public static long RentedBytes => Interlocked.Read(ref s_rented);

    /// <summary>How many garbage collections the pool has asked for.</summary>
    public static long Collections => Interlocked.Read(ref s_collections);

    /// <summary>
    /// When true, every buffer handed out and every buffer taken back is filled with 0xFF (NaN in each floating type), so that a kernel
    /// that leaves a part unwritten, or reads what was released, shows. Also set by the environment variable TENSORCORE_POISON=1.
    /// </summary>
    public static bool Poison { get; set; } = Environment.GetEnvironmentVariable("TENSORCORE_POISON") == "1";

    /// <summary>Four classes per power of two: at most 25 % of a buffer is slack.</summary>
    internal static long SizeClass(long bytes)
    {
        if (bytes <= 4096) return 4096;
        long step = 1L << (BitOperations.Log2((ulong)(bytes - 1)) - 2);
        return (bytes + step - 1) / step * step;
    }

    internal static nint Rent(long size)
    {
        if (TryTake(size, out nint p)) return Poisoned(p, size);
        // The pool would have to grow: see first whether dead tensors hold what is needed.
        long since = Interlocked.Read(ref s_rentedSinceCollection);
        if (since > Math.Max(MinBytesBetweenCollections, Interlocked.Read(ref s_rentedAfterCollection) / 4))
        {
            Collect(1);
            if (!TryTake(size, out p) && ReservedBytes > Interlocked.Read(ref s_reservedAfterFull) * 21 / 20 + FullCollectionSlack)
            {
                // What two collections saw alive only a full one brings back; at 5 % of growth each, they stay rare.
                Collect(2);
                Interlocked.Exchange(ref s_reservedAfterFull, ReservedBytes);
            }
            Interlocked.Exchange(ref s_rentedSinceCollection, 0);
            Interlocked.Exchange(ref s_rentedAfterCollection, RentedBytes);
            if (p != 0 || TryTake(size, out p)) return Poisoned(p, size);
        }
        return Poisoned(Grow(size), size);
    }

    private static nint Poisoned(nint p, long size)
    {
        if (Poison) NativeMemory.Fill((void*)p, (nuint)size, 0xFF);
        return p;
    }

    private static bool TryTake(long size, out nint p)
    {
        lock (s_lock)
        {
            if (!s_free.TryGetValue(size, out Stack<nint>? stack) || !stack.TryPop(out p))
            {
                p = 0;
                return false;
            }
            s_rented += size;
            s_rentedSinceCollection += size;
            return true;
        }
    }

    private static void Collect(int generation)
    {
        Interlocked.Increment(ref s_collections);
        GC.Collect(generation, GCCollectionMode.Forced, blocking: true);
        GC.WaitForPendingFinalizers();
    }

    private static nint Grow(long size)
    {
        void* p;
        try
        {
            p = NativePages.Allocate(size);
        }
        catch (OutOfMemoryException)
        {
            Collect(2);
            Trim();
            try
            {
                p = NativePages.Allocate(size);
            }
            catch (OutOfMemoryException)
            {
                throw new OutOfMemoryException($"no memory for a buffer of {size:N0} bytes: tensors hold {RentedBytes:N0} bytes");
            }
        }
        lock (s_lock)
        {
            s_reserved += size;
            s_rented += size;
            s_rentedSinceCollection += size;
        }
        return (nint)p;
    }

    internal static void Return(nint p, long size)
    {
        if (Poison) NativeMemory.Fill((void*)p, (nuint)size, 0xFF);
        lock (s_lock)
        {
            ref Stack<nint>? stack = ref CollectionsMarshal.GetValueRefOrAddDefault(s_free, size, out _);
            (stack ??= new Stack<nint>()).Push(p);
            s_rented -= size;
        }
    }

    /// <summary>Gives every free buffer back to the operating system.</summary>
    public static void Trim()
    {
        lock (s_lock)
        {
            foreach ((long size, Stack<nint> stack) in s_free)
            {
                s_reserved -= size * stack.Count;
                while (stack.TryPop(out nint p)) NativePages.Free((void*)p);
            }
        }
    }
}

/// <summary>One native buffer; its finalizer gives it back to the pool.</summary>
internal sealed unsafe class Block
{
    private nint _pointer;
    private readonly long _size;

    public Block(long bytes)
    {
        _size = BufferPool.SizeClass(bytes);
        _pointer = BufferPool.Rent(_size);
    }

    public byte* Pointer => (byte*)_pointer;

    public void Release()
    {
        nint p = Interlocked.Exchange(ref _pointer, 0);
        if (p == 0) return;
        BufferPool.Return(p, _size);
        GC.SuppressFinalize(this);
    }

    ~Block() => Release();
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
    public static unsafe Block Cut(int bytes, out byte* pointer)
    {
        int rounded = (bytes + 63) & ~63;
        if (t_block is null || t_used + rounded > SlabBytes)
        {
            t_block = new Block(SlabBytes);
            t_used = 0;
        }
        pointer = t_block.Pointer + t_used;
        t_used += rounded;
        return t_block;
    }
}
