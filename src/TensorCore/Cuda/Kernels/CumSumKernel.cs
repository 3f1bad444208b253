using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    private const string CumSumFile = "cumsum.cu";

    // Rows up to CumSumShortRow take a warp at most, 8 elements a lane. Few long rows or columns are cut into chunks: multiples of the 2048 elements that a block adds up at a time.
    private const int CumSumShortRow = 1024, CumSumRowChunk = 16384, CumSumColumnChunk = 512;
    private const long CumSumEnoughRows = 64, CumSumEnoughColumns = 8192;

    public void CumSum(Tensor x, Tensor y, long outer, long n, long inner, bool reverse)
    {
        if (y.Count == 0) return;
        int length = checked((int)n), chunk = length;
        if (inner == 1 && length <= CumSumShortRow)
        {
            int lanes = LanesFor(CudaLaunch.Blocks(n, 8));
            Kernel(CumSumFile, "cumsum_rows", x.DType).Launch(CudaLaunch.Blocks(outer, 128 / lanes), 128, 0, x, y, (Tensor?)null, outer, length, lanes, length, 1, reverse);
            return;
        }
        if (inner == 1 && outer < CumSumEnoughRows && length > 2 * CumSumRowChunk) chunk = CumSumRowChunk;
        if (inner > 1 && outer * inner < CumSumEnoughColumns && length > 4 * CumSumColumnChunk) chunk = CumSumColumnChunk;
        int chunks = (int)CudaLaunch.Blocks(n, chunk);
        long columnBlocks = CudaLaunch.Blocks(outer * chunks * inner, 256);
        Tensor? sums = null;
        if (chunks > 1)
        {
            // Where each chunk starts: the running sums of the chunks' sums.
            Tensor parts = Tensor.Empty([checked((int)outer), chunks, checked((int)inner)], x.DType, x.Device);
            sums = Tensor.EmptyLike(parts);
            if (inner == 1) Kernel(CumSumFile, "cumsum_row_parts", x.DType).Launch(outer * chunks, 256, 0, x, parts, length, chunk, chunks, reverse);
            else Kernel(CumSumFile, "cumsum_columns", x.DType).Launch(columnBlocks, 256, 0, x, (Tensor?)null, parts, outer, length, inner, chunk, chunks, reverse);
            CumSum(parts, sums, outer, chunks, inner, reverse: false);
        }
        if (inner == 1) Kernel(CumSumFile, "cumsum_rows", x.DType).Launch(outer * chunks, 256, 0, x, y, sums, outer, length, 256, chunk, chunks, reverse);
        else Kernel(CumSumFile, "cumsum_columns", x.DType).Launch(columnBlocks, 256, 0, x, y, sums, outer, length, inner, chunk, chunks, reverse);
    }
}
