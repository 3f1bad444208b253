namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Softmax(Tensor x, Tensor y, int n) => CpuFallback(m => Device_Cpu.Softmax(m(x)!, m(y)!, n));

    public void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx, int n) => CpuFallback(m => Device_Cpu.SoftmaxBackward(m(y)!, m(dy)!, m(dx)!, n));

    public void LogSoftmax(Tensor x, Tensor y, int n) => CpuFallback(m => Device_Cpu.LogSoftmax(m(x)!, m(y)!, n));

    public void LogSoftmaxBackward(Tensor y, Tensor dy, Tensor dx, int n) => CpuFallback(m => Device_Cpu.LogSoftmaxBackward(m(y)!, m(dy)!, m(dx)!, n));

}
