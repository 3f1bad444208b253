using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void Where(Tensor condition, Tensor a, Tensor b, Tensor y)
    {
        if (y.Count == 0) return;
        BroadcastLoop loop = new(y.Sizes, a.Strides, b.Strides);
        WhereJob job = new() { Condition = condition, A = a, B = b, Y = y, Loop = loop, Size = y.DType.Size(), RowsPerPiece = Math.Max(1, Launch.ElementsPerPiece / loop.Inner) };
        WorkerPool.Run(ref job, checked((int)((loop.Rows + job.RowsPerPiece - 1) / job.RowsPerPiece)));
    }

    private unsafe struct WhereJob : IJob
    {
        public Operand Condition, A, B, Y;
        public BroadcastLoop Loop;
        public int Size;
        public long RowsPerPiece;

        public readonly void Execute(int piece)
        {
            long begin = piece * RowsPerPiece, end = Math.Min(Loop.Rows, begin + RowsPerPiece);
            switch (Size)
            {
                case 1: Rows<byte>(begin, end); break;
                case 2: Rows<ushort>(begin, end); break;
                case 4: Rows<uint>(begin, end); break;
                default: Rows<ulong>(begin, end); break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Rows<T>(long begin, long end)
            where T : unmanaged
        {
            long n = Loop.Inner, stepA = Loop.InnerA, stepB = Loop.InnerB;
            for (long row = begin; row < end; row++)
            {
                Loop.Offsets(row, out long offsetA, out long offsetB);
                byte* condition = (byte*)Condition.P + (row * n);
                T* a = (T*)A.P + offsetA, b = (T*)B.P + offsetB, y = (T*)Y.P + (row * n);
                for (long i = 0; i < n; i++) y[i] = condition[i] != 0 ? a[i * stepA] : b[i * stepB];
            }
        }
    }
}
