using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    private const string ArgMaxFile = "argmax.cu";

    // Rows up to ArgShortRow take a warp at most. Few long rows or columns are cut into chunks.
    private const int ArgShortRow = 1024, ArgRowChunk = 16384, ArgColumnChunk = 1024, ArgEnough = 256;

    public void ArgExtremum(Tensor x, Tensor y, long outer, long n, long inner, bool largest)
    {
        if (y.Count == 0) return;
        int length = checked((int)n), chunk = length;
        if (inner == 1)
        {
            if (length <= ArgShortRow)
            {
                int lanes = LanesFor(CudaLaunch.Blocks(n, 8));
                Kernel(ArgMaxFile, "arg_rows", x.DType).Launch(CudaLaunch.Blocks(outer, 128 / lanes), 128, 0, x, y, (Tensor?)null, outer, length, lanes, length, 1, largest);
                return;
            }
            if (outer < ArgEnough && length > 2 * ArgRowChunk) chunk = ArgRowChunk;
            (Tensor? rowParts, int rowChunks) = ArgParts(x, outer, length, chunk);
            Kernel(ArgMaxFile, "arg_rows", x.DType).Launch(outer * rowChunks, 256, 0, x, y, rowParts, outer, length, 256, chunk, rowChunks, largest);
            JoinArgs(x, rowParts, y, rowChunks);
            return;
        }
        long blocks = CudaLaunch.Blocks(y.Count, Warp);
        if (blocks < ArgEnough && length > ArgColumnChunk) chunk = (int)Math.Max(ArgColumnChunk, CudaLaunch.Blocks(n, MaxGridAxis));
        (Tensor? parts, int chunks) = ArgParts(x, y.Count, length, chunk);
        Kernel(ArgMaxFile, "arg_columns", x.DType).Launch((blocks, chunks), 256, 0, x, y, parts, y.Count, length, inner, chunk, chunks, largest);
        JoinArgs(x, parts, y, chunks);
    }

    private static (Tensor? Parts, int Chunks) ArgParts(Tensor x, long count, int n, int chunk)
    {
        int chunks = (int)CudaLaunch.Blocks(n, chunk);
        return (chunks == 1 ? null : Items(x, count, chunks), chunks);
    }

    private void JoinArgs(Tensor x, Tensor? parts, Tensor y, int chunks)
    {
        if (parts is not null) Kernel(ArgMaxFile, "arg_join", x.DType).Launch(CudaLaunch.Blocks(y.Count, 256 / Warp), 256, 0, parts, y, y.Count, chunks);
    }
}
