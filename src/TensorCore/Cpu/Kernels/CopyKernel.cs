using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void Copy(Tensor x, Tensor y) => CopyStrided(x, y);

    /// <summary>Copies between two tensors of the same shape and element size, each with strides of its own.</summary>
    internal static void CopyStrided(Tensor x, Tensor y)
    {
        if (y.Count == 0) return;
        BroadcastLoop loop = new(y.Sizes, x.Strides, y.Strides);
        CopyJob job = new() { X = x, Y = y, Loop = loop, Size = y.DType.Size(), RowsPerPiece = Math.Max(1, (1 << 16) / loop.Inner) };
        long pieces = (loop.Rows + job.RowsPerPiece - 1) / job.RowsPerPiece;
        WorkerPool.Run(ref job, checked((int)pieces));
    }

    private unsafe struct CopyJob : IJob
    {
        public Operand X, Y;
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
            long n = Loop.Inner, stepX = Loop.InnerA, stepY = Loop.InnerB;
            for (long row = begin; row < end; row++)
            {
                Loop.Offsets(row, out long offsetX, out long offsetY);
                T* x = (T*)X.P + offsetX, y = (T*)Y.P + offsetY;
                if (stepX == 1 && stepY == 1)
                {
                    Buffer.MemoryCopy(x, y, n * sizeof(T), n * sizeof(T));
                }
                else
                {
                    for (long i = 0; i < n; i++) y[i * stepY] = x[i * stepX];
                }
            }
        }
    }

    public unsafe void Cast(Tensor x, Tensor y)
    {
        CastJob job = new() { X = x, Y = y, From = x.DType, To = y.DType, Count = x.Count };
        WorkerPool.Run(ref job, checked((int)((x.Count + CastJob.Grain - 1) / CastJob.Grain)));
    }

    private unsafe struct CastJob : IJob
    {
        public const long Grain = 1 << 15;
        public Operand X, Y;
        public DType From, To;
        public long Count;

        public readonly void Execute(int piece)
        {
            long begin = piece * Grain, end = Math.Min(Count, begin + Grain);
            switch (From)
            {
                case DType.Float32: To1<float>(begin, end); break;
                case DType.Float64: To1<double>(begin, end); break;
                case DType.Int32: To1<int>(begin, end); break;
                case DType.Int64: To1<long>(begin, end); break;
                case DType.Bool: To1<byte>(begin, end); break;
                default: To1<BFloat16>(begin, end); break;
            }
        }

        private readonly void To1<TFrom>(long begin, long end)
            where TFrom : unmanaged
        {
            switch (To)
            {
                case DType.Float32: Loop<TFrom, float>(begin, end); break;
                case DType.Float64: Loop<TFrom, double>(begin, end); break;
                case DType.Int32: Loop<TFrom, int>(begin, end); break;
                case DType.Int64: Loop<TFrom, long>(begin, end); break;
                case DType.Bool: Loop<TFrom, byte>(begin, end); break;
                default: Loop<TFrom, BFloat16>(begin, end); break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Loop<TFrom, TTo>(long begin, long end)
            where TFrom : unmanaged
            where TTo : unmanaged
        {
            TFrom* x = (TFrom*)X.P;
            TTo* y = (TTo*)Y.P;
            for (long i = begin; i < end; i++) y[i] = Convert<TFrom, TTo>(x[i]);
        }

        // The typeof tests are constants to the JIT: one conversion is left of each instantiation.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static TTo Convert<TFrom, TTo>(TFrom v)
            where TFrom : unmanaged
            where TTo : unmanaged
        {
            if (typeof(TFrom) == typeof(int) || typeof(TFrom) == typeof(long) || typeof(TFrom) == typeof(byte))
            {
                long n = typeof(TFrom) == typeof(int) ? (int)(object)v : typeof(TFrom) == typeof(long) ? (long)(object)v : (byte)(object)v;
                if (typeof(TTo) == typeof(int)) return (TTo)(object)(int)n;
                if (typeof(TTo) == typeof(long)) return (TTo)(object)n;
                if (typeof(TTo) == typeof(byte)) return (TTo)(object)(byte)(n != 0 ? 1 : 0);
                if (typeof(TTo) == typeof(float)) return (TTo)(object)(float)n;
                if (typeof(TTo) == typeof(BFloat16)) return (TTo)(object)(BFloat16)(float)n;
                return (TTo)(object)(double)n;
            }
            double d = typeof(TFrom) == typeof(float) ? (float)(object)v : typeof(TFrom) == typeof(double) ? (double)(object)v : (float)(BFloat16)(object)v;
            if (typeof(TTo) == typeof(float)) return (TTo)(object)(float)d;
            if (typeof(TTo) == typeof(double)) return (TTo)(object)d;
            if (typeof(TTo) == typeof(BFloat16)) return (TTo)(object)(BFloat16)d;
            if (typeof(TTo) == typeof(byte)) return (TTo)(object)(byte)(d != 0 ? 1 : 0);
            return typeof(TTo) == typeof(int) ? (TTo)(object)(int)d : (TTo)(object)(long)d;
        }
    }
}
