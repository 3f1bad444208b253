namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void NormForward(Tensor x, Tensor? weight, Tensor? bias, Tensor y, Tensor? mean, Tensor rstd, double eps) => CpuFallback(m => Device_Cpu.NormForward(m(x)!, m(weight)!, m(bias)!, m(y)!, m(mean)!, m(rstd)!, eps));

    public void NormBackward(Tensor x, Tensor? weight, Tensor? mean, Tensor rstd, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias) => CpuFallback(m => Device_Cpu.NormBackward(m(x)!, m(weight)!, m(mean)!, m(rstd)!, m(dy)!, m(dx)!, m(dweight)!, m(dbias)!));

}
