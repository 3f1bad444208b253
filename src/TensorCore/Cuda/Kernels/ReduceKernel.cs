using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    // Rows up to this length take a warp; longer ones a block for each chunk.
    private const long ShortRow = 1024;

    // Few long rows are cut so that every multiprocessor has work: by the shape alone, so that the sums have the same bits on every GPU.
    private const long ReduceChunk = 8192, EnoughRows = 512;

    private readonly Dictionary<(Type, DType), GeneratedProgram> _reductions = [];

    public void Reduce<TReduction>(TReduction reduction, Tensor x, Tensor y, long outer, long n, long inner)
        where TReduction : struct, IReduction
    {
        if (y.Count == 0) return;
        KernelArgument identity = Constant(reduction.Identity<Cpu.D1>() is var d ? reduction.Lanes(d) : 0, x.DType);
        if (inner == 1 && n <= ShortRow)
        {
            ReduceKernel<TReduction>(reduction, x.DType, "reduce_short_rows").Launch(CudaLaunch.Blocks(outer, 8), 256, 0, x, y, outer, n, identity);
            return;
        }
        bool rows = inner == 1;
        long parallel = rows ? outer : outer * CudaLaunch.Blocks(inner, 32);
        long chunk = rows ? ReduceChunk : ReduceChunk / 32, chunks = parallel >= EnoughRows ? 1 : CudaLaunch.Blocks(n, chunk);
        if (chunks <= 1) (chunks, chunk) = (1, n);
        if (chunks > MaxGridAxis) (chunk, chunks) = (CudaLaunch.Blocks(n, MaxGridAxis), CudaLaunch.Blocks(n, CudaLaunch.Blocks(n, MaxGridAxis)));
        Tensor partial = chunks == 1 ? y : Tensor.Empty([checked((int)(outer * chunks)), checked((int)inner)], y.DType, y.Device);
        if (rows)
        {
            // The second axis of a grid has 16 bits.
            for (long first = 0; first < outer; first += MaxGridAxis)
            {
                long count = Math.Min(MaxGridAxis, outer - first);
                ReduceKernel<TReduction>(reduction, x.DType, "reduce_long_rows").Launch((chunks, count), 256, 0, Rows(x, first, n), Rows(partial, first, chunks), n, chunk, identity);
            }
        }
        else
        {
            ReduceKernel<TReduction>(reduction, x.DType, "reduce_columns").Launch((CudaLaunch.Blocks(inner, 32), chunks, Math.Min(outer, MaxGridAxis)), 256, 0, x, partial, n, inner, chunk, outer, identity);
        }
        if (chunks > 1) Reduce(reduction, partial, y, outer, chunks, inner);
    }

    private const long MaxGridAxis = 65535;

    /// <summary>A contiguous tensor from row <paramref name="first"/> on, as rows of <paramref name="length"/>.</summary>
    private static Tensor Rows(Tensor t, long first, long length) => first == 0 ? t : t.ViewAs([checked((int)(t.Count - (first * length)))], [1], t.Offset + (first * length));

    private CudaKernel ReduceKernel<TReduction>(TReduction reduction, DType type, string kernel)
        where TReduction : struct, IReduction
    {
        lock (_reductions)
        {
            if (!_reductions.TryGetValue((typeof(TReduction), type), out GeneratedProgram? program))
            {
                string name = $"{typeof(TReduction).Name} ({KernelSource.TypeName(type)})";
                _reductions[(typeof(TReduction), type)] = program = new GeneratedProgram(device.Kernels, name, ElementwiseProgram.Reduction(reduction, type));
            }
            return program.Kernel(kernel);
        }
    }
}
