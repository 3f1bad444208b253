namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void ChannelStatistics(Tensor x, Tensor mean, Tensor variance) => CpuFallback(m => Device_Cpu.ChannelStatistics(m(x)!, m(mean)!, m(variance)!));

    public void BatchNorm(Tensor x, Tensor mean, Tensor rstd, Tensor? weight, Tensor? bias, Tensor y) => CpuFallback(m => Device_Cpu.BatchNorm(m(x)!, m(mean)!, m(rstd)!, m(weight)!, m(bias)!, m(y)!));

    public void BatchNormBackward(Tensor x, Tensor mean, Tensor rstd, Tensor? weight, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias, bool training) => CpuFallback(m => Device_Cpu.BatchNormBackward(m(x)!, m(mean)!, m(rstd)!, m(weight)!, m(dy)!, m(dx)!, m(dweight)!, m(dbias)!, training));

}
