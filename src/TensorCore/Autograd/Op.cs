namespace TensorCore;

/// <summary>
/// What every operation brings: its name and a generator of samples. The gradient checks enumerate the types that implement this
/// interface; <see cref="Op.Apply"/> takes nothing else, so an op without samples does not compile.
/// </summary>
public interface IOp
{
    /// <summary>The name as messages and tables show it.</summary>
    static abstract string OpName { get; }

    /// <summary>
    /// One sample of how the op is called: inputs (shapes including broadcast, size 0, size 1, strided views, the same tensor twice; values
    /// including domain edges) and the call. The choices come from <paramref name="g"/>, so that a failing case can be shrunk.
    /// </summary>
    static abstract OpSample Sample(SampleGenerator g);
}

/// <summary>
/// An operation on tensors, one instance for each call: forward, and directly below it the backward rule.
/// Derive from it (and implement <see cref="IOp"/>), then call <see cref="Apply"/>; the library's own ops do the same.
/// </summary>
public abstract class Op
{
    private List<(Tensor Tensor, int Version)>? _saved;

    /// <summary>The name as messages show it.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// Computes the output, a fresh tensor (or a view of an input). Runs unrecorded. What backward needs is kept in fields through <see cref="Save"/>.
    /// </summary>
    public abstract Tensor Forward(ReadOnlySpan<Tensor> inputs);

    /// <summary>
    /// Adds the gradient of each input to <paramref name="dx"/>, given <paramref name="dy"/> of the output's shape. Written in tensor
    /// operations, so that it can itself be recorded and differentiated.
    /// </summary>
    public abstract void Backward(Tensor dy, Gradients dx);

    /// <summary>True if the output is a view of an input.</summary>
    public virtual bool IsView => false;

    /// <summary>False if no gradient flows through (comparisons, argmax): the result is never recorded.</summary>
    public virtual bool IsDifferentiable => true;

    /// <summary>Registers a tensor that backward reads: changing it in place before then becomes an error instead of a wrong gradient.</summary>
    protected Tensor Save(Tensor tensor)
    {
        (_saved ??= new(2)).Add((tensor, tensor.Storage.Version));
        return tensor;
    }

    internal void VerifySaved()
    {
        if (_saved is null) return;
        foreach ((Tensor t, int version) in _saved)
        {
            if (t.Storage.Version != version)
                throw new GradientException($"{Name}: backward needs a {t.DType.Name()} tensor of shape {t.Shape} that was changed in place after the forward pass (version {t.Storage.Version}, saved at {version}): change a Clone() instead");
        }
    }

    /// <summary>Runs <paramref name="op"/> on its inputs and records it if any of them requires a gradient.</summary>
    /// <exception cref="DeviceException">The inputs are on different devices.</exception>
    public static Tensor Apply<TOp>(TOp op, params ReadOnlySpan<Tensor> inputs)
        where TOp : Op, IOp
    {
        bool record = false;
        foreach (Tensor x in inputs)
        {
            if (x.Device != inputs[0].Device)
                throw new DeviceException($"{op.Name}: inputs on {inputs[0].Device} and {x.Device}: move one with To(device)");
            if (Autograd.IsRecording) x.RefuseStale(op.Name);
            record |= x.RequiresGrad;
        }
        record &= Autograd.IsRecording && op.IsDifferentiable;
        if (record && op is FusedOp fused && Autograd.PreferComposites) return fused.CallComposite(inputs);

        Tensor y;
        using (Autograd.NoGrad()) y = op.Forward(inputs);
        if (Autograd.AnomalyMode) Anomaly.CheckForward(op, inputs, y);
        if (record)
        {
            // An op that returns an input as it is must not overwrite that input's history.
            if (y.Node is not null) y = y.Detach();
            y.Node = new OpNode(op, inputs, y);
        }
        return y;
    }
}

/// <summary>
/// An op with hand-written forward and backward kernels, and the same written in a few lines of other ops. The composite is its
/// documentation, its naive twin in the tests, and what is differentiated when a gradient of a gradient is asked for.
/// </summary>
public abstract class FusedOp : Op
{
    private Tensor[] _inputs = [];

    /// <summary>The inputs of this call.</summary>
    protected ReadOnlySpan<Tensor> Inputs => _inputs;

    /// <summary>The output in other ops, differentiable to any order. Must not change the op's state.</summary>
    protected abstract Tensor Composite(ReadOnlySpan<Tensor> inputs);

    /// <summary>The output by kernels.</summary>
    protected abstract Tensor FusedForward(ReadOnlySpan<Tensor> inputs);

    /// <summary>The gradients by kernels; not recorded.</summary>
    protected abstract void FusedBackward(Tensor dy, Gradients dx);

    internal Tensor CallComposite(ReadOnlySpan<Tensor> inputs) => Composite(inputs);

    /// <inheritdoc/>
    public sealed override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        _inputs = inputs.ToArray();
        foreach (Tensor x in inputs) Save(x);
        return FusedForward(inputs);
    }

    /// <inheritdoc/>
    public sealed override void Backward(Tensor dy, Gradients dx)
    {
        if (!Autograd.IsRecording)
        {
            FusedBackward(dy, dx);
            return;
        }
        // Each input gets an alias of its own, so that one input that was made from another does not count twice.
        Tensor[] aliases = [.. _inputs.Select(x => x.RequiresGrad ? x.Alias() : x)];
        int[] wanted = [.. Enumerable.Range(0, aliases.Length).Where(dx.Needs)];
        Tensor y = Composite(aliases);
        if (y.DType != dy.DType) y = y.To(dy.DType); // sums of bfloat16 come as float32
        Tensor?[] grads = Autograd.Run([y], [dy], [.. wanted.Select(i => aliases[i])], retain: true, createGraph: true, accumulate: false);
        for (int i = 0; i < wanted.Length; i++)
            if (grads[i] is Tensor g) dx.Add(wanted[i], g);
    }
}
