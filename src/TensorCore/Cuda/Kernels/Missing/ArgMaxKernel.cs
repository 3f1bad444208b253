namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void ArgExtremum(Tensor x, Tensor y, long outer, long n, long inner, bool largest) => CpuFallback(m => Device_Cpu.ArgExtremum(m(x)!, m(y)!, outer, n, inner, largest));

}
