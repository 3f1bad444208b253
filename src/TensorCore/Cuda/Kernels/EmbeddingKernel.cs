using System.Numerics;
using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    private const string EmbeddingFile = "embedding.cu";

    // A run of equal indices is added up by chunks of the sorted indices: of 16 while there are few, so that enough threads have work.
    private const int LeastChunk = 16, MostChunk = 256, EnoughChunks = 1024;

    public long? CheckRowIndices(string op, Tensor indices, long size, long? ignored)
    {
        if (indices.Count == 0) return null;
        int[] sizes = indices.Sizes.ToArray();
        int site = FaultSite((index, place) =>
            new ShapeException($"{op}: index {index} at position {CpuBackend.Position(sizes, place)} is outside 0 … {size - 1}: there are {size} {(ignored is null ? "rows" : "classes")}"));
        Kernel(EmbeddingFile, "check_indices", DType.Int64).Launch(Math.Min(1024, CudaLaunch.Blocks(indices.Count, 256)), 256, 0,
            indices, indices.Count, size, ignored is not null, ignored ?? 0, FaultPointer, site);
        return null;
    }

    public void GatherRows(Tensor weight, Tensor indices, Tensor y, long rowLength)
    {
        if (y.Count == 0) return;
        // Four packs a thread, but a whole sector of memory for each row if it has one.
        long packs = CudaLaunch.Blocks(rowLength * y.DType.Size(), 16);
        int lanes = (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((ulong)CudaLaunch.Blocks(packs, 4)), Math.Min(8, BitOperations.RoundUpToPowerOf2((ulong)packs)), 256);
        Kernel(EmbeddingFile, "gather_rows", y.DType).Launch(CudaLaunch.Blocks(indices.Count, 256 / lanes), 256, 0,
            weight, indices, y, indices.Count, weight.Count / rowLength, rowLength, lanes);
    }

    public void ScatterAddRows(Tensor rows, Tensor indices, Tensor y, long rowLength)
    {
        if (rows.Count == 0) return;
        long count = indices.Count, size = y.Count / rowLength;
        Tensor order = Tensor.Empty([checked((int)count)], DType.Int64, y.Device);
        ArgSort(indices, order, 1, count, descending: false);
        int chunk = LeastChunk;
        while (count / chunk > EnoughChunks && chunk < MostChunk) chunk *= 2;
        long chunks = CudaLaunch.Blocks(count, chunk), columns = Aligned(rows, y) && rowLength % (16 / y.DType.Size()) == 0 ? rowLength * y.DType.Size() / 16 : rowLength;
        Tensor? heads = null, tails = null;
        if (chunks > 1)
        {
            int[] shape = [checked((int)chunks), checked((int)rowLength)];
            (heads, tails) = (Tensor.Empty(shape, Tensor.StatisticsType(y.DType), y.Device), Tensor.Empty(shape, Tensor.StatisticsType(y.DType), y.Device));
        }
        Kernel(EmbeddingFile, "scatter_rows", y.DType).Launch(CudaLaunch.Blocks(chunks * columns, 256), 256, 0, rows, indices, order, y, heads, tails, count, size, rowLength, chunk);
        if (chunks > 1)
            Kernel(EmbeddingFile, "scatter_joins", y.DType).Launch(CudaLaunch.Blocks(chunks * rowLength, 256), 256, 0, indices, order, y, heads, tails, count, size, rowLength, chunk);
    }

    /// <summary>Whether both start at a multiple of 16 bytes, so that kernels take 16 at a time.</summary>
    private static unsafe bool Aligned(Tensor a, Tensor b) => (((ulong)a.Pointer | (ulong)b.Pointer) & 15) == 0;
}
