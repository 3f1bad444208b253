using TensorCore.Cpu;

namespace TensorCore;

internal partial interface IBackend
{
    /// <summary>Sets every element of contiguous y.</summary>
    void Fill(Tensor y, double value);

    /// <summary>y += x, elementwise; y contiguous, x of y's shape with strides of its own.</summary>
    void AddInPlace(Tensor y, Tensor x);
}

public sealed partial class Tensor
{
    /// <summary>Adds <paramref name="x"/>, of this shape, into this tensor's memory; not recorded.</summary>
    /// <exception cref="GradientException">This tensor is on the tape and recording is on.</exception>
    public Tensor AddInPlace(Tensor x)
    {
        if (x.Shape != Shape || x.DType != DType) throw new ShapeException($"add in place: {x.DType.Name()} {x.Shape} into {DType.Name()} {Shape}");
        MarkChanged("add in place");
        using (Autograd.NoGrad())
        {
            if (IsContiguous) Device.Backend.AddInPlace(this, x);
            else CpuBackend.CopyStrided(Detach() + x, this);
        }
        return this;
    }
}
