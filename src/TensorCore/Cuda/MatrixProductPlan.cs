namespace TensorCore.Cuda;

/// <summary>The cores that a product runs on.</summary>
internal enum ProductCores
{
    Float,
    Double,
    TensorBFloat16,
    TensorTf32,
}

/// <summary>
/// The tile and the number of parts of k of a product by our own kernels: what takes least time by a count of cycles. It depends on the shape alone, so that sums have the same
/// bits on every GPU; the counts are those of a nominal one with 100 multiprocessors.
/// </summary>
/// <param name="Tile">Rows and columns of a block's tile.</param>
/// <param name="Parts">Parts that k is split into; added up by a second kernel if more than one.</param>
/// <param name="PartSteps">Steps of k in a part.</param>
internal readonly record struct MatrixProductPlan(int Tile, int Parts, int PartSteps)
{
    private const int Multiprocessors = 100, BytesPerCycle = 1000;

    // Cycles to start a block, to fill its pipeline and to write its tile; and to launch one kernel more.
    private const double BlockCycles = 2000, LaunchCycles = 4000;

    // A part of k is worth its block from eight steps on; with two tiles a multiprocessor there is nothing to gain.
    private const int MinPartSteps = 8, MaxParts = 64, TilesEnough = 2 * Multiprocessors;

    /// <summary>Elements of k in a step of the kernels: STEP in matmul.cu and matmul_tensor.cu.</summary>
    public static int Step(ProductCores cores) => cores == ProductCores.TensorBFloat16 ? 32 : 16;

    /// <param name="cores">What multiplies.</param>
    /// <param name="least">The smallest tile to consider.</param>
    /// <param name="largest">The largest: 128, 64 or 32.</param>
    /// <param name="m">Rows of a product.</param>
    /// <param name="n">Its columns.</param>
    /// <param name="k">Its inner size.</param>
    /// <param name="products">Products of the batch.</param>
    /// <param name="sums">Products summed into each.</param>
    public static MatrixProductPlan Choose(ProductCores cores, int least, int largest, int m, int n, int k, long products, int sums)
    {
        long steps = sums * CudaLaunch.Blocks(k, Step(cores));
        MatrixProductPlan best = default;
        double fewest = double.MaxValue;
        for (int tile = largest; tile >= least; tile /= 2)
        {
            long tiles = CudaLaunch.Blocks(m, tile) * CudaLaunch.Blocks(n, tile) * products;
            double stepCycles = (double)tile * tile * Step(cores) / FmaPerCycle(cores, tile);
            for (long wanted = 1; wanted <= MaxParts; wanted *= 2)
            {
                long part = CudaLaunch.Blocks(steps, wanted), parts = part == 0 ? 1 : CudaLaunch.Blocks(steps, part);
                if (parts > 1 && (part < MinPartSteps || tiles >= TilesEnough)) break;
                long blocks = CudaLaunch.Blocks(tiles * parts, Multiprocessors);
                double cycles = (Math.Max(blocks, BlocksToFill(tile)) * part * stepCycles) + (blocks * BlockCycles);
                if (parts > 1) cycles += LaunchCycles + ((double)(parts + 1) * products * m * n * 2 * sizeof(float) / BytesPerCycle);
                if (cycles >= fewest) continue;
                (fewest, best) = (cycles, new MatrixProductPlan(tile, (int)parts, (int)part));
            }
        }
        return best;
    }

    // Blocks that together keep a multiprocessor busy: one alone waits for memory and at barriers.
    private static double BlocksToFill(int tile) => tile == 128 ? 1.5 : tile == 64 ? 2.5 : 4;

    // An A100's multiply-adds per cycle and multiprocessor, times the part that a tile reaches: smaller ones read shared memory more often.
    private static double FmaPerCycle(ProductCores cores, int tile) => cores switch
    {
        ProductCores.TensorBFloat16 => 1024 * (tile == 128 ? 0.75 : 0.45),
        ProductCores.TensorTf32 => 512 * (tile == 128 ? 0.75 : 0.45),
        ProductCores.Float => 64 * (tile == 128 ? 0.9 : tile == 64 ? 0.75 : 0.5),
        _ => 32 * (tile == 64 ? 0.8 : 0.5),
    };
}
