namespace TensorCore;

/// <summary>Checked positions out of tensors of indices. The results are fresh, so a later change of the caller's tensor cannot reach a backward pass.</summary>
internal static class IndexTensors
{
    /// <summary>A contiguous int64 copy of <paramref name="index"/> with negative values counted from the end of an axis of size <paramref name="n"/>.</summary>
    /// <exception cref="DTypeException">Not int64 or int32.</exception>
    /// <exception cref="ShapeException">A value is out of range; of a tensor on a GPU it is thrown when a result is read, or before.</exception>
    public static Tensor Checked(Tensor index, int n, int axis, Shape of, string op)
    {
        if (index.DType is not (DType.Int64 or DType.Int32))
            throw new DTypeException($"{op}: the index is {index.DType.Name()} {index.Shape}: use int64 or int32");
        Tensor x = index.Detach().To(DType.Int64).Contiguous();
        return x.Device.Backend.WrapIndices(x, n, (value, _) => new ShapeException($"{op}: index {value} is out of range for axis {axis} of size {n} (shape {of})"));
    }

    /// <summary>Index tensors over several axes, broadcast to <paramref name="shape"/>, as positions on these axes joined in row-major order.</summary>
    public static Tensor Join(Tensor[] indices, int[] sizes, Shape shape, Shape of, int[] axes)
    {
        if (indices.Length == 1) return Checked(indices[0], sizes[0], axes[0], of, "index").Reshape(checked((int)shape.Count));
        Tensor y = Tensor.Zeros([checked((int)shape.Count)], DType.Int64, indices[0].Device);
        for (int k = 0; k < indices.Length; k++)
            y.Device.Backend.JoinIndices(y, Checked(indices[k], sizes[k], axes[k], of, "index").Expand(shape).Contiguous(), sizes[k]);
        return y;
    }

    /// <summary>The positions of a mask's true elements in row-major order, one int64 vector for each axis of the mask. On a GPU their number is waited for.</summary>
    public static Tensor[] TruePositions(Tensor mask) => mask.Device.Backend.TruePositions(mask.Detach().Contiguous());

    /// <summary>
    /// True where an entry of <paramref name="positions"/> is the last to name its position: writing in order leaves that entry's value there. May be null if
    /// no position is named twice.
    /// </summary>
    public static Tensor? LastNamed(Tensor positions, long n) => positions.Device.Backend.LastNamed(positions, n);
}

internal partial interface IBackend
{
    /// <summary>A fresh copy of contiguous int64 indices with negative ones counted from the end of an axis of n; <paramref name="outOfRange"/> makes the exception from a value and its place.</summary>
    Tensor WrapIndices(Tensor indices, int n, Func<long, long, Exception> outOfRange);

    /// <summary>into = into·size + positions; contiguous int64.</summary>
    void JoinIndices(Tensor into, Tensor positions, int size);

    /// <summary>The coordinates of contiguous mask's true elements in row-major order, one int64 vector for each axis.</summary>
    Tensor[] TruePositions(Tensor mask);

    /// <summary>True (bool) where an entry of contiguous int64 positions below n is the last to name its position; may be null if none is named twice.</summary>
    Tensor? LastNamed(Tensor positions, long n);
}
