namespace TensorCore;

/// <summary>
/// Optional: releases at its end every tensor created inside it on this thread, except those kept. Nothing needs it; a hot loop may
/// use it to reuse buffers at once instead of after the next collection. Gradients of leaves, parameters and optimizer state created
/// inside a scope are kept by themselves. A released tensor throws <see cref="ObjectDisposedException"/> when used.
/// </summary>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic] private static TensorScope? t_current;

    private readonly TensorScope? _outer;
    private HashSet<Storage>? _storages = [];

    private TensorScope(TensorScope? outer) => _outer = outer;

    /// <summary>Opens a scope; close it with <c>using</c>.</summary>
    public static TensorScope Begin() => t_current = new TensorScope(t_current);

    /// <summary>Lets a tensor (and what else views its storage) outlive the scope.</summary>
    public Tensor Keep(Tensor tensor)
    {
        Forget(tensor);
        return tensor;
    }

    internal static void Register(Storage storage) => t_current?._storages?.Add(storage);

    /// <summary>Takes a tensor out of every open scope of this thread.</summary>
    internal static void Forget(Tensor tensor)
    {
        for (TensorScope? s = t_current; s is not null; s = s._outer) s._storages?.Remove(tensor.Storage);
    }

    /// <summary>Releases what was created inside and not kept.</summary>
    public void Dispose()
    {
        if (_storages is null) return;
        foreach (Storage s in _storages) s.Release();
        _storages = null;
        t_current = _outer;
    }
}
