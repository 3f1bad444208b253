namespace TensorCore;

public sealed partial class Tensor
{
    private bool _requiresGrad;

    /// <summary>The node that made this tensor; for a leaf that wants a gradient, the node that collects it.</summary>
    internal Node? Node { get; set; }

    /// <summary>The storage's version when this tensor last agreed with its history.</summary>
    internal int ViewVersion { get; set; }

    /// <summary>
    /// True if operations on this tensor are recorded so that a gradient can flow back to it. May be set on a leaf of float type.
    /// </summary>
    /// <exception cref="DTypeException">An integer or bool tensor cannot have a gradient.</exception>
    /// <exception cref="GradientException">The tensor is the result of a recorded operation.</exception>
    public bool RequiresGrad
    {
        get => _requiresGrad || Node is not null;
        set
        {
            if (!IsLeaf) throw new GradientException("RequiresGrad can be set on a leaf only; this tensor is the result of " + Node!.Name + ": use Detach() first");
            if (value && DType is not (DType.Float32 or DType.Float64) && !(DType == DType.BFloat16 && Device.IsCuda))
                throw new DTypeException($"a {DType.Name()} tensor cannot require a gradient: only float32 and float64 can (and bfloat16 on a GPU)");
            _requiresGrad = value;
            Node = value ? Node ?? new LeafNode(this) : null;
        }
    }

    /// <summary>True if no recorded operation made this tensor.</summary>
    public bool IsLeaf => Node is null or LeafNode;

    /// <summary>The accumulated gradient of a leaf after <see cref="Backward"/>; null before.</summary>
    public Tensor? Grad { get; set; }

    /// <summary>Sets <see cref="RequiresGrad"/> and returns this tensor.</summary>
    public Tensor RequireGrad(bool value = true)
    {
        RequiresGrad = value;
        return this;
    }

    /// <summary>The same values, sharing the storage, without history.</summary>
    public Tensor Detach() => new(Storage, DType, _sizes, _strides, Offset);

    /// <summary>
    /// Computes the gradient of this tensor with respect to every leaf it was made from, and adds it to the leaves' <see cref="Grad"/>.
    /// </summary>
    /// <param name="gradient">dL/d(this), of this tensor's shape; may be left out for a single element, where it is 1.</param>
    /// <param name="retainGraph">Keeps what backward needs, so that it can run again.</param>
    /// <param name="createGraph">Records the backward pass itself, so that the gradients can be differentiated; implies <paramref name="retainGraph"/>.</param>
    /// <exception cref="GradientException">This tensor has no history, or has several elements and no <paramref name="gradient"/>.</exception>
    public void Backward(Tensor? gradient = null, bool retainGraph = false, bool createGraph = false) =>
        Autograd.Run([this], [gradient], null, retainGraph || createGraph, createGraph, accumulate: true);

    /// <summary>
    /// Calls <paramref name="hook"/> with this tensor's gradient when it is complete; a non-null result takes its place.
    /// Returns an action that removes the hook.
    /// </summary>
    /// <exception cref="GradientException">The tensor does not require a gradient.</exception>
    public Action RegisterHook(Func<Tensor, Tensor?> hook)
    {
        Node node = Node ?? throw new GradientException("a hook needs a tensor that requires a gradient");
        node.Hooks ??= [];
        node.Hooks.Add(hook);
        return () => node.Hooks.Remove(hook);
    }

    /// <summary>Throws if this view was taken before its storage was assigned to under the tape: its history no longer tells where its values come from.</summary>
    internal void RefuseStale(string op)
    {
        if (ViewVersion < Storage.RecordedVersion)
            throw new GradientException($"{op}: a tensor of shape {Shape} shares its storage with one that was assigned to under the tape after this view was taken: take the view again");
    }

    /// <summary>Marks an in-place change of the values, so that backward refuses what it saved before.</summary>
    internal void MarkChanged(string op, bool recorded = false)
    {
        if (Autograd.IsRecording && !recorded && RequiresGrad)
        {
            throw new GradientException(IsLeaf
                ? $"{op}: in-place change of a leaf that requires a gradient: do it inside Autograd.NoGrad()"
                : $"{op}: in-place change of a value on the tape: do it on Clone(), or inside Autograd.NoGrad()");
        }
        if (Autograd.IsRecording) RefuseStale(op);
        Storage.Changed(recorded);
        ViewVersion = Storage.Version;
    }
}
