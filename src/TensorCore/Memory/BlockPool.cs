using System.Numerics;
using System.Runtime.InteropServices;

namespace TensorCore;

/// <summary>Where a pool gets its memory: the machine's, or a GPU's.</summary>
internal interface IMemorySource
{
    /// <summary>The device's name, for messages.</summary>
    string Name { get; }

    /// <summary>At least <paramref name="bytes"/> bytes, not set; 0 if there is no more.</summary>
    nint Allocate(long bytes);

    void Free(nint pointer);

    /// <summary>Sets every byte to 0xFF, NaN in each floating type.</summary>
    void Poison(nint pointer, long bytes);
}

/// <summary>
/// A device's memory, kept by size class and reused. Nobody returns a buffer by hand: a <see cref="Block"/> that becomes unreachable comes back through its
/// finalizer, and the pool runs a cheap collection before it grows, so a training loop without a single Dispose stays flat. On a GPU a buffer may be handed out
/// while kernels that use it are still queued: its next user is queued behind them.
/// </summary>
internal sealed class BlockPool(IMemorySource source, long minBytesBetweenCollections)
{
    private const long FullCollectionSlack = 4L << 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, Stack<nint>> _free = [];
    private readonly Dictionary<long, int> _rentedBySize = [];
    private long _reserved, _rented, _rentedSinceCollection, _rentedAfterCollection, _reservedAfterFull;
    private long _collections;

    /// <summary>Bytes taken from the source, in use or free.</summary>
    public long ReservedBytes => Interlocked.Read(ref _reserved);

    /// <summary>Bytes in blocks that are in use, or were and are not yet collected.</summary>
    public long RentedBytes => Interlocked.Read(ref _rented);

    /// <summary>How many garbage collections the pool has asked for.</summary>
    public long Collections => Interlocked.Read(ref _collections);

    /// <summary>
    /// When true, a buffer is taken from the source for each use, in its exact size, and given back after it: tools that watch the bounds of allocations
    /// (compute-sanitizer) then see every tensor's.
    /// </summary>
    public bool Exact { get; init; }

    /// <summary>Four classes per power of two: at most 25 % of a buffer is slack.</summary>
    public long SizeClass(long bytes)
    {
        if (Exact) return Math.Max(bytes, 1);
        if (bytes <= 4096) return bytes <= 512 ? 512 : bytes <= 1024 ? 1024 : bytes <= 2048 ? 2048 : 4096;
        long step = 1L << (BitOperations.Log2((ulong)(bytes - 1)) - 2);
        return (bytes + step - 1) / step * step;
    }

    public nint Rent(long size)
    {
        if (!TryTake(size, out nint p) && !TryCollectAndTake(size, out p)) p = Grow(size);
        if (BufferPool.Poison) source.Poison(p, size);
        return p;
    }

    public void Return(nint p, long size)
    {
        if (BufferPool.Poison) source.Poison(p, size);
        bool free = Exact;
        lock (_lock)
        {
            if (!free)
            {
                ref Stack<nint>? stack = ref CollectionsMarshal.GetValueRefOrAddDefault(_free, size, out _);
                (stack ??= new Stack<nint>()).Push(p);
            }
            else
            {
                _reserved -= size;
            }
            Count(size, -1);
        }
        if (free) source.Free(p);
    }

    /// <summary>Gives every free buffer back to the source.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            foreach ((long size, Stack<nint> stack) in _free)
            {
                _reserved -= size * stack.Count;
                while (stack.TryPop(out nint p)) source.Free(p);
            }
        }
    }

    /// <summary>What is in use, largest first: <c>12 × 51,200,000 bytes</c>.</summary>
    public string Holdings()
    {
        lock (_lock)
        {
            string[] lines = [.. _rentedBySize.Where(p => p.Value > 0).OrderByDescending(p => p.Key * p.Value).Take(8).Select(p => $"{p.Value} × {p.Key:N0} bytes")];
            return lines.Length == 0 ? "nothing" : string.Join(", ", lines);
        }
    }

    private bool TryTake(long size, out nint p)
    {
        p = 0;
        lock (_lock)
        {
            if (!_free.TryGetValue(size, out Stack<nint>? stack) || !stack.TryPop(out p)) return false;
            Count(size, 1);
            return true;
        }
    }

    private void Count(long size, int change)
    {
        _rented += size * change;
        if (change > 0) _rentedSinceCollection += size;
        CollectionsMarshal.GetValueRefOrAddDefault(_rentedBySize, size, out _) += change;
    }

    /// <summary>The pool would have to grow: sees first whether dead tensors hold what is needed.</summary>
    private bool TryCollectAndTake(long size, out nint p)
    {
        p = 0;
        if (Interlocked.Read(ref _rentedSinceCollection) <= Math.Max(minBytesBetweenCollections, Interlocked.Read(ref _rentedAfterCollection) / 4)) return false;
        Collect(1);
        if (!TryTake(size, out p) && ReservedBytes > Interlocked.Read(ref _reservedAfterFull) * 21 / 20 + FullCollectionSlack)
        {
            // What two collections saw alive only a full one brings back; at 5 % of growth each, they stay rare.
            Collect(2);
            Interlocked.Exchange(ref _reservedAfterFull, ReservedBytes);
        }
        Interlocked.Exchange(ref _rentedSinceCollection, 0);
        Interlocked.Exchange(ref _rentedAfterCollection, RentedBytes);
        return p != 0 || TryTake(size, out p);
    }

    private void Collect(int generation)
    {
        Interlocked.Increment(ref _collections);
        // A young generation that is only swept leaves a region of 4 MB behind at each collection, half of it committed: a process grew from 84 to 206 MB that way.
        GC.Collect(generation, GCCollectionMode.Forced, blocking: true, compacting: generation < 2);
        GC.WaitForPendingFinalizers();
    }

    private nint Grow(long size)
    {
        nint p = source.Allocate(size);
        if (p == 0)
        {
            Collect(2);
            if (TryTake(size, out p)) return p;
            Trim();
            p = source.Allocate(size);
            if (p == 0) throw new OutOfMemoryException($"no memory on {source.Name} for a buffer of {size:N0} bytes: tensors hold {RentedBytes:N0} bytes, in buffers of {Holdings()}");
        }
        lock (_lock)
        {
            _reserved += size;
            Count(size, 1);
        }
        return p;
    }
}

/// <summary>One buffer of a pool; its finalizer gives it back.</summary>
internal sealed class Block
{
    private readonly BlockPool _pool;
    private readonly long _size;
    private nint _pointer;

    public Block(BlockPool pool, long bytes)
    {
        _pool = pool;
        _size = pool.SizeClass(bytes);
        _pointer = pool.Rent(_size);
    }

    public nint Pointer => _pointer;

    public void Release()
    {
        nint p = Interlocked.Exchange(ref _pointer, 0);
        if (p == 0) return;
        _pool.Return(p, _size);
        GC.SuppressFinalize(this);
    }

    ~Block()
    {
        try
        {
            Release();
        }
        catch (CudaException)
        {
            // After a failed kernel the driver refuses everything; whoever waits for the device is told. Here it would end the process.
        }
    }
}
