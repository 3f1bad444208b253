using System.Numerics;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void ArgExtremum(Tensor x, Tensor y, long outer, long n, long inner, bool largest)
    {
        if (y.Count == 0) return;
        ArgExtremumJob job = new() { X = x, Y = y, DType = x.DType, N = n, Inner = inner, Largest = largest };
        WorkerPool.Run(ref job, checked((int)outer));
    }

    private unsafe struct ArgExtremumJob : IJob
    {
        public Operand X, Y;
        public DType DType;
        public long N, Inner;
        public bool Largest;

        public readonly void Execute(int piece)
        {
            switch (DType)
            {
                case DType.Float32: Row<float>(piece); break;
                case DType.Float64: Row<double>(piece); break;
                case DType.Int32: Row<int>(piece); break;
                default: Row<long>(piece); break;
            }
        }

        private readonly void Row<T>(long o)
            where T : unmanaged, INumber<T>
        {
            T* x = (T*)X.P + (o * N * Inner);
            long* y = (long*)Y.P + (o * Inner);
            for (long i = 0; i < Inner; i++)
            {
                T best = x[i];
                long at = 0;
                for (long k = 1; k < N && !T.IsNaN(best); k++)
                {
                    T v = x[(k * Inner) + i];
                    if (T.IsNaN(v) || (Largest ? v > best : v < best)) (best, at) = (v, k);
                }
                y[i] = at;
            }
        }
    }
}
