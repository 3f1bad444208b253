namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Conv2d(ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, Tensor y) => CpuFallback(m => Device_Cpu.Conv2d(geometry, m(x)!, m(weight)!, m(bias)!, m(y)!));

    public void ConvTranspose2d(ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, Tensor y) => CpuFallback(m => Device_Cpu.ConvTranspose2d(geometry, m(x)!, m(weight)!, m(bias)!, m(y)!));

    public void Conv2dWeightGradient(ConvGeometry geometry, Tensor x, Tensor dy, Tensor dweight) => CpuFallback(m => Device_Cpu.Conv2dWeightGradient(geometry, m(x)!, m(dy)!, m(dweight)!));

}
