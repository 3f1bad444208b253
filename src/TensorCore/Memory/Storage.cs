namespace TensorCore;

/// <summary>A buffer on a device that one or more tensors view. Counts its in-place changes, so that backward can refuse a changed value.</summary>
internal sealed unsafe class Storage
{
    private Block? _block;
    private nint _pointer;
    private readonly bool _owned;

    public Storage(long bytes, Device device)
    {
        Bytes = bytes;
        Device = device;
        if (device.Gpu is { } gpu)
        {
            _block = new Block(gpu.Pool, bytes);
            _pointer = _block.Pointer;
            _owned = true;
        }
        else if (bytes <= Slab.MaxBytes)
        {
            _block = Slab.Cut((int)bytes, out _pointer);
        }
        else
        {
            _block = new Block(BufferPool.Host, bytes);
            _pointer = _block.Pointer;
            _owned = true;
        }
        TensorScope.Register(this);
    }

    public long Bytes { get; }

    public Device Device { get; }

    /// <summary>Increments with every in-place change.</summary>
    public int Version { get; private set; }

    /// <summary>The version that the last in-place change under a graph made: other tensors over this storage are stale from then on.</summary>
    public int RecordedVersion { get; private set; }

    public bool IsReleased => _block is null;

    /// <summary>The first byte, in the device's address space.</summary>
    /// <exception cref="ObjectDisposedException">The storage was released by a <see cref="TensorScope"/>.</exception>
    public byte* Pointer => _block is not null ? (byte*)_pointer
        : throw new ObjectDisposedException("Tensor", "this tensor was released at the end of a TensorScope: use scope.Keep(tensor) for what must outlive it");

    public void Changed(bool recorded)
    {
        Version++;
        if (recorded) RecordedVersion = Version;
    }

    /// <summary>Gives the buffer back now instead of when the collector finds it.</summary>
    public void Release()
    {
        if (_owned) _block?.Release();
        _block = null;
        _pointer = 0;
    }
}
