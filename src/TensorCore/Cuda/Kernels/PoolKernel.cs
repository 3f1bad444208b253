using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    // As in pool.cu and planes.cu.
    private const int PoolThreads = 256, PlaneTileBytes = 16384;

    // Where windows hardly overlap, a thread for each would read far from its neighbours: from 32 elements on a warp takes a window, from 4,096 on a block.
    private const long WarpWindow = 32, BlockWindow = 4096;

    private readonly PoolLists.Cache _poolLists = new();

    private PoolLists Lists(PoolAxis axis, Tensor like) => _poolLists.Get(axis, Tensor.StatisticsType(like.DType), like.Device, keep: device.Capturing is null);

    /// <summary>Whether windows are 2×2 side by side, on rows that can be read 16 bytes at a time.</summary>
    private static unsafe bool AllowsPairs(PoolLists rows, PoolLists columns, Tensor x)
    {
        int vec = 16 / x.DType.Size();
        return rows.IsHalving && columns.IsHalving && columns.Size % vec == 0 && columns.Windows == columns.Size / 2 && (nint)x.Pointer % 16 == 0;
    }

    /// <summary>
    /// One item for each of <paramref name="height"/> × <paramref name="width"/> of every plane, <paramref name="perBlock"/> a block; the tensors come first among the arguments.
    /// </summary>
    private unsafe void LaunchPool(string kernel, PoolLists h, PoolLists w, long height, long width, int perBlock, params ReadOnlySpan<Tensor> tensors)
    {
        long items = (long)tensors[0].Sizes[0] * tensors[0].Sizes[1] * height * width;
        PoolArgument rows = new(h), columns = new(w);
        PlaneIndex index = new(height, width);
        KernelArgument[] arguments = new KernelArgument[tensors.Length + 4];
        for (int i = 0; i < tensors.Length; i++) arguments[i] = tensors[i];
        arguments[^4] = KernelArgument.OfStructure(&rows);
        arguments[^3] = KernelArgument.OfStructure(&columns);
        arguments[^2] = KernelArgument.OfStructure(&index);
        arguments[^1] = items;
        Kernel("pool.cu", kernel, tensors[0].DType).Launch(CudaLaunch.Blocks(items, perBlock), PoolThreads, 0, arguments);
        GC.KeepAlive(h);
        GC.KeepAlive(w);
    }

    public void AvgPool2d(PoolAxis h, PoolAxis w, Tensor x, Tensor y)
    {
        if (y.Count == 0) return;
        (PoolLists rows, PoolLists columns) = (Lists(h, x), Lists(w, x));
        if (AllowsPairs(rows, columns, x))
        {
            LaunchPool("avg_pool_2x2", rows, columns, h.Windows, w.Windows / (8 / x.DType.Size()), PoolThreads, x, y);
            return;
        }
        long window = (long)rows.Most * columns.Most;
        bool apart = (long)columns.Most * w.Windows <= 2L * w.Size;
        if (apart && window >= BlockWindow) LaunchPool("avg_pool_by_blocks", rows, columns, h.Windows, w.Windows, 1, x, y);
        else if (apart && window >= WarpWindow) LaunchPool("avg_pool_by_warps", rows, columns, h.Windows, w.Windows, PoolThreads / 32, x, y);
        else LaunchPool("avg_pool", rows, columns, h.Windows, w.Windows, PoolThreads, x, y);
    }

    public unsafe void SpreadWindows(PoolAxis h, PoolAxis w, Tensor x, Tensor y)
    {
        if (y.Count == 0) return;
        int vec = 16 / y.DType.Size();
        bool packs = w.Size % vec == 0 && (nint)y.Pointer % 16 == 0;
        LaunchPool(packs ? "spread_packs" : "spread_elements", Lists(h, x), Lists(w, x), h.Size, packs ? w.Size / vec : w.Size, PoolThreads, x, y);
    }

    public unsafe void GatherPlanes(Tensor x, Tensor places, Tensor y)
    {
        if (y.Count == 0) return;
        Divider count = new((long)y.Sizes[2] * y.Sizes[3]);
        Kernel("planes.cu", "gather_planes", x.DType).Launch(CudaLaunch.Blocks(y.Count, GatherThreads * GatherPerThread), GatherThreads, 0,
            x, places, y, y.Count, KernelArgument.OfStructure(&count), x.Sizes[2] * x.Sizes[3]);
    }

    public unsafe void ScatterPlanes(Tensor x, Tensor places, Tensor y)
    {
        if (y.Count == 0) return;
        if (x.Count == 0)
        {
            Fill(y, 0);
            return;
        }
        long planes = (long)y.Sizes[0] * y.Sizes[1];
        int area = y.Sizes[2] * y.Sizes[3], tile = PlaneTileBytes / Tensor.StatisticsType(y.DType).Size();
        // Small planes share a block, but not so many that few blocks are left.
        const int EnoughBlocks = 512;
        int perBlock = (int)Math.Clamp(planes / EnoughBlocks, 1, Math.Max(1, tile / area));
        long tiles = CudaLaunch.Blocks(area, tile);
        Divider count = new((long)x.Sizes[2] * x.Sizes[3]), byTiles = new(tiles);
        Kernel("planes.cu", "scatter_planes", y.DType).Launch(CudaLaunch.Blocks(planes, perBlock) * tiles, PoolThreads, 0,
            x, places, y, planes, area, KernelArgument.OfStructure(&count), perBlock, KernelArgument.OfStructure(&byTiles));
    }
}
