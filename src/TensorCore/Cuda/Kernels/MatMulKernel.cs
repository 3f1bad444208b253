using TensorCore.Cuda;

namespace TensorCore;

// Matrix products: by cuBLAS where there is one, else by our own kernels (matmul.cu, matmul_tensor.cu, matmul_vector.cu, matmul_split.cu).
internal sealed partial class CudaBackend
{
    // ROWS of matmul_vector.cu at most, and what its p.part counts.
    private const int MostRows = 8, RowsPartStep = 256;

    public void MatMul(Tensor a, Tensor b, Tensor y, bool accumulate)
    {
        if (y.Count == 0) return;
        MatrixProduct product = new(a, b, y) { Accumulate = accumulate };
        if (!product.IsEmptySum) Run(product);
        else if (!accumulate) Fill(y, 0);
    }

    /// <summary>A product and its end; of an inner size of 0 the end alone.</summary>
    private void Run(MatrixProduct p)
    {
        if (UseBlas(p.Y.DType)) RunBlas(p);
        else RunOwn(p);
    }

    /// <summary>
    /// By our own kernels. Three axes of the batch and one that is summed over go into a launch; what is left, hardly ever anything, is looped over, and its sums are added to y one by
    /// one.
    /// </summary>
    private void RunOwn(MatrixProduct p)
    {
        MatrixProduct.Axis sum = p.Sums.Count > 0 ? p.Sums[0] : MatrixProduct.Axis.None;
        if (p.Sums.Count <= 1 && p.Batch.Count <= ProductArguments.BatchAxes)
        {
            Launch(p, 0, 0, 0, sum, first: true, last: true);
            return;
        }
        (long A, long B, long)[] sums = [.. Offsets([.. p.Sums.Skip(1)])];
        foreach ((long a, long b, long y) in Offsets([.. p.Batch.Skip(ProductArguments.BatchAxes)]))
            for (int i = 0; i < sums.Length; i++) Launch(p, a + sums[i].A, b + sums[i].B, y, sum, first: i == 0, last: i == sums.Length - 1);
    }

    private static IEnumerable<(long A, long B, long Y)> Offsets(MatrixProduct.Axis[] axes)
    {
        if (axes.Length == 0) return [(0, 0, 0)];
        MatrixProduct.Axis axis = axes[0];
        return from at in Offsets(axes[1..]) from i in Enumerable.Range(0, axis.Size) select (at.A + (i * axis.A), at.B + (i * axis.B), at.Y + (i * axis.Y));
    }

    private unsafe void Launch(MatrixProduct p, long offsetA, long offsetB, long offsetY, MatrixProduct.Axis sum, bool first, bool last)
    {
        int size = p.Y.DType.Size(), vec = 16 / size;
        ProductArguments arguments = new()
        {
            A = (nint)p.A.Pointer + (nint)(offsetA * size),
            B = (nint)p.B.Pointer + (nint)(offsetB * size),
            Y = (nint)p.Y.Pointer + (nint)(offsetY * size),
            SumA = sum.A,
            SumB = sum.B,
            Sums = sum.Size,
            M = p.M,
            N = p.N,
            K = p.K,
            Lda = p.Lda,
            Ldb = p.Ldb,
            Accumulate = !first || p.Accumulate ? 1 : 0,
        };
        if (last)
        {
            arguments.Bias = p.Bias is null ? 0 : (nint)p.Bias.Pointer;
            arguments.Pre = p.Pre is null ? 0 : (nint)p.Pre.Pointer + (nint)(offsetY * size);
            arguments.Activation = (int)p.Activation;
        }
        long products = 1;
        bool vector = p.N % vec == 0;
        for (int i = 0; i < ProductArguments.BatchAxes; i++)
        {
            MatrixProduct.Axis axis = i < p.Batch.Count ? p.Batch[i] : MatrixProduct.Axis.None;
            (arguments.StepA[i], arguments.StepB[i], arguments.StepY[i], arguments.Sizes[i]) = (axis.A, axis.B, axis.Y, axis.Size);
            products *= axis.Size;
            vector &= axis.Y % vec == 0;
        }
        arguments.VectorY = vector && ((arguments.Y | arguments.Pre | arguments.Bias) & 15) == 0 ? 1 : 0;

        if (sum.Size == 1 && Math.Min(p.M, p.N) <= MostRows) LaunchRows(p, arguments, products);
        else LaunchTiles(p, arguments, products);
        GC.KeepAlive(p.A);
        GC.KeepAlive(p.B);
        GC.KeepAlive(p.Y);
        GC.KeepAlive(p.Bias);
        GC.KeepAlive(p.Pre);
    }

