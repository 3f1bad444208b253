namespace TensorCore;

/// <summary>y = x on another device;  dx = dy on x's device.</summary>
internal sealed class Transfer : Op, IOp
{
    private readonly Device _to;
    private Device? _from;

    internal Transfer(Device to) => _to = to;

    /// <inheritdoc/>
    public static string OpName => "transfer";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override unsafe Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0].Contiguous();
        _from = x.Device;
        // Between two GPUs by way of this machine's memory.
        if (_from.IsCuda && _to.IsCuda) return x.To(Device.Cpu).To(_to);
        Tensor y = Tensor.Empty(x.Sizes, x.DType, _to);
        long bytes = x.Count * x.DType.Size();
        if (_to.Gpu is { } there) there.Staging.Upload((nint)y.Pointer, x.Pointer, bytes);
        else _from.Gpu!.Staging.Download(y.Pointer, (nint)x.Pointer, bytes);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx) => dx.Add(0, dy.To(_from!), fresh: true);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        // To the processor and back: on the processor no change at all.
        Tensor x = g.Tensor(g.Shape());
        return OpSample.Of($"{x.Shape} on {x.Device}", [x], t => t[0].To(Device.Cpu).To(t[0].Device) * 1);
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// This tensor on another device: itself if it is there, else a copy, which gradients flow back through. An upload returns as soon as the values are read; a download waits for
    /// the work that makes them.
    /// </summary>
    /// <exception cref="CudaException">A kernel that was queued before has failed.</exception>
    public Tensor To(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device == Device ? this : Op.Apply(new Transfer(device), this);
    }

    /// <summary>Moves this tensor itself to another device: whoever holds it, a module or an optimizer, then has it there. It must be a leaf, and its views stay where they are.</summary>
    internal void MoveTo(Device device)
    {
        if (device == Device) return;
        Tensor moved;
        using (Autograd.NoGrad()) moved = Detach().To(device);
        TensorScope.Forget(moved);
        (Storage, _strides, Offset, IsContiguous, ViewVersion) = (moved.Storage, moved._strides, 0, true, moved.Storage.Version);
        Grad?.MoveTo(device);
    }
}
