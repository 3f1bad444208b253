using System.Runtime.InteropServices;
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
        const int Most = 1 << 30;
        for (T* at = (T*)p; n > 0; at += Most, n -= Most) new Span<T>(at, (int)Math.Min(n, Most)).Fill(value);
    }

    // y is read and written at the same places, which the binary kernel allows.
    public void AddInPlace(Tensor y, Tensor x) => Binary(default(Add), y, x, y);
}
