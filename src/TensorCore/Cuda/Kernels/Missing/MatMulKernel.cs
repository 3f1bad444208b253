namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void MatMul(Tensor a, Tensor b, Tensor y, bool accumulate) => CpuFallback(m => Device_Cpu.MatMul(m(a)!, m(b)!, m(y)!, accumulate));

}
