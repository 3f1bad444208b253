namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Copy(Tensor x, Tensor y) => CpuFallback(m => Device_Cpu.Copy(m(x)!, m(y)!));

    public void AddStrided(Tensor x, Tensor y) => CpuFallback(m => Device_Cpu.AddStrided(m(x)!, m(y)!));

}
