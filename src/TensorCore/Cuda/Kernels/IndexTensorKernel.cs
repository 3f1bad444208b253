using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    // As in index_tensor.cu.
    private const int IndexThreads = 256, MaskPerBlock = 256 * 16;

    public Tensor WrapIndices(Tensor indices, int n, Func<long, long, Exception> outOfRange)
    {
        Tensor y = Tensor.EmptyLike(indices);
        if (y.Count == 0) return y;
        Kernel("index_tensor.cu", "wrap_indices", DType.Int64).Launch(CudaLaunch.Blocks(y.Count, IndexThreads), IndexThreads, 0,
            indices, y, y.Count, (long)n, FaultPointer, FaultSite(outOfRange));
        return y;
    }

    public void JoinIndices(Tensor into, Tensor positions, int size) =>
        Kernel("index_tensor.cu", "join_indices", DType.Int64).Launch(CudaLaunch.Blocks(into.Count, IndexThreads), IndexThreads, 0, into, positions, into.Count, (long)size);

    /// <summary>Counts first, since the host must know how many there are; the only kernel that waits for the device.</summary>
    public unsafe Tensor[] TruePositions(Tensor mask)
    {
        long n = mask.Count, blocks = CudaLaunch.Blocks(n, MaskPerBlock), total = 0;
        Tensor counts = Tensor.Empty([checked((int)blocks + 1)], DType.Int64, mask.Device);
        if (n > 0)
        {
            Kernel("index_tensor.cu", "count_true", DType.Int64).Launch(blocks, IndexThreads, 0, mask, counts, n);
            Kernel("index_tensor.cu", "scan_counts", DType.Int64).Launch(1, 1024, 0, counts, blocks);
            device.Staging.Download(&total, (nint)((long*)counts.Pointer + blocks), sizeof(long));
        }
        Tensor positions = Tensor.Empty([checked((int)total)], DType.Int64, mask.Device);
        if (total > 0) Kernel("index_tensor.cu", "true_positions", DType.Int64).Launch(blocks, IndexThreads, 0, mask, counts, positions, n);
        if (mask.Rank == 1) return [positions];
        Tensor[] result = new Tensor[mask.Rank];
        for (int axis = 0; axis < result.Length; axis++)
        {
            result[axis] = Tensor.EmptyLike(positions);
            Divider inner = new(Shape.ElementCount(mask.Sizes[(axis + 1)..])), size = new(mask.Sizes[axis]);
            Kernel("index_tensor.cu", "coordinates", DType.Int64).Launch(CudaLaunch.Blocks(total, IndexThreads), IndexThreads, 0,
                positions, result[axis], total, KernelArgument.OfStructure(&inner), KernelArgument.OfStructure(&size));
        }
        return result;
    }

    public Tensor? LastNamed(Tensor positions, long n)
    {
        Tensor winners = Tensor.Empty(positions.Sizes, DType.Bool, positions.Device);
        if (winners.Count == 0) return winners;
        Tensor last = Claim(positions, n, 1, n, 1, positions.Count);
        Kernel("gather.cu", "last_named", DType.Bool).Launch(CudaLaunch.Blocks(winners.Count, GatherThreads), GatherThreads, 0, positions, last, winners, winners.Count, n);
        return winners;
    }
}
