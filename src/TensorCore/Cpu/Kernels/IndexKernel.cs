using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void IndexSelect(Tensor x, Tensor index, Tensor y, long outer, long n, long inner)
    {
        if (y.Count == 0) return;
        SelectJob job = new() { X = x, Index = index, Y = y, N = n, Bytes = inner * y.DType.Size(), Picks = index.Count, Rows = outer * index.Count };
        job.RowsPerPiece = Math.Max(1, (1 << 17) / job.Bytes);
        WorkerPool.Run(ref job, checked((int)((job.Rows + job.RowsPerPiece - 1) / job.RowsPerPiece)));
    }

    private unsafe struct SelectJob : IJob
    {
        public Operand X, Index, Y;
        public long N, Bytes, Picks, Rows, RowsPerPiece;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Execute(int piece)
        {
            long begin = piece * RowsPerPiece, end = Math.Min(Rows, begin + RowsPerPiece);
            (long o, long k) = Math.DivRem(begin, Picks);
            long* index = (long*)Index.P;
            for (long row = begin; row < end; row++)
            {
                byte* from = (byte*)X.P + (((o * N) + index[k]) * Bytes), to = (byte*)Y.P + (row * Bytes);
                switch (Bytes)
                {
                    case 4: *(uint*)to = *(uint*)from; break;
                    case 8: *(ulong*)to = *(ulong*)from; break;
                    default: Buffer.MemoryCopy(from, to, Bytes, Bytes); break;
                }
                if (++k == Picks) (o, k) = (o + 1, 0);
            }
        }
    }

    // Rows with the same target are added in order by one thread: a piece owns a range of columns, never of rows.
    private const long ColumnsPerPiece = 256;

    public void IndexAdd(Tensor s, Tensor index, Tensor y, long outer, long n, long inner)
    {
        if (s.Count == 0) return;
        long blocks = (inner + ColumnsPerPiece - 1) / ColumnsPerPiece;
        AddRowsKernel kernel = new() { S = s, Index = index, Y = y, N = n, Inner = inner, Blocks = blocks, Picks = index.Count };
        Launch.Rows(ref kernel, y.DType, outer * blocks, index.Count * Math.Min(inner, ColumnsPerPiece));
    }

    private unsafe struct AddRowsKernel : IKernel
    {
        public Operand S, Index, Y;
        public long N, Inner, Blocks, Picks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            long* index = (long*)Index.P;
            for (long item = begin; item < end; item++)
            {
                (long o, long block) = Math.DivRem(item, Blocks);
                long first = block * ColumnsPerPiece, count = Math.Min(ColumnsPerPiece, Inner - first);
                for (long k = 0; k < Picks; k++)
                {
                    nint from = (nint)((((o * Picks) + k) * Inner) + first), to = (nint)((((o * N) + index[k]) * Inner) + first), i = 0;
                    for (; i <= count - V.Count; i += V.Count) V.Store(V.Load(Y.P, to + i) + V.Load(S.P, from + i), Y.P, to + i);
                    int rest = (int)(count - i);
                    if (rest > 0) V.StorePartial(V.LoadPartial(Y.P, to + i, rest) + V.LoadPartial(S.P, from + i, rest), Y.P, to + i, rest);
                }
            }
        }
    }

    public unsafe void IndexWrite(Tensor s, Tensor index, Tensor y, long outer, long n, long inner)
    {
        if (s.Count == 0) return;
        long bytes = inner * y.DType.Size();
        WriteJob job = new() { S = s, Index = index, Y = y, N = n, Bytes = bytes, Picks = index.Count };
        WorkerPool.Run(ref job, checked((int)outer));
    }

    private unsafe struct WriteJob : IJob
    {
        public Operand S, Index, Y;
        public long N, Bytes, Picks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Execute(int piece)
        {
            long* index = (long*)Index.P;
            for (long k = 0; k < Picks; k++)
            {
                byte* from = (byte*)S.P + (((piece * Picks) + k) * Bytes), to = (byte*)Y.P + (((piece * N) + index[k]) * Bytes);
                switch (Bytes)
                {
                    case 4: *(uint*)to = *(uint*)from; break;
                    case 8: *(ulong*)to = *(ulong*)from; break;
                    default: Buffer.MemoryCopy(from, to, Bytes, Bytes); break;
                }
            }
        }
    }
}
