using TensorCore.Cpu;

namespace TensorCore;

/// <summary>A formula of three tensors of one shape, for ops that have their tape's part elsewhere. One body serves every vector width, dtype and device.</summary>
internal interface ITernary
{
    static abstract string Name { get; }

    V Compute<V>(V a, V b, V c)
        where V : struct, ISimd<V>;
}

internal partial interface IBackend
{
    /// <summary>y = f(a, b, c), elementwise; all contiguous and of one shape.</summary>
    void Ternary<TFunction>(TFunction f, Tensor a, Tensor b, Tensor c, Tensor y)
        where TFunction : struct, ITernary;
}
