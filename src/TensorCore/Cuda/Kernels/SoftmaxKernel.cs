using System.Numerics;
using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    private const string SoftmaxFile = "softmax.cu", LogChoice = "LOG";

    private static readonly string[] s_softmaxRows = ["softmax_rows_0", "softmax_rows_1", "softmax_rows_2", "softmax_rows_3"];
    private static readonly string[] s_softmaxBackwardRows = ["softmax_backward_rows_0", "softmax_backward_rows_1", "softmax_backward_rows_2", "softmax_backward_rows_3"];

    public void Softmax(Tensor x, Tensor y, int n) => SoftmaxForward(x, y, n, log: 0);

    public void LogSoftmax(Tensor x, Tensor y, int n) => SoftmaxForward(x, y, n, log: 1);

    public void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx, int n) => SoftmaxBackward(y, dy, dx, n, log: 0);

    public void LogSoftmaxBackward(Tensor y, Tensor dy, Tensor dx, int n) => SoftmaxBackward(y, dy, dx, n, log: 1);

    private void SoftmaxForward(Tensor x, Tensor y, int n, int log)
    {
        if (x.Count == 0) return;
        long rows = x.Count / n;
        if (RowsInRegisters.For(x.DType, rows, n) is { } r)
        {
            Kernel(SoftmaxFile, s_softmaxRows[r.Size], x.DType, (LogChoice, log)).Launch(r.Blocks, r.Threads, 0, x, y, rows, n, r.Lanes);
            return;
        }
        long bytes = (long)n * x.DType.Size();
        bool keep = bytes <= device.MaxSharedBytes - StaticSharedBytes;
        Kernel(SoftmaxFile, "softmax_long", x.DType, (LogChoice, log)).Launch(rows, 1024, keep ? (int)bytes : 0, x, y, n, keep);
    }

    private void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx, int n, int log)
    {
        if (y.Count == 0) return;
        long rows = y.Count / n;
        if (RowsInRegisters.For(y.DType, rows, n) is { } r)
            Kernel(SoftmaxFile, s_softmaxBackwardRows[r.Size], y.DType, (LogChoice, log)).Launch(r.Blocks, r.Threads, 0, y, dy, dx, rows, n, r.Lanes);
        else
            Kernel(SoftmaxFile, "softmax_backward_long", y.DType, (LogChoice, log)).Launch(rows, 1024, 0, y, dy, dx, n);
    }

    // What kernels that fill shared memory need beside it, for sums over a block.
    private const int StaticSharedBytes = 1024;

    private const int Warp = 32;

    /// <summary>The least power of two that is not below <paramref name="n"/>, at most a warp.</summary>
    private static int LanesFor(long n) => n >= Warp ? Warp : (int)BitOperations.RoundUpToPowerOf2((uint)n);

    /// <summary>Threads in whole warps.</summary>
    private static int WholeWarps(long threads) => (int)((threads + Warp - 1) / Warp * Warp);

    /// <summary>
    /// How rows that fit in registers are spread over threads, as rows.cuh takes them: kernel NAME_<paramref name="Size"/> holds PACKS_OF(Size) packs a lane; <paramref name="Lanes"/> threads
    /// have a row, up to a warp, or all of a block.
    /// </summary>
    private readonly record struct RowsInRegisters(int Size, int Lanes, int Threads, long Blocks)
    {
        // Several warps for a row cost a barrier, but a long row in one warp so many registers that too few rows are on their way.
        private const int WarpsBlock = 128;

        /// <summary>The spread for rows of n, by n and the dtype alone; null if they are too long.</summary>
        public static RowsInRegisters? For(DType type, long rows, long n)
        {
            for (int size = 0; size < 3; size++)
            {
                if (n > Warp * Elements(type, size)) continue;
                int lanes = LanesFor(CudaLaunch.Blocks(n, Elements(type, size)));
                return new(size, lanes, WarpsBlock, CudaLaunch.Blocks(rows, WarpsBlock / lanes));
            }
            for (int size = 1; size < 4; size++)
            {
                int threads = WholeWarps(CudaLaunch.Blocks(n, Elements(type, size)));
                if (threads <= (size == 1 ? 256 : 512)) return new(size, threads, threads, rows);
            }
            return null;
        }

        // PACKS_OF in rows.cuh, times the elements of 16 bytes.
        private static int Elements(DType type, int size) => type == DType.BFloat16 ? (size + 1) * 8 : (16 / type.Size()) << size;
    }
}
