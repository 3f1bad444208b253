using TensorCore.Cuda;
using TensorCore.Cuda.Interop;

namespace TensorCore;

/// <summary>
/// A step (forward, backward, optimizer) recorded once as a CUDA graph and replayed: the launches of a small network cost more time than its kernels, and a replay is a
/// single launch.
/// </summary>
/// <remarks>
/// <para>The step reads its data from tensors that stay the same (copy each batch into them with <see cref="Tensor.CopyFrom"/>) and returns what is to be read after it, which
/// every replay overwrites (<see cref="Results"/>). Shapes, and all that C# decides, are those of the recording, except: optimizers count their steps and follow their learning rates,
/// and random operations draw from fresh streams, as if the step had run.</para>
/// <para>The step must not read a value back (Item, ToArray, printing): while it is recorded there are none. Only one thread may use the device meanwhile.</para>
/// </remarks>
/// <example><code>
/// CudaGraph? graph = null;
/// foreach (…)
/// {
///     x.CopyFrom(batch.X);
///     y.CopyFrom(batch.Y);
///     if (graph is null) graph = CudaGraph.Capture(device, Step);
///     else graph.Replay();
///     Console.WriteLine(graph.Results[0].Item());
/// }
///
/// IReadOnlyList&lt;Tensor&gt; Step()
/// {
///     optimizer.ZeroGrad();
///     Tensor loss = Loss.CrossEntropy(model.Forward(x), y);
///     loss.Backward();
///     optimizer.Step();
///     return [loss];
/// }
/// </code></example>
public sealed class CudaGraph
{
    private readonly CudaDevice _device;
    private readonly BlockPool _pool;
    private readonly List<Action> _undo = [], _beforeReplay = [];
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

    /// <summary>What the step returned: of the last replay or, before the first, of the step that <see cref="Capture(Device, Func{IReadOnlyList{Tensor}})"/> ran.</summary>
    public IReadOnlyList<Tensor> Results { get; private set; } = [];

    /// <summary>
    /// Runs <paramref name="step"/> once as it is, so that kernels are compiled and memory is found, then calls it again to record what it queues, which does not run before the first
    /// <see cref="Replay"/>. One step is done when this returns: what optimizers and generators count while recording is taken back.
    /// </summary>
    /// <param name="device">A GPU.</param>
    /// <param name="step">The step. Tensors of its own that it does not return have no values before the first replay.</param>
    /// <exception cref="DeviceException">The device is no GPU.</exception>
    /// <exception cref="InvalidOperationException">The step reads a value back, returns something else the second time, or a recording is under way.</exception>
    public static CudaGraph Capture(Device device, Func<IReadOnlyList<Tensor>> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (device.Gpu is not { } gpu) throw new DeviceException($"a CUDA graph on {device}: it needs an NVIDIA GPU");
        if (gpu.Capturing is not null) throw new InvalidOperationException("a CUDA graph is being captured already");
        CudaGraph graph = new(gpu);
        gpu.Pool = graph._pool;
        try
        {
            IReadOnlyList<Tensor> first = step();
            gpu.Synchronize();
            graph.Record(step);
            graph.KeepResults(first);
        }
        finally
        {
            gpu.Pool = gpu.MainPool;
        }
        return graph;
    }

    /// <summary>As <see cref="Capture(Device, Func{IReadOnlyList{Tensor}})"/>, of a step without results.</summary>
    public static CudaGraph Capture(Device device, Action step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return Capture(device, () =>
        {
            step();
            return [];
        });
    }

    private void KeepResults(IReadOnlyList<Tensor> first)
    {
        if (first.Count != Results.Count || first.Zip(Results).Any(p => p.First.Shape != p.Second.Shape || p.First.DType != p.Second.DType))
            throw new InvalidOperationException($"the step returned {first.Count} tensors, and {Results.Count} or others when it was recorded: a CUDA graph needs a step that is always the same");
        using (Autograd.NoGrad())
            for (int i = 0; i < first.Count; i++) Results[i].Detach().CopyFrom(first[i].Detach());
    }

    /// <summary>Queues the recorded step; returns before it has run.</summary>
    public void Replay()
    {
        _device.Enter();
        RenewDraws();
        foreach (Action action in _beforeReplay) action();
        Driver.Check(Driver.cuGraphLaunch(_executable, _device.Stream));
    }

    /// <summary>How the host takes back what it counted while the step was recorded, and what it must do before each replay.</summary>
    internal void OnReplay(Action undo, Action replay)
    {
        _undo.Add(undo);
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

    private void Record(Func<IReadOnlyList<Tensor>> step)
    {
        lock (_device.CaptureLock)
        {
            Driver.Check(Driver.cuStreamBeginCapture(_device.Stream, Driver.CaptureModeRelaxed));
            (_device.Capturing, Recording) = (this, this);
        }
        nint graph = 0;
        try
        {
            Results = step();
        }
        finally
        {
            lock (_device.CaptureLock)
            {
                int status = Driver.cuStreamEndCapture(_device.Stream, out graph);
                if (status != Driver.Success) graph = 0;
                (_device.Capturing, Recording) = (null, null);
            }
            foreach (Action undo in _undo) undo();
            foreach (IGrouping<Generator, (Generator Generator, ulong Seed, ulong Stream)> draws in _draws.GroupBy(d => d.Generator)) draws.Key.State = (draws.First().Seed, draws.First().Stream);
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

    /// <summary>Frees the graph once nobody holds it.</summary>
    ~CudaGraph()
    {
        if (_executable == 0) return;
        lock (_device.CaptureLock)
        {
            if (_device.Capturing is not null)
            {
                GC.ReRegisterForFinalize(this); // later: waiting for the stream would end the capture
                return;
            }
            _device.Enter();
            // Queued replays come first; a failure here has nobody to tell.
            _ = Driver.cuStreamSynchronize(_device.Stream);
            _ = Driver.cuGraphExecDestroy(_executable);
        }
        foreach (nint p in _pinned) _ = Driver.cuMemFreeHost(p);
        _pool.Trim();
    }
}
