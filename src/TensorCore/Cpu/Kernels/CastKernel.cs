using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
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
