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
    private readonly List<Action> _beforeReplay = [];
    private readonly List<nint> _pinned = [];
    private readonly List<object> _keep = [];
    private nint _executable;

    private CudaGraph(CudaDevice device) => (_device, _pool) = (device, device.NewPool(duringCapture: true));

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
        graph.Launch();
        return graph;
    }

    /// <summary>Queues the recorded step; returns before it has run.</summary>
    public void Replay()
    {
        _device.Enter();
        foreach (Action action in _beforeReplay) action();
        Launch();
    }

    /// <summary>What must happen on the host before each replay, in the order in which the step did it.</summary>
    internal void BeforeReplay(Action action) => _beforeReplay.Add(action);

    /// <summary>Holds an object as long as the graph lives.</summary>
    internal T Keep<T>(T thing)
        where T : class
    {
        _keep.Add(thing);
        return thing;
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
        _device.Capturing = this;
        nint graph = 0;
        try
        {
            step();
        }
        finally
        {
            _device.Capturing = null;
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
