using TensorCore.Cuda;
using TensorCore.Cuda.Interop;

namespace TensorCore;

/// <summary>
/// A step (forward, backward, optimizer) recorded once as a CUDA graph and replayed: the launches of a small network cost more time than its kernels, and a replay is a
/// single launch.
/// </summary>
/// <remarks>
/// <para>The step reads its data from tensors that stay the same (copy each batch into them with <see cref="Tensor.CopyFrom"/>) and leaves its results in tensors made inside,
/// which every replay overwrites. Shapes, and all that C# decides, are those of the recording, except: optimizers count their steps and follow their learning rates, and
/// random operations draw from fresh streams, as if the step had run.</para>
/// <para>The step must not read a value back (Item, ToArray, printing): while it is recorded there are none. Only one thread may use the device meanwhile.</para>
/// </remarks>
/// <example><code>
/// CudaGraph graph = CudaGraph.Capture(device, () => { optimizer.ZeroGrad(); loss = Loss.CrossEntropy(model.Forward(x), y); loss.Backward(); optimizer.Step(); });
/// for (…) { x.CopyFrom(batch.X); y.CopyFrom(batch.Y); graph.Replay(); }
/// </code></example>
public sealed class CudaGraph
{
    private readonly CudaDevice _device;
    private readonly BlockPool _pool;
    private readonly List<Action> _beforeFirst = [], _beforeReplay = [];
    private readonly List<nint> _pinned = [];
    private readonly List<(Generator Generator, ulong Seed, ulong Stream)> _draws = [];
    private readonly Dictionary<(ulong Seed, ulong Stream), nint> _drawSlots = [];
    private readonly List<(Tensor Slots, int Used)> _slots = [];
    private nint _executable;

    private CudaGraph(CudaDevice device) => (_device, _pool) = (device, new BlockPool(device.NewMemory(), 0));

    /// <summary>The graph that this thread records, if it does.</summary>
    [field: ThreadStatic]
    internal static CudaGraph? Recording { get; private set; }

    /// <summary>How many operations the graph holds.</summary>
    public int Nodes { get; private set; }

    /// <summary>Bytes that the graph's tensors take; they stay its own as long as it lives.</summary>
    public long ReservedBytes => _pool.ReservedBytes;

