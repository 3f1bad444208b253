using System.Runtime.InteropServices;
using TensorCore.Cuda.Interop;

namespace TensorCore.Cuda;

/// <summary>
/// Copies between this machine's memory and the GPU's through two pinned buffers in turn: a copy from ordinary memory would make the driver wait. An upload returns
/// as soon as its bytes are in a pinned buffer.
/// </summary>
internal sealed unsafe class Staging(CudaDevice device)
{
    // Large enough that the copy engine runs at full speed (some 12 GB/s over PCIe 3), small enough to pin without a thought.
    private const int Bytes = 4 << 20;

    private readonly Lock _lock = new();
    private readonly nint[] _buffers = new nint[2], _done = new nint[2];
    private int _next, _used;

    public void Upload(nint destination, void* source, long bytes)
    {
        if (bytes == 0) return;
        device.Enter();
        if (device.Capturing is { } graph)
        {
            byte* own = (byte*)graph.Pinned(bytes);
            NativeMemory.Copy(source, own, (nuint)bytes);
            Driver.Check(Driver.cuMemcpyHtoDAsync(destination, own, (nuint)bytes, device.Stream));
            return;
        }
        lock (_lock)
        {
            for (long at = 0; at < bytes;)
            {
                int n = (int)Math.Min(Bytes, bytes - at);
                byte* pinned = Room(n);
                NativeMemory.Copy((byte*)source + at, pinned, (nuint)n);
                Driver.Check(Driver.cuMemcpyHtoDAsync(destination + (nint)at, pinned, (nuint)n, device.Stream));
                at += n;
            }
        }
    }

    public void Download(void* destination, nint source, long bytes)
    {
        device.Enter();
        if (bytes == 0) return;
        if (device.Capturing is not null) device.Synchronize(); // says why this cannot be
        lock (_lock)
        {
            // One buffer is filled by the device while the other is emptied.
            int[] held = [-1, -1];
            int buffer = 0;
            long at = 0, taken = 0;
            while (taken < bytes)
            {
                if (at < bytes && held[buffer] < 0)
                {
                    Ready(buffer);
                    int n = (int)Math.Min(Bytes, bytes - at);
                    Driver.Check(Driver.cuMemcpyDtoHAsync((void*)_buffers[buffer], source + (nint)at, (nuint)n, device.Stream));
                    Driver.Check(Driver.cuEventRecord(_done[buffer], device.Stream));
                    held[buffer] = n;
                    at += n;
                    buffer ^= 1;
                    if (at < bytes && held[buffer] < 0) continue;
                }
                int oldest = held[buffer] >= 0 ? buffer : buffer ^ 1;
                Driver.Check(Driver.cuEventSynchronize(_done[oldest]));
                NativeMemory.Copy((void*)_buffers[oldest], (byte*)destination + taken, (nuint)held[oldest]);
                taken += held[oldest];
                held[oldest] = -1;
                buffer = oldest;
            }
            _used = Bytes; // what lies in the buffers is in use no more, but the next upload starts afresh
        }
        device.Faults.ThrowIfAny();
    }

    /// <summary>A part of a pinned buffer that no copy reads any more.</summary>
    private byte* Room(int n)
    {
        int rounded = (n + 63) & ~63;
        if (_buffers[_next] == 0 || _used + rounded > Bytes)
        {
            if (_buffers[_next] != 0) Driver.Check(Driver.cuEventRecord(_done[_next], device.Stream));
            _next ^= 1;
            Ready(_next);
            _used = 0;
        }
        byte* p = (byte*)_buffers[_next] + _used;
        _used += rounded;
        return p;
    }

    /// <summary>Waits until the copies that use a buffer are done; makes it on first use.</summary>
    private void Ready(int buffer)
    {
        if (_buffers[buffer] != 0)
        {
            Driver.Check(Driver.cuEventSynchronize(_done[buffer]));
            return;
        }
        Driver.Check(Driver.cuMemHostAlloc(out _buffers[buffer], Bytes, Driver.HostAllocPortable));
        Driver.Check(Driver.cuEventCreate(out _done[buffer], Driver.EventDisableTiming));
    }
}
