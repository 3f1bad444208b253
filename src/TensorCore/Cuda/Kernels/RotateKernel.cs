namespace TensorCore;

// Rotary position embedding in steps; one kernel of its own is to come.
internal sealed partial class CudaBackend
{
    public void Rotate(Tensor x, Tensor table, long[] positions, bool interleaved, bool inverse, Tensor y)
    {
        if (y.Count == 0) return;
        using (Autograd.NoGrad())
        {
            int half = x.Size(-1) / 2;
            Tensor rows = table.To(x.Device).IndexSelect(0, Tensor.From(positions, [positions.Length], x.Device)); // a row for each position
            if (positions.Length != x.Size(-2)) rows = rows.Reshape([.. x.Sizes[..^1], 2 * half]);
            (Tensor cos, Tensor sin) = (rows.Narrow(-1, 0, half), rows.Narrow(-1, half, half));
            if (inverse) sin = -sin;
            (Tensor a, Tensor b) = (Half(x, interleaved, 0), Half(x, interleaved, 1));
            Copy((a * cos) - (b * sin), Half(y, interleaved, 0));
            Copy((a * sin) + (b * cos), Half(y, interleaved, 1));
        }
    }

    /// <summary>The first or second features of all pairs, as a view.</summary>
    private static Tensor Half(Tensor x, bool interleaved, int which)
    {
        int[] sizes = x.Sizes.ToArray();
        long[] strides = x.Strides.ToArray();
        sizes[^1] /= 2;
        long offset = x.Offset + (which * (interleaved ? strides[^1] : strides[^1] * sizes[^1]));
        if (interleaved) strides[^1] *= 2;
        return x.ViewAs(sizes, strides, offset);
    }
}
