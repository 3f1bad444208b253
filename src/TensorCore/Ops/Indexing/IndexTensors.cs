namespace TensorCore;

/// <summary>Checked positions out of tensors of indices. The results are fresh, so a later change of the caller's tensor cannot reach a backward pass.</summary>
internal static unsafe class IndexTensors
{
    /// <summary>A contiguous int64 copy of <paramref name="index"/> with negative values counted from the end of an axis of size <paramref name="n"/>.</summary>
    /// <exception cref="DTypeException">Not int64 or int32.</exception>
    /// <exception cref="ShapeException">A value is out of range.</exception>
    public static Tensor Checked(Tensor index, int n, int axis, Shape of, string op)
    {
        if (index.DType is not (DType.Int64 or DType.Int32))
            throw new DTypeException($"{op}: the index is {index.DType.Name()} {index.Shape}: use int64 or int32");
        Tensor y = Tensor.Empty(index.Sizes, DType.Int64, index.Device);
        Tensor x = index.Detach().To(DType.Int64);
        y.Device.Backend.Copy(x, y);
        long* p = (long*)y.Pointer;
        for (long i = 0; i < y.Count; i++) p[i] = Wrap(p[i], n, axis, of, op);
        GC.KeepAlive(y);
        return y;
    }

    private static long Wrap(long value, int n, int axis, Shape of, string op)
    {
        long at = value < 0 ? value + n : value;
        if ((ulong)at >= (ulong)n) throw new ShapeException($"{op}: index {value} is out of range for axis {axis} of size {n} (shape {of})");
        return at;
    }

    /// <summary>Index tensors over several axes, broadcast to <paramref name="shape"/>, as positions on these axes joined in row-major order.</summary>
    public static Tensor Join(Tensor[] indices, int[] sizes, Shape shape, Shape of, int[] axes)
    {
        if (indices.Length == 1) return Checked(indices[0], sizes[0], axes[0], of, "index").Reshape(checked((int)shape.Count));
        Tensor y = Tensor.Zeros([checked((int)shape.Count)], DType.Int64, indices[0].Device);
        long* p = (long*)y.Pointer;
        for (int k = 0; k < indices.Length; k++)
        {
            Tensor wide = Checked(indices[k], sizes[k], axes[k], of, "index").Expand(shape).Contiguous();
            long* q = (long*)wide.Pointer;
            for (long i = 0; i < y.Count; i++) p[i] = (p[i] * sizes[k]) + q[i];
            GC.KeepAlive(wide);
        }
        GC.KeepAlive(y);
        return y;
    }

    /// <summary>The positions of a mask's true elements in row-major order, one int64 vector for each axis of the mask.</summary>
    public static Tensor[] TruePositions(Tensor mask)
    {
        Tensor flat = mask.Detach().Contiguous();
        byte* m = (byte*)flat.Pointer;
        int count = 0;
        for (long i = 0; i < flat.Count; i++) count = checked(count + (m[i] != 0 ? 1 : 0));
        Tensor[] result = new Tensor[mask.Rank];
        for (int axis = 0; axis < result.Length; axis++)
        {
            result[axis] = Tensor.Empty([count], DType.Int64, mask.Device);
            long* p = (long*)result[axis].Pointer;
            long inner = Shape.ElementCount(mask.Sizes[(axis + 1)..]), n = mask.Sizes[axis];
            for (long i = 0; i < flat.Count; i++)
                if (m[i] != 0) *p++ = i / inner % n;
            GC.KeepAlive(result[axis]);
        }
        GC.KeepAlive(flat);
        return result;
    }

    /// <summary>
    /// True where an entry of <paramref name="positions"/> is the last to name its position: writing in order leaves that entry's value there. Null if
    /// no position is named twice.
    /// </summary>
    public static Tensor? LastNamed(Tensor positions, long n)
    {
        Tensor winners = Tensor.Empty(positions.Sizes, DType.Bool, positions.Device);
        System.Collections.BitArray taken = new(checked((int)n));
        long* p = (long*)positions.Pointer;
        byte* w = (byte*)winners.Pointer;
        bool twice = false;
        for (long i = positions.Count - 1; i >= 0; i--)
        {
            int at = (int)p[i];
            twice |= taken[at];
            w[i] = (byte)(taken[at] ? 0 : 1);
            taken[at] = true;
        }
        GC.KeepAlive(positions);
        GC.KeepAlive(winners);
        return twice ? winners : null;
    }
}
