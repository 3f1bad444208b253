using System.Runtime.CompilerServices;

namespace TensorCore.Cpu;

/// <summary>
/// A kernel: a struct that holds its operands and sizes and computes a range of its items (elements, rows, …).
/// The body is written once over the vector type.
/// </summary>
internal interface IKernel
{
    /// <summary>Computes items <paramref name="begin"/> … <paramref name="end"/> − 1.</summary>
    void Run<V>(long begin, long end)
        where V : struct, ISimd<V>;
}

/// <summary>
/// Runs kernels at the chosen vector width over the worker threads. The pieces depend on the problem alone, never on the number of
/// threads, so results have the same bits with any number.
/// </summary>
internal static class Launch
{
    /// <summary>
    /// Elements that a piece of simple work takes: about 20 µs, below which waking a second thread costs more than it saves.
    /// Kernels that cut their work themselves start from it too, so that tests can lower it and see every way of cutting on small shapes.
    /// </summary>
    public static long ElementsPerPiece { get; internal set; } = 1 << 15;

    /// <summary>Over <paramref name="count"/> elements, each about as costly as a few arithmetic operations.</summary>
    public static void Elements<TKernel>(ref TKernel kernel, DType dtype, long count)
        where TKernel : struct, IKernel => Pieces(ref kernel, dtype, count, ElementsPerPiece);

    /// <summary>Over <paramref name="rows"/> rows of about <paramref name="elementsPerRow"/> elements each.</summary>
    public static void Rows<TKernel>(ref TKernel kernel, DType dtype, long rows, long elementsPerRow)
        where TKernel : struct, IKernel => Pieces(ref kernel, dtype, rows, Math.Max(1, ElementsPerPiece / Math.Max(1, elementsPerRow)));

    /// <summary>Over <paramref name="count"/> items in pieces of <paramref name="grain"/>.</summary>
    public static void Pieces<TKernel>(ref TKernel kernel, DType dtype, long count, long grain)
        where TKernel : struct, IKernel
    {
        if (count <= 0) return;
        PieceJob<TKernel> job = new() { Kernel = kernel, DType = dtype, Count = count, Grain = grain };
        WorkerPool.Run(ref job, checked((int)((count + grain - 1) / grain)));
        kernel = job.Kernel;
    }

    private struct PieceJob<TKernel> : IJob
        where TKernel : struct, IKernel
    {
        public TKernel Kernel;
        public DType DType;
        public long Count, Grain;

        public void Execute(int piece)
        {
            long begin = piece * Grain;
            Dispatch(ref Kernel, DType, begin, Math.Min(Count, begin + Grain));
        }
    }

    /// <summary>Picks the vector type for the dtype and the current <see cref="Simd.Level"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dispatch<TKernel>(ref TKernel kernel, DType dtype, long begin, long end)
        where TKernel : struct, IKernel
    {
        switch (dtype, Simd.Level)
        {
            case (DType.Float32, SimdLevel.V512): kernel.Run<F512>(begin, end); break;
            case (DType.Float32, SimdLevel.V256): kernel.Run<F256>(begin, end); break;
            case (DType.Float32, SimdLevel.V128): kernel.Run<F128>(begin, end); break;
            case (DType.Float32, _): kernel.Run<F1>(begin, end); break;
            case (DType.Float64, SimdLevel.V512): kernel.Run<D512>(begin, end); break;
            case (DType.Float64, SimdLevel.V256): kernel.Run<D256>(begin, end); break;
            case (DType.Float64, SimdLevel.V128): kernel.Run<D128>(begin, end); break;
            case (DType.Float64, _): kernel.Run<D1>(begin, end); break;
            case (DType.Int32, _): kernel.Run<IntegerLane<int>>(begin, end); break;
            case (DType.Int64, _): kernel.Run<IntegerLane<long>>(begin, end); break;
            default: throw new DTypeException($"no kernel for {dtype.Name()}");
        }
    }
}
