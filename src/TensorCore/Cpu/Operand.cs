namespace TensorCore.Cpu;

/// <summary>
/// A tensor's first element as a pointer that keeps the storage alive: the JIT ends a local's life at its last use, so a kernel on a bare
/// pointer could lose its buffer to the finalizer while it runs. Kernels hold their tensors as operands, never as bare pointers.
/// </summary>
internal readonly unsafe struct Operand
{
    private readonly Storage? _keep;

    public Operand(Tensor tensor)
    {
        _keep = tensor.Storage;
        P = tensor.Pointer;
    }

    /// <summary>The first element; null if there is no tensor.</summary>
    public readonly void* P;

    /// <summary>True if there is a tensor.</summary>
    public bool Exists => _keep is not null;

    public static implicit operator Operand(Tensor? tensor) => tensor is null ? default : new Operand(tensor);
}
