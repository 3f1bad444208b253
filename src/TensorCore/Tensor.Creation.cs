namespace TensorCore;

public sealed partial class Tensor
{
    /// <summary>All 0.</summary>
    public static Tensor Zeros(ReadOnlySpan<int> shape, DType dtype = DType.Float32, Device? device = null) => Full(shape, 0, dtype, device);

    /// <summary>All 1.</summary>
    public static Tensor Ones(ReadOnlySpan<int> shape, DType dtype = DType.Float32, Device? device = null) => Full(shape, 1, dtype, device);

    /// <summary>All <paramref name="value"/>, rounded to the dtype.</summary>
    public static Tensor Full(ReadOnlySpan<int> shape, double value, DType dtype = DType.Float32, Device? device = null)
    {
        Tensor y = Empty(Shape.Create(shape), dtype, device ?? Device.Cpu);
        y.Device.Backend.Fill(y, value);
        return y;
    }

    /// <summary>All 0, with the shape, dtype and device of <paramref name="x"/>.</summary>
    public static Tensor ZerosLike(Tensor x) => Full(x.Shape, 0, x.DType, x.Device);

    /// <summary>All 1, with the shape, dtype and device of <paramref name="x"/>.</summary>
    public static Tensor OnesLike(Tensor x) => Full(x.Shape, 1, x.DType, x.Device);

    /// <summary>A scalar (rank 0).</summary>
    public static Tensor Scalar(double value, DType dtype = DType.Float32) => Full([], value, dtype);

    /// <summary>A copy of <paramref name="values"/>, in row-major order, as a tensor of <paramref name="shape"/>; its dtype is the element type's.</summary>
    /// <exception cref="ShapeException">The number of values is not the shape's.</exception>
    public static unsafe Tensor From<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> shape, Device? device = null)
        where T : unmanaged
    {
        Shape s = Shape.Create(shape);
        if (s.Count != values.Length) throw new ShapeException($"{values.Length} values do not fill shape {s} of {s.Count}");
        Tensor y = Empty(s, DTypes.Of<T>(), device ?? Device.Cpu);
        values.CopyTo(new Span<T>(y.Pointer, values.Length));
        GC.KeepAlive(y);
        return y;
    }

    /// <summary>A copy of an array as a tensor of <paramref name="shape"/>.</summary>
    public static Tensor From<T>(T[] values, ReadOnlySpan<int> shape, Device? device = null)
        where T : unmanaged => From((ReadOnlySpan<T>)values, shape, device);

    /// <summary>A copy of an array as a vector.</summary>
    public static Tensor From<T>(T[] values)
        where T : unmanaged => From((ReadOnlySpan<T>)values, [values.Length]);

    /// <summary>A copy of the elements in row-major order. <typeparamref name="T"/> must be the dtype's own type.</summary>
    /// <exception cref="DTypeException">Another element type.</exception>
    public unsafe T[] ToArray<T>()
        where T : unmanaged
    {
        if (DTypes.Of<T>() != DType) throw new DTypeException($"a {DType.Name()} tensor as an array of {typeof(T).Name}: convert with To(DType.{DTypes.Of<T>()}) first");
        Tensor c = Detach().Contiguous();
        T[] values = new ReadOnlySpan<T>(c.Pointer, checked((int)Count)).ToArray();
        GC.KeepAlive(c);
        return values;
    }

    /// <summary>The value of a tensor of one element, as a double.</summary>
    /// <exception cref="ShapeException">The tensor has another number of elements.</exception>
    public double Item()
    {
        if (Count != 1) throw new ShapeException($"Item of a tensor of shape {Shape}: it has {Count} elements, not 1");
        using (Autograd.NoGrad()) return Reshape().To(DType.Float64).ToArray<double>()[0];
    }
}
