using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void Gather(Tensor x, Tensor index, Tensor y, long outer, long n, long inner, long picks) =>
        RunGather(new() { X = x, Index = index, Y = y, N = n, Inner = inner, Picks = picks, Size = y.DType.Size(), Reads = true }, outer);

    public void Scatter(Tensor s, Tensor index, Tensor y, long outer, long n, long inner, long picks) =>
        RunGather(new() { X = s, Index = index, Y = y, N = n, Inner = inner, Picks = picks, Size = y.DType.Size() }, outer);

    private static void RunGather(MoveJob job, long outer)
    {
        if (outer * job.Picks * job.Inner == 0) return;
        job.Outer = outer;
        job.OuterPerPiece = Math.Max(1, (1 << 14) / (job.Picks * job.Inner));
        WorkerPool.Run(ref job, checked((int)((outer + job.OuterPerPiece - 1) / job.OuterPerPiece)));
    }

    /// <summary>Moves single elements; a piece owns whole outer slices, so what lands on one place does so in the order of k.</summary>
    private unsafe struct MoveJob : IJob
    {
        public Operand X, Index, Y;
        public long Outer, N, Inner, Picks, OuterPerPiece;
        public int Size;
        public bool Reads;

        public readonly void Execute(int piece)
        {
            long begin = piece * OuterPerPiece, end = Math.Min(Outer, begin + OuterPerPiece);
            switch (Size)
            {
                case 1: Move<byte>(begin, end); break;
                case 2: Move<ushort>(begin, end); break;
                case 4: Move<uint>(begin, end); break;
                default: Move<ulong>(begin, end); break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Move<T>(long begin, long end)
            where T : unmanaged
        {
            for (long o = begin; o < end; o++)
            {
                long dense = o * Picks * Inner, axis = o * N * Inner;
                long* index = (long*)Index.P + dense;
                T* x = (T*)X.P + (Reads ? axis : dense), y = (T*)Y.P + (Reads ? dense : axis);
                for (long k = 0, at = 0; k < Picks; k++)
                {
                    for (long i = 0; i < Inner; i++, at++)
                    {
                        long there = (index[at] * Inner) + i;
                        if (Reads) y[at] = x[there];
                        else y[there] = x[at];
                    }
                }
            }
        }
    }

    public void ScatterAdd(Tensor s, Tensor index, Tensor y, long outer, long n, long inner, long picks)
    {
        if (s.Count == 0) return;
        ScatterAddKernel kernel = new() { S = s, Index = index, Y = y, N = n, Inner = inner, Picks = picks };
        Launch.Rows(ref kernel, y.DType, outer, picks * inner);
    }

    private unsafe struct ScatterAddKernel : IKernel
    {
        public Operand S, Index, Y;
        public long N, Inner, Picks;

        // V gives the element type alone: the targets of neighbours lie anywhere.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            for (long o = begin; o < end; o++)
            {
                long* index = (long*)Index.P + (o * Picks * Inner);
                byte* s = (byte*)S.P + (o * Picks * Inner * V.LaneSize), y = (byte*)Y.P + (o * N * Inner * V.LaneSize);
                for (long k = 0, at = 0; k < Picks; k++)
                {
                    for (long i = 0; i < Inner; i++, at++)
                    {
                        nint there = (nint)((index[at] * Inner) + i);
                        V.StorePartial(V.LoadPartial(y, there, 1) + V.LoadPartial(s, (nint)at, 1), y, there, 1);
                    }
                }
            }
        }
    }
}
