namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void CumSum(Tensor x, Tensor y, long outer, long n, long inner, bool reverse) => CpuFallback(m => Device_Cpu.CumSum(m(x)!, m(y)!, outer, n, inner, reverse));

}
