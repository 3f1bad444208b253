namespace TensorCore.Cuda.Tests;

/// <summary>Our own kernels of matrix products, each specialisation by itself: random shapes and options against a naive loop, every access checked, the same bits in every order of threads.</summary>
public sealed class MatMulKernelTests
{
    private static CudaKernel Kernel(string file, string name, DType type, params ReadOnlySpan<(string, int)> defines) => Gpu.Device.Gpu!.Kernels.Get(file, name, type, defines);

    /// <summary>A and B are read by code of their own, so two of the four transposes see all of it.</summary>
    [GpuTheory]
    [InlineData(DType.Float32, 128)]
    [InlineData(DType.Float32, 64)]
    [InlineData(DType.Float32, 32)]
    [InlineData(DType.Float64, 64)]
    [InlineData(DType.Float64, 32)]
    [InlineData(DType.BFloat16, 64)]
    public void Tiles(DType type, int tile)
    {
        DeclaredVariants.OlderDevices = type == DType.BFloat16;
        foreach (bool aligned in (bool[])[true, false])
        {
            foreach (bool transA in (bool[])[true, false])
            {
                CudaKernel kernel = Kernel("matmul.cu", "matmul", type, ("TILE", tile), ("TA", transA ? 1 : 0), ("TB", transA ? 0 : 1), ("ALIGNED", aligned ? 1 : 0));
                Run(type, tile, transA, aligned, false, (c, rounds) => c.Run(kernel, 16, p => (Blocks(p.M, tile) * Blocks(p.N, tile), 2 * tile, 0)));
            }
        }
        DeclaredVariants.OlderDevices = false;
    }

    [GpuTheory]
    [InlineData(DType.BFloat16, 128)]
    [InlineData(DType.BFloat16, 64)]
    [InlineData(DType.Float32, 128)]
    [InlineData(DType.Float32, 64)]
    public void Tiles_on_tensor_cores(DType type, int tile)
    {
        if (Gpu.Device.Gpu!.ComputeCapability < 80) return;
        foreach (bool aligned in tile == 128 ? (bool[])[true] : [true, false])
        {
            foreach (bool transA in (bool[])[true, false])
            {
                CudaKernel kernel = Kernel("matmul_tensor.cu", "matmul_tensor", type, ("TILE", tile), ("TA", transA ? 1 : 0), ("TB", transA ? 0 : 1), ("ALIGNED", aligned ? 1 : 0));
                int shared = (tile == 128 ? 3 : 4) * 2 * tile * 64;
                Run(type, tile, transA, aligned, type == DType.Float32, (c, rounds) => c.Run(kernel, 64 / type.Size(), p => (Blocks(p.M, tile) * Blocks(p.N, tile), 128, shared)));
            }
        }
    }

    /// <summary>Many tiles of few rows of the result's: the order in which blocks take them covers all.</summary>
    [GpuFact]
    public void Every_tile_is_computed_once()
    {
        CudaKernel kernel = Kernel("matmul.cu", "matmul", DType.Float32, ("TILE", 32), ("TA", 0), ("TB", 1), ("ALIGNED", 0));
        foreach ((int m, int n) in ((int, int)[])[(700, 90), (33, 1000), (257, 257), (1, 1)])
            new MatMulCase(DType.Float32, m, n, 3) { TransB = true, Accumulate = true }.Run(kernel, 16, p => (Blocks(p.M, 32) * Blocks(p.N, 32), 64, 0));
    }

    [GpuTheory]
    [InlineData(DType.Float32, 1)]
    [InlineData(DType.Float32, 2)]
    [InlineData(DType.Float32, 4)]
    [InlineData(DType.Float32, 8)]
    [InlineData(DType.BFloat16, 1)]
    [InlineData(DType.BFloat16, 8)]
    [InlineData(DType.Float64, 2)]
    public void Few_rows_or_columns(DType type, int rows)
    {
        Random random = new(rows);
        int vec = 16 / type.Size();
        foreach (bool along in (bool[])[true, false])
        {
            CudaKernel kernel = Kernel("matmul_vector.cu", along ? "matmul_rows_dot" : "matmul_rows_sum", type, ("ROWS", rows));
            for (int round = 0; round < 8; round++)
            {
                bool swapped = round % 2 == 1, aligned = round % 4 < 2, xAlong = random.Next(2) == 0;
                // Of W alone it is asked whether it is aligned.
                bool transA = swapped ? !along : !xAlong, transB = swapped ? xAlong : along;
                MatMulCase drawn = MatMulCase.Draw(random, type, transA, transB, aligned, 90, round % 3 == 0 ? 1500 : 200);
                int few = random.Next((rows / 2) + 1, rows + 1), k = along && aligned ? (drawn.K + vec - 1) / vec * vec : drawn.K;
                int many = swapped ? drawn.M : drawn.N;
                if (aligned && !along) many = (many + vec - 1) / vec * vec;
                MatMulCase c = drawn with { M = swapped ? many : few, N = swapped ? few : many, K = k, Sums = 1 };
                int lda = (transA ? c.M : k) + c.GapA, ldb = (transB ? k : c.N) + c.GapB, ldx = swapped ? ldb : lda;
                RowsArguments layout = new() { Row = xAlong ? ldx : 1, K = xAlong ? 1 : ldx, Swapped = swapped ? 1 : 0, Aligned = aligned ? 1 : 0 };
                int perBlock = along ? 8 : aligned ? 8 * vec : 32;
                Schedules(s => Emulator.Checked(s, () => c.Run(kernel, 256, p => (Blocks(p.N, perBlock), 128, 0), layout)), round == 0);
            }
        }
    }

    private static void Run(DType type, int tile, bool transA, bool aligned, bool tf32, Func<MatMulCase, int, MatMulCase.Results> run)
    {
        Random random = new(tile + (transA ? 1 : 0));
        for (int round = 0; round < 5; round++)
        {
            // Less than a tile, more than one, and odd sizes around it.
            int largest = round % 2 == 0 ? tile / 2 : tile + (tile / 4);
            MatMulCase c = MatMulCase.Draw(random, type, transA, !transA, aligned, largest, round == 2 ? 20 : 100) with { IsTf32 = tf32 };
            if (round == 1 && !aligned) c = c with { M = tile + 1, N = 2 * tile - 1 };
            if (round == 3) c = c with { K = 0, Parts = 1 };
            Schedules(s => Emulator.Checked(s, () => run(c, round)), round == 0);
        }
    }

    /// <summary>The same bits under every schedule.</summary>
    private static void Schedules(Func<(int, uint), MatMulCase.Results> run, bool all)
    {
        MatMulCase.Results first = run(Emulator.Schedules[0]);
        if (!all) return;
        foreach ((int, uint) schedule in Emulator.Schedules[1..])
        {
            MatMulCase.Results again = run(schedule);
            Assert.Equal(first.Y, again.Y);
            Assert.Equal(first.Pre, again.Pre);
        }
    }

    private static long Blocks(int count, int per) => (count + per - 1) / per;
}
