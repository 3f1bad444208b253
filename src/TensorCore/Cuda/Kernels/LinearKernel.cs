using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Linear(Tensor x, Tensor w, Tensor? bias, Activation activation, Tensor y, Tensor? pre)
    {
        if (y.Count == 0) return;
        // A vector is a row.
        if (x.Rank == 1) (x, y) = (x.ViewAs([1, x.Sizes[0]], [Math.Max(1, x.Sizes[0]) * x.Strides[0], x.Strides[0]], x.Offset), y.ViewAs([1, y.Sizes[0]], [y.Sizes[0], 1], y.Offset));
        Run(new MatrixProduct(x, w, y) { Bias = bias, Activation = activation, Pre = pre });
    }

    /// <summary>pre = y + bias, y = activation(pre), in place.</summary>
    private unsafe void FinishLinear(Tensor y, Tensor? bias, Tensor? pre, Activation activation)
    {
        int cols = y.Sizes[^1], vec = 16 / y.DType.Size();
        nint addresses = (nint)y.Pointer | (bias is null ? 0 : (nint)bias.Pointer) | (pre is null ? 0 : (nint)pre.Pointer);
        bool vector = cols % vec == 0 && (addresses & 15) == 0;
        Kernel("linear.cu", "linear_finish", y.DType).Launch(CudaLaunch.Blocks(y.Count, 256 * (vector ? vec : 1)), 256, 0, y, bias, pre, (int)activation, y.Count, cols, vector);
    }

    public unsafe void ActivationBackward(Activation activation, Tensor? kept, Tensor dy, Tensor dp, Tensor? db, long rows, long cols)
    {
        if (cols == 0) return;
        if (rows == 0)
        {
            if (db is not null) Fill(db, 0);
            return;
        }
        int vec = 16 / dy.DType.Size();
        nint addresses = (nint)dy.Pointer | (nint)dp.Pointer | (kept is null ? 0 : (nint)kept.Pointer);
        bool vector = cols % vec == 0 && (addresses & 15) == 0;
        long strips = CudaLaunch.Blocks(cols, 32 * (vector ? vec : 1));
        // Rows are cut so that a few hundred blocks have work, by the shape alone; a chunk of 64 rows keeps the partial sums little beside dy.
        const long EnoughBlocks = 512, LeastRows = 64;
        long chunk = Math.Max(LeastRows, CudaLaunch.Blocks(rows, Math.Max(1, EnoughBlocks / strips))), chunks = CudaLaunch.Blocks(rows, chunk);
        Tensor? partial = db is null || chunks == 1 ? null : Tensor.Empty([checked((int)chunks), checked((int)cols)], Tensor.StatisticsType(dy.DType), dy.Device);
        Kernel("linear.cu", vector ? "activation_backward" : "activation_backward_unaligned", dy.DType)
            .Launch((strips, chunks), 256, 0, (int)activation, kept, dy, dp, db, partial, rows, cols, chunk);
        if (partial is not null) Kernel("linear.cu", "bias_sum", dy.DType).Launch(CudaLaunch.Blocks(cols, 32), 256, 0, partial, db, chunks, cols);
    }
}
