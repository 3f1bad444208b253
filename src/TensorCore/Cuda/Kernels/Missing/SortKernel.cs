namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Multinomial(Tensor weights, Tensor u, Tensor y, long rows, long n, long k, bool replacement) => CpuFallback(m => Device_Cpu.Multinomial(m(weights)!, m(u)!, m(y)!, rows, n, k, replacement));

    public void ArgSort(Tensor x, Tensor y, long rows, long n, bool descending) => CpuFallback(m => Device_Cpu.ArgSort(m(x)!, m(y)!, rows, n, descending));

    public void ArgTopK(Tensor x, Tensor y, long rows, long n, long k, bool largest) => CpuFallback(m => Device_Cpu.ArgTopK(m(x)!, m(y)!, rows, n, k, largest));

}
