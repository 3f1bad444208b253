using TensorCore.Cuda.Interop;

namespace TensorCore.Cuda;

/// <summary>
/// Errors that kernels find in values: an index out of range. Checking on the host would make every lookup wait for the device; instead the kernel writes the first
/// fault into memory that the host shares, goes on with a safe value, and the host throws at its next look: at the latest when a result is read.
/// </summary>
internal sealed unsafe class Faults
{
    // As in prelude.cuh.
    private struct Fault()
    {
        public int State = 0, Site = 0;
        public long Value = 0, Place = 0;
    }

    // Sites are told apart for a while, not for ever: a fault is seen at the next read, long before 4,096 more calls with indices.
    private const int Sites = 4096;

    private readonly CudaDevice _device;
    private readonly Func<long, long, Exception>[] _sites = new Func<long, long, Exception>[Sites];
    private readonly List<Func<long, long, Exception>> _captured = []; // of graphs, which may replay them at any time
    private readonly Fault* _fault;
    private int _next;

    public Faults(CudaDevice device)
    {
        _device = device;
        Driver.Check(Driver.cuMemHostAlloc(out nint host, (nuint)sizeof(Fault), Driver.HostAllocPortable | Driver.HostAllocDeviceMap));
        _fault = (Fault*)host;
        *_fault = new Fault();
        Driver.Check(Driver.cuMemHostGetDevicePointer(out nint pointer, host, 0));
        Pointer = pointer;
    }

    /// <summary>The fault's address on the device.</summary>
    public nint Pointer { get; }

    /// <summary>A number by which a kernel names this call; <paramref name="explain"/> makes the exception from the value and its place.</summary>
    public int Site(Func<long, long, Exception> explain)
    {
        ThrowIfAny();
        if (_device.Capturing is not null)
        {
            _captured.Add(explain);
            return Sites + _captured.Count - 1;
        }
        int site = (int)((uint)Interlocked.Increment(ref _next) % Sites);
        _sites[site] = explain;
        return site;
    }

    /// <summary>Throws what kernels have found so far and forgets it.</summary>
    public void ThrowIfAny()
    {
        if (Volatile.Read(ref _fault->State) != 2) return;
        Fault fault = *_fault;
        *_fault = new Fault();
        Thread.MemoryBarrier();
        throw (fault.Site < Sites ? _sites[fault.Site] : _captured[fault.Site - Sites])(fault.Value, fault.Place);
    }
}
