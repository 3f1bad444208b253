namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Cast(Tensor x, Tensor y) => CpuFallback(m => Device_Cpu.Cast(m(x)!, m(y)!));

}
