using System.Collections.Concurrent;
using TensorCore.Cuda.Interop;

namespace TensorCore.Cuda;

/// <summary>
/// One GPU: its primary context, the stream that all its work is queued on, its memory, compiler and kernels. Work is queued by any thread in the order of the calls; only
/// reading values back waits for it.
/// </summary>
internal sealed unsafe class CudaDevice
{
    // A device's pool asks for a collection only after this much was rented: as on the CPU.
    private const long MinBytesBetweenCollections = 48L << 20;

    private static readonly Lock s_lock = new();
    private static CudaDevice[]? s_devices;
    [ThreadStatic] private static nint t_current;

    private readonly int _ordinal;
    private readonly nint _context;
    private readonly Lazy<nint> _blas;
    private readonly bool _hasMemoryPools;

    private CudaDevice(int index)
    {
        Index = index;
        Driver.Check(Driver.cuDeviceGet(out _ordinal, index));
        Driver.Check(Driver.cuDevicePrimaryCtxRetain(out _context, _ordinal));
        Enter();
        ComputeCapability = (10 * Attribute(Driver.ComputeCapabilityMajor)) + Attribute(Driver.ComputeCapabilityMinor);
        Multiprocessors = Attribute(Driver.MultiprocessorCount);
        MaxSharedBytes = Attribute(Driver.MaxSharedMemoryPerBlockOptin);
        if (MaxSharedBytes == 0) MaxSharedBytes = Attribute(Driver.MaxSharedMemoryPerBlock);
        _hasMemoryPools = Attribute(Driver.MemoryPoolsSupported) != 0;
        Driver.Check(Driver.cuStreamCreate(out nint stream, Driver.StreamNonBlocking));
        Stream = stream;
        if (_hasMemoryPools)
        {
            // Freed memory stays with the process: our pool frees only to make room.
            Driver.Check(Driver.cuDeviceGetDefaultMemPool(out nint memoryPool, _ordinal));
            ulong keep = ulong.MaxValue;
            Driver.Check(Driver.cuMemPoolSetAttribute(memoryPool, Driver.MemPoolReleaseThreshold, &keep));
        }
        MainPool = NewPool();
        Pool = MainPool;
        Staging = new Staging(this);
        Faults = new Faults(this);
        Kernels = new KernelCache(this);
        _blas = new Lazy<nint>(CreateBlas);
    }

    /// <summary>The place among the machine's GPUs.</summary>
    public int Index { get; }

    /// <summary>The architecture: 80 for sm_80.</summary>
    public int ComputeCapability { get; }

    public int Multiprocessors { get; }

    /// <summary>The most shared memory that a block can ask for.</summary>
    public int MaxSharedBytes { get; }

    /// <summary>The stream that this device's work is queued on.</summary>
    public nint Stream { get; }

    /// <summary>Where tensors get their memory: the device's pool, or a captured graph's while it is captured.</summary>
    public BlockPool Pool { get; internal set; }

    public BlockPool MainPool { get; }

    public Staging Staging { get; }

    public Faults Faults { get; }

    public KernelCache Kernels { get; }

    /// <summary>The graph that is being captured, if one is.</summary>
    public CudaGraph? Capturing { get; internal set; }

    /// <summary>Held while a capture begins or ends, and by finalizers while they use the stream: what they queued during a capture would become a part of it, or end it.</summary>
    public Lock CaptureLock { get; } = new();

    /// <summary>The cuBLAS handle, bound to the stream; 0 if there is no cuBLAS.</summary>
    public nint Blas => _blas.Value;

