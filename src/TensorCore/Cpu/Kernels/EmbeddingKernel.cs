using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    // Columns a piece of the scatter takes: 8 cache lines of float32, so that pieces never share one.
    private const int ScatterColumns = 128;

    public unsafe long? CheckRowIndices(string op, Tensor indices, long size, long? ignored)
    {
        Operand keep = indices;
        long* index = (long*)keep.P;
        long counted = 0;
        for (long i = 0; i < indices.Count; i++)
        {
            long at = index[i];
            if (at == ignored) continue;
            if ((ulong)at >= (ulong)size)
                throw new ShapeException($"{op}: index {at} at position {Position(indices.Sizes, i)} is outside 0 … {size - 1}: there are {size} {(ignored is null ? "rows" : "classes")}");
            counted++;
        }
        GC.KeepAlive(indices);
        return counted;
    }

    /// <summary>The coordinates of element i of a row-major tensor, as they are written in code: [1, 4].</summary>
    internal static string Position(ReadOnlySpan<int> sizes, long i)
    {
        long[] at = new long[sizes.Length];
        for (int axis = sizes.Length - 1; axis >= 0; axis--) (i, at[axis]) = Math.DivRem(i, sizes[axis]);
        return $"[{string.Join(", ", at)}]";
    }

    public void GatherRows(Tensor weight, Tensor indices, Tensor y, long rowLength)
    {
        if (y.Count == 0) return;
        GatherRowsJob job = new() { Weight = weight, Indices = indices, Y = y, Count = indices.Count, RowBytes = rowLength * y.DType.Size() };
        job.RowsPerPiece = Math.Max(1, (1 << 17) / job.RowBytes);
        WorkerPool.Run(ref job, checked((int)((job.Count + job.RowsPerPiece - 1) / job.RowsPerPiece)));
    }

    private unsafe struct GatherRowsJob : IJob
    {
        public Operand Weight, Indices, Y;
        public long Count, RowBytes, RowsPerPiece;

        public readonly void Execute(int piece)
        {
            long begin = piece * RowsPerPiece, end = Math.Min(Count, begin + RowsPerPiece);
            long* index = (long*)Indices.P;
            byte* weight = (byte*)Weight.P, y = (byte*)Y.P;
            for (long i = begin; i < end; i++) Buffer.MemoryCopy(weight + (index[i] * RowBytes), y + (i * RowBytes), RowBytes, RowBytes);
        }
    }

    public void ScatterAddRows(Tensor rows, Tensor indices, Tensor y, long rowLength)
    {
        if (rows.Count == 0) return;
        ScatterRowsKernel kernel = new() { Rows = rows, Indices = indices, Y = y, Count = indices.Count, RowLength = (nint)rowLength };
        Launch.Pieces(ref kernel, y.DType, (rowLength + ScatterColumns - 1) / ScatterColumns, 1);
    }

    /// <summary>
    /// A piece owns some columns and walks through all rows in order: an index that occurs twice is added twice, always in the same order, without
    /// sorting and without atomics.
    /// </summary>
    private unsafe struct ScatterRowsKernel : IKernel
    {
        public Operand Rows, Indices, Y;
        public long Count;
        public nint RowLength;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            long* index = (long*)Indices.P;
            for (long block = begin; block < end; block++)
            {
                nint from = (nint)(block * ScatterColumns), to = (nint)Math.Min(RowLength, from + ScatterColumns);
                for (long r = 0; r < Count; r++)
                {
                    byte* x = (byte*)Rows.P + (r * RowLength * V.LaneSize), y = (byte*)Y.P + (index[r] * RowLength * V.LaneSize);
                    nint i = from;
                    for (; i <= to - V.Count; i += V.Count) V.Store(V.Load(y, i) + V.Load(x, i), y, i);
                    if (i < to) V.StorePartial(V.LoadPartial(y, i, (int)(to - i)) + V.LoadPartial(x, i, (int)(to - i)), y, i, (int)(to - i));
                }
            }
        }
    }
}