    private unsafe void LaunchTiles(MatrixProduct p, ProductArguments arguments, long products)
    {
        DType type = p.Y.DType;
        ProductCores cores = type switch
        {
            DType.Float64 => ProductCores.Double,
            DType.BFloat16 when Device.ComputeCapability >= 80 => ProductCores.TensorBFloat16,
            DType.Float32 when Device.ComputeCapability >= 80 && CudaOptions.AllowTf32 => ProductCores.TensorTf32,
            _ => ProductCores.Float,
        };
        bool tensor = cores is ProductCores.TensorBFloat16 or ProductCores.TensorTf32;
        int vec = 16 / type.Size();
        bool aligned = arguments.IsAlignedA(p.TransA, vec) && arguments.IsAlignedB(p.TransB, vec);
        // Large tiles of double, and of single elements on their way to tensor cores, would not fit the registers. bfloat16 without tensor cores has one tile: such GPUs are few.
        (int least, int largest) = cores switch
        {
            ProductCores.Double => (32, 64),
            ProductCores.Float => type == DType.BFloat16 ? (64, 64) : (32, 128),
            _ => (64, aligned ? 128 : 64),
        };
        MatrixProductPlan plan = MatrixProductPlan.Choose(cores, least, largest, p.M, p.N, p.K, products, arguments.Sums);
        CudaKernel kernel = Kernel(tensor ? "matmul_tensor.cu" : "matmul.cu", tensor ? "matmul_tensor" : "matmul", type,
            ("TILE", plan.Tile), ("TA", p.TransA ? 1 : 0), ("TB", p.TransB ? 1 : 0), ("ALIGNED", aligned ? 1 : 0));
        long tiles = CudaLaunch.Blocks(p.M, plan.Tile) * CudaLaunch.Blocks(p.N, plan.Tile);
        // STAGES buffers for two operands of TILE lines of 64 bytes.
        int threads = tensor ? 128 : 2 * plan.Tile, shared = tensor ? (plan.Tile == 128 ? 3 : 4) * 2 * plan.Tile * 64 : 0;
        arguments.Part = plan.PartSteps;
        LaunchParts(p, arguments, arguments, null, products, plan.Parts, (count, pointer, _) => kernel.Launch((tiles, plan.Parts, count), threads, shared, pointer));
    }

    /// <summary>A product with few rows, or with few columns and then as yᵀ = Bᵀ·Aᵀ: reads the other operand once, at the speed of memory.</summary>
    private unsafe void LaunchRows(MatrixProduct p, ProductArguments arguments, long products)
    {
        ProductArguments end = arguments;
        bool swapped = p.N < p.M, along = swapped ? !p.TransA : p.TransB, xAlong = swapped ? p.TransB : !p.TransA;
        if (swapped) arguments.Swap();
        int vec = 16 / p.Y.DType.Size(), rows = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)arguments.M);
        bool aligned = arguments.IsAlignedB(along, vec);
        RowsArguments layout = new() { Row = xAlong ? arguments.Lda : 1, K = xAlong ? 1 : arguments.Lda, Swapped = swapped ? 1 : 0, Aligned = aligned ? 1 : 0 };
        // As in matmul_vector.cu: four warps of COLUMNS columns, or lanes of neighbouring columns.
        int perBlock = along ? 4 * 2 : aligned ? 8 * vec : 32;
        long blocks = CudaLaunch.Blocks(arguments.N, perBlock);
        // Enough blocks to keep the memory busy, each with some hundred kilobytes to read.
        const int EnoughBlocks = 400, LeastPart = 4;
        long steps = CudaLaunch.Blocks(p.K, RowsPartStep), wanted = Math.Clamp(EnoughBlocks / (blocks * products), 1, Math.Max(1, steps / LeastPart));
        arguments.Part = (int)CudaLaunch.Blocks(steps, wanted);
        int parts = arguments.Part == 0 ? 1 : (int)CudaLaunch.Blocks(steps, arguments.Part);
        CudaKernel kernel = Kernel("matmul_vector.cu", along ? "matmul_rows_dot" : "matmul_rows_sum", p.Y.DType, ("ROWS", rows));
        LaunchParts(p, arguments, end, &layout, products, parts, (count, pointer, more) => kernel.Launch((blocks, parts, count), 128, 0, pointer, more));
    }

    private delegate void PartsLaunch(long products, KernelArgument arguments, KernelArgument layout);

    /// <summary>Launches a kernel for all products, at most as many at a time as a grid's third axis holds, and, where k is split, the one that adds the parts up and ends the product.</summary>
    private unsafe void LaunchParts(MatrixProduct p, ProductArguments arguments, ProductArguments end, void* layout, long products, int parts, PartsLaunch launch)
    {
        for (long first = 0; first < products; first += MaxGridAxis)
        {
            long count = Math.Min(MaxGridAxis, products - first), each = (long)p.M * p.N;
            arguments.First = end.First = (int)first;
            Tensor? partial = parts == 1 ? null : Tensor.Empty([parts, checked((int)(count * each))], Tensor.StatisticsType(p.Y.DType), p.Y.Device);
            if (partial is not null) arguments.Partial = end.Partial = (nint)partial.Pointer;
            launch(count, KernelArgument.OfStructure(&arguments), KernelArgument.OfStructure(layout));
            if (partial is null) continue;
            int run = 16 / partial.DType.Size();
            long blocks = CudaLaunch.Blocks(p.M * CudaLaunch.Blocks(p.N, run), 256);
            Kernel("matmul_split.cu", "matmul_sum", p.Y.DType).Launch((blocks, 1, count), 256, 0, KernelArgument.OfStructure(&end), parts);
            GC.KeepAlive(partial);
        }
    }
}
