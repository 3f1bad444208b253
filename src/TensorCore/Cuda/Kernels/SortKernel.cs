using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    private const string SortFile = "sort.cu", MultinomialFile = "multinomial.cu";

    // As in sort.cu: a block of 256 threads sorts a tile, 8 items a thread; up to MostSelected are selected without sorting the rest.
    private const int Tile = 2048, PerSorter = 8, MostSelected = 512;

    // Few rows are selected from in segments.
    private const long SelectSegment = 8192, EnoughSelections = 256;

    public void ArgSort(Tensor x, Tensor y, long rows, long n, bool descending) => Sort(x, y, rows, checked((int)n), checked((int)n), descending);

    public void ArgTopK(Tensor x, Tensor y, long rows, long n, long k, bool largest)
    {
        if (n <= Tile || k > MostSelected || k > n / 4) Sort(x, y, rows, checked((int)n), checked((int)k), largest);
        else Select(x, y, rows, checked((int)n), (int)k, largest);
    }

    /// <summary>The positions of the first k of each row.</summary>
    private void Sort(Tensor x, Tensor y, long rows, int n, int k, bool descending)
    {
        if (rows * k == 0) return;
        if (n <= Warp)
        {
            int lanes = LanesFor(n);
            Kernel(SortFile, "sort_tiny", x.DType).Launch(CudaLaunch.Blocks(rows, 256 / lanes), 256, 0, x, y, rows, n, lanes, k, descending);
            return;
        }
        CudaKernel sortTiles = Kernel(SortFile, "sort_tiles", x.DType);
        if (n <= Tile)
        {
            int threads = WholeWarps(CudaLaunch.Blocks(n, PerSorter));
            sortTiles.Launch(rows, threads, SharedItems(x.DType, threads * PerSorter), x, (Tensor?)null, y, n, 1, k, descending);
            return;
        }
        int tiles = (int)CudaLaunch.Blocks(n, Tile), shared = SharedItems(x.DType, Tile);
        CudaKernel merge = Kernel(SortFile, "sort_merge", x.DType);
        Tensor from = Items(x, rows, n), to = Items(x, rows, n);
        sortTiles.Launch(rows * tiles, 256, shared, x, from, (Tensor?)null, n, tiles, k, descending);
        for (long width = Tile; width < n; width *= 2)
        {
            bool last = width * 2 >= n;
            merge.Launch(rows * tiles, 256, shared, from, to, last ? y : null, n, (int)width, tiles, k);
            (from, to) = (to, from);
        }
    }

    /// <summary>The same for k far below n: one walk over x.</summary>
    private void Select(Tensor x, Tensor y, long rows, int n, int k, bool descending)
    {
        if (rows * k == 0) return;
        CudaKernel kernel = Kernel(SortFile, "select_first", x.DType);
        int segments = rows >= EnoughSelections ? 1 : (int)Math.Min(CudaLaunch.Blocks(n, SelectSegment), CudaLaunch.Blocks(EnoughSelections, rows)), shared = SharedItems(x.DType, Tile);
        if (segments == 1)
        {
            kernel.Launch(rows, 256, shared, x, (Tensor?)null, (Tensor?)null, y, n, n, 1, k, descending);
            return;
        }
        Tensor selected = Items(x, rows, segments * k);
        kernel.Launch(rows * segments, 256, shared, x, (Tensor?)null, selected, (Tensor?)null, n, (int)CudaLaunch.Blocks(n, segments), segments, k, descending);
        kernel.Launch(rows, 256, shared, (Tensor?)null, selected, (Tensor?)null, y, segments * k, segments * k, 1, k, descending);
    }

    /// <summary>Room for items as sort.cuh makes them: a 32-bit key and a position in 8 bytes, or a 64-bit key and one in 16.</summary>
    private static Tensor Items(Tensor x, long rows, int n) => Tensor.Empty([checked((int)rows), checked(n * ItemBytes(x.DType) / sizeof(long))], DType.Int64, x.Device);

    private static int ItemBytes(DType type) => type.Size() == 8 ? 16 : 8;

    /// <summary>Shared memory for items: one place in nine stays free, see slot() in sort.cu.</summary>
    private static int SharedItems(DType type, int count) => (count + (count / PerSorter)) * ItemBytes(type);

    public void Multinomial(Tensor weights, Tensor u, Tensor y, long rows, long n, long k, bool replacement)
    {
        if (replacement)
        {
            if (rows * k == 0) return;
            Tensor sums = Tensor.EmptyLike(weights);
            Kernel(MultinomialFile, "running_sums", DType.Float64).Launch(rows, 256, 0, weights, sums, (int)n);
            Kernel(MultinomialFile, "draw_positions", DType.Float64).Launch(CudaLaunch.Blocks(rows * k, 256), 256, 0, sums, u, y, rows * k, (int)n, k);
            return;
        }
        // The uniform numbers become times in place.
        Kernel(MultinomialFile, "arrival_times", DType.Float64).Launch(CudaLaunch.Blocks(rows * n, 256), 256, 0, weights, u, rows * n);
        ArgTopK(u, y, rows, n, k, largest: false);
    }
}
