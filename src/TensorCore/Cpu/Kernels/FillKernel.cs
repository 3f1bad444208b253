using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public unsafe void Fill(Tensor y, double value)
    {
        long n = y.Count;
        switch (y.DType)
        {
            case DType.Float32: Fill(y.Pointer, n, (float)value); break;
            case DType.Float64: Fill(y.Pointer, n, value); break;
            case DType.Int32: Fill(y.Pointer, n, (int)value); break;
            case DType.Int64: Fill(y.Pointer, n, (long)value); break;
            case DType.Bool: Fill(y.Pointer, n, (byte)(value != 0 ? 1 : 0)); break;
            default: Fill(y.Pointer, n, (BFloat16)value); break;
        }
        GC.KeepAlive(y);
    }

    private static unsafe void Fill<T>(void* p, long n, T value)
        where T : unmanaged
    {
        FillJob<T> job = new() { P = (T*)p, Count = n, Value = value };
        WorkerPool.Run(ref job, checked((int)((n + FillJob<T>.Grain - 1) / FillJob<T>.Grain)));
    }

    private unsafe struct FillJob<T> : IJob
        where T : unmanaged
    {
        public const long Grain = 1 << 18;
        public T* P;
        public long Count;
        public T Value;

        public readonly void Execute(int piece)
        {
            long begin = piece * Grain;
            new Span<T>(P + begin, (int)Math.Min(Grain, Count - begin)).Fill(Value);
        }
    }

    // y is read and written at the same places, which the binary kernel allows.
    public void AddInPlace(Tensor y, Tensor x) => Binary(default(Add), y, x, y);
}
