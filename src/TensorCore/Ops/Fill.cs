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
            else Device.Backend.Copy(Detach() + x, this);
        }
        return this;
    }

    /// <summary>Overwrites this tensor's values with those of <paramref name="source"/>, of this shape; converts the dtype and moves between devices; not recorded.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="GradientException">This tensor is on the tape and recording is on.</exception>
    public Tensor CopyFrom(Tensor source)
    {
        if (source.Shape != Shape) throw new ShapeException($"copy from {source.Shape} into {Shape}: the shapes differ");
        MarkChanged("copy from");
        using (Autograd.NoGrad())
        {
            // A source in the same buffer (a transpose or a shifted slice of this) must be read before it is overwritten.
            Tensor values = source.Detach().To(DType).To(Device);
            Device.Backend.Copy(ReferenceEquals(values.Storage, Storage) ? values.Clone() : values, this);
        }
        return this;
    }

    /// <summary>Sets every element; not recorded.</summary>
    /// <exception cref="GradientException">This tensor is on the tape and recording is on.</exception>
    public Tensor Fill(double value)
    {
        MarkChanged("fill");
        if (IsContiguous) Device.Backend.Fill(this, value);
        else Device.Backend.Copy(Full([], value, DType, Device).Detach().ExpandTo(_sizes), this);
        return this;
    }

    private Tensor ExpandTo(int[] sizes)
    {
        using (Autograd.NoGrad()) return Expand(sizes);
    }
}