    /// <summary>
    /// Runs <paramref name="step"/> twice: first as it is, so that kernels are compiled and memory is found, then recorded and replayed at once. Both count as steps.
    /// </summary>
    /// <exception cref="DeviceException">The device is no GPU.</exception>
    /// <exception cref="InvalidOperationException">The step reads a value back, or a recording is under way.</exception>
    public static CudaGraph Capture(Device device, Action step)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (device.Gpu is not { } gpu) throw new DeviceException($"a CUDA graph on {device}: it needs an NVIDIA GPU");
        if (gpu.Capturing is not null) throw new InvalidOperationException("a CUDA graph is being captured already");
        CudaGraph graph = new(gpu);
        gpu.Pool = graph._pool;
        try
        {
            step();
            gpu.Synchronize();
            graph.Record(step);
        }
        finally
        {
            gpu.Pool = gpu.MainPool;
        }
        graph.FirstLaunch();
        return graph;
    }

    /// <summary>Queues the recorded step; returns before it has run.</summary>
    public void Replay()
    {
        _device.Enter();
        RenewDraws();
        foreach (Action action in _beforeReplay) action();
        Launch();
    }

    /// <summary>The recorded step itself: with the draws and the numbers that it had.</summary>
    private unsafe void FirstLaunch()
    {
        long* values = stackalloc long[2];
        foreach (((ulong seed, ulong stream), nint slot) in _drawSlots)
        {
            (values[0], values[1]) = ((long)seed, (long)stream);
            _device.Staging.Upload(slot, values, 16);
        }
        foreach (Action action in _beforeFirst) action();
        Launch();
    }

    /// <summary>What must happen on the host before the recorded step runs, and before each replay.</summary>
    internal void OnLaunch(Action first, Action replay)
    {
        _beforeFirst.Add(first);
        _beforeReplay.Add(replay);
    }

    /// <summary>Notes that the step drew a stream from a generator.</summary>
    internal void Drew(Generator generator, ulong seed, ulong stream) => _draws.Add((generator, seed, stream));

    /// <summary>Memory on the device from which a captured kernel reads its seed and stream; rewritten before each replay.</summary>
    internal unsafe nint DrawSlot(ulong seed, ulong stream)
    {
        if (_drawSlots.TryGetValue((seed, stream), out nint slot)) return slot;
        const int SlotsAtOnce = 256;
        if (_slots.Count == 0 || _slots[^1].Used == SlotsAtOnce) _slots.Add((Persistent([SlotsAtOnce, 2], DType.Int64), 0));
        (Tensor slots, int used) = _slots[^1];
        _slots[^1] = (slots, used + 1);
        return _drawSlots[(seed, stream)] = (nint)slots.Pointer + (used * 16);
    }

    /// <summary>A tensor that no step overwrites: its memory is not the graph's.</summary>
    internal Tensor Persistent(ReadOnlySpan<int> shape, DType dtype)
    {
        BlockPool pool = _device.Pool;
        _device.Pool = _device.MainPool;
        try
        {
            return Tensor.Empty(shape, dtype, Device.Cuda(_device.Index));
        }
        finally
        {
            _device.Pool = pool;
        }
    }

    /// <summary>Gives each captured random kernel the stream it would have drawn if the step ran now, and moves the generators on.</summary>
    private unsafe void RenewDraws()
    {
        if (_drawSlots.Count == 0) return;
        long* values = stackalloc long[2];
        foreach (IGrouping<Generator, (Generator Generator, ulong Seed, ulong Stream)> draws in _draws.GroupBy(d => d.Generator))
        {
            foreach ((Generator generator, ulong seed, ulong stream) in draws)
            {
                (ulong newSeed, ulong newStream) = generator.NextDraw();
                if (!_drawSlots.TryGetValue((seed, stream), out nint slot)) continue;
                (values[0], values[1]) = ((long)newSeed, (long)newStream);
                _device.Staging.Upload(slot, values, 16);
            }
        }
    }

    /// <summary>Pinned memory of the graph's own, for an upload that replays repeat with the same bytes.</summary>
    internal nint Pinned(long bytes)
    {
        Driver.Check(Driver.cuMemHostAlloc(out nint p, (nuint)bytes, Driver.HostAllocPortable));
        _pinned.Add(p);
        return p;
    }

    private void Record(Action step)
    {
        Driver.Check(Driver.cuStreamBeginCapture(_device.Stream, Driver.CaptureModeRelaxed));
        (_device.Capturing, Recording) = (this, this);
        nint graph = 0;
        try
        {
            step();
        }
        finally
        {
            (_device.Capturing, Recording) = (null, null);
            int status = Driver.cuStreamEndCapture(_device.Stream, out graph);
            if (status != Driver.Success) graph = 0;
        }
        if (graph == 0) throw new InvalidOperationException("the step could not be recorded as a CUDA graph: something in it waits for the device");
        Driver.Check(Driver.cuGraphInstantiateWithFlags(out _executable, graph, 0));
        unsafe
        {
            nuint count = 0;
            Driver.Check(Driver.cuGraphGetNodes(graph, null, &count));
            Nodes = (int)count;
        }
        Driver.Check(Driver.cuGraphDestroy(graph));
    }

    private void Launch() => Driver.Check(Driver.cuGraphLaunch(_executable, _device.Stream));

    /// <summary>Frees the graph once nobody holds it.</summary>
    ~CudaGraph()
    {
        if (_executable == 0) return;
        _device.Enter();
        // Queued replays come first; a failure here has nobody to tell.
        _ = Driver.cuStreamSynchronize(_device.Stream);
        _ = Driver.cuGraphExecDestroy(_executable);
        foreach (nint p in _pinned) _ = Driver.cuMemFreeHost(p);
        _pool.Trim();
    }
}