    /// <summary>The device's name as NVIDIA gives it.</summary>
    public string Name
    {
        get
        {
            byte* name = stackalloc byte[256];
            Driver.Check(Driver.cuDeviceGetName(name, 256, _ordinal));
            return System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)name) ?? "";
        }
    }

    /// <summary>The GPU of this index.</summary>
    /// <exception cref="DeviceException">No driver, no device, or no device of this index; the message says which and what to do.</exception>
    public static CudaDevice Get(int index)
    {
        lock (s_lock)
        {
            string? missing = Probe(out int count);
            if (missing is not null) throw new DeviceException(missing);
            if ((uint)index >= (uint)count) throw new DeviceException($"cuda:{index}: this machine has {count} CUDA {(count == 1 ? "device" : "devices")}: indices run from 0 to {count - 1}");
            s_devices ??= new CudaDevice[count];
            return s_devices[index] ??= new CudaDevice(index);
        }
    }

    /// <summary>How many GPUs there are; 0 without a driver.</summary>
    public static int Count
    {
        get
        {
            lock (s_lock) return Probe(out int count) is null ? count : 0;
        }
    }

    /// <summary>Null if there is a device, else why there is none.</summary>
    private static string? Probe(out int count)
    {
        count = 0;
        NativeLibraries.Register();
        if (!NativeLibraries.Has(NativeLibraries.Driver))
            return $"no CUDA library: {string.Join(" or ", NativeLibraries.FileNames(NativeLibraries.Driver))} was not found: install NVIDIA's driver, or name its folder in {NativeLibraries.FoldersVariable}";
        int status = Driver.cuInit(0);
        if (status == Driver.NoDevice) return "no CUDA device: NVIDIA's driver is installed, but it sees no GPU (cuInit gives CUDA_ERROR_NO_DEVICE)";
        if (status != Driver.Success) return $"no CUDA device: {Driver.Error(status, "cuInit").Message}";
        Driver.Check(Driver.cuDeviceGetCount(out count));
        return count > 0 ? null : "no CUDA device: NVIDIA's driver is installed, but it counts 0 GPUs";
    }

    /// <summary>Makes this device's context the calling thread's: finalizers and pool threads have none of their own.</summary>
    public void Enter()
    {
        if (t_current == _context) return;
        Driver.Check(Driver.cuCtxSetCurrent(_context));
        t_current = _context;
    }

    public int Attribute(int attribute)
    {
        Driver.Check(Driver.cuDeviceGetAttribute(out int value, attribute, _ordinal));
        return value;
    }

    /// <summary>Waits for all queued work and throws what went wrong in it.</summary>
    /// <exception cref="CudaException">A kernel failed.</exception>
    public void Synchronize()
    {
        Enter();
        if (Capturing is not null) throw new InvalidOperationException("a value was read, or the device waited for, while a CUDA graph is captured: the captured step must not look at its own results");
        Driver.Check(Driver.cuStreamSynchronize(Stream));
        Faults.ThrowIfAny();
    }

    public void CopyDeviceToDevice(Tensor destination, Tensor source, long bytes)
    {
        if (bytes == 0) return;
        Enter();
        Driver.Check(Driver.cuMemcpyDtoDAsync((nint)destination.Pointer, (nint)source.Pointer, (nuint)bytes, Stream));
        GC.KeepAlive(source);
        GC.KeepAlive(destination);
    }

    private BlockPool NewPool() => new(NewMemory(), MinBytesBetweenCollections) { Exact = CudaOptions.ExactAllocations };

    /// <summary>This device's memory, for a pool that nobody shares.</summary>
    public IMemorySource NewMemory() => new DeviceMemory(this, _hasMemoryPools);

    private nint CreateBlas()
    {
        if (!NativeLibraries.Has(NativeLibraries.Blas)) return 0;
        Enter();
        CuBlas.Check(CuBlas.cublasCreate(out nint handle), nameof(CuBlas.cublasCreate));
        CuBlas.Check(CuBlas.cublasSetStream(handle, Stream), nameof(CuBlas.cublasSetStream));
        // A workspace of its own, of the size that NVIDIA advises, keeps results the same from run to run and lets graphs be captured.
        const int Workspace = 32 << 20;
        Driver.Check(Driver.cuMemAlloc(out nint workspace, Workspace));
        CuBlas.Check(CuBlas.cublasSetWorkspace(handle, workspace, Workspace), nameof(CuBlas.cublasSetWorkspace));
        return handle;
    }

    /// <summary>
    /// The device's memory, in the order of its stream where the driver can. While a graph is captured nothing may be queued for it: memory is then taken at once, and given back when
    /// the capture is over.
    /// </summary>
    private sealed class DeviceMemory(CudaDevice device, bool streamOrdered) : IMemorySource
    {
        private readonly ConcurrentQueue<nint> _deferred = [];
        private readonly ConcurrentDictionary<nint, bool> _taken = []; // not in stream order

        public string Name => $"cuda:{device.Index}";

        public nint Allocate(long bytes)
        {
            device.Enter();
            bool ordered = streamOrdered && device.Capturing is null;
            if (device.Capturing is null) FreeDeferred();
            int status = ordered ? Driver.cuMemAllocAsync(out nint p, (nuint)bytes, device.Stream) : Driver.cuMemAlloc(out p, (nuint)bytes);
            if (status == Driver.OutOfMemory) return 0;
            Driver.Check(status, ordered ? nameof(Driver.cuMemAllocAsync) : nameof(Driver.cuMemAlloc));
            if (!ordered) _taken[p] = true;
            return p;
        }

        public void Free(nint pointer)
        {
            lock (device.CaptureLock)
            {
                if (device.Capturing is not null)
                {
                    _deferred.Enqueue(pointer);
                    return;
                }
                device.Enter();
                bool ordered = !_taken.TryRemove(pointer, out _);
                Driver.Check(ordered ? Driver.cuMemFreeAsync(pointer, device.Stream) : Driver.cuMemFree(pointer), ordered ? nameof(Driver.cuMemFreeAsync) : nameof(Driver.cuMemFree));
                FreeDeferred();
            }
        }

        public void Poison(nint pointer, long bytes)
        {
            lock (device.CaptureLock)
            {
                if (device.Capturing != CudaGraph.Recording) return; // a finalizer while another thread records
                device.Enter();
                Driver.Check(Driver.cuMemsetD8Async(pointer, 0xFF, (nuint)bytes, device.Stream));
            }
        }

        private void FreeDeferred()
        {
            while (_deferred.TryDequeue(out nint pointer)) Free(pointer);
        }
    }
}
