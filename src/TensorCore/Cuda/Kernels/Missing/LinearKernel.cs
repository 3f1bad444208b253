namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Linear(Tensor x, Tensor w, Tensor? bias, Activation activation, Tensor y, Tensor? pre) => CpuFallback(m => Device_Cpu.Linear(m(x)!, m(w)!, m(bias)!, activation, m(y)!, m(pre)!));

    public void ActivationBackward(Activation activation, Tensor? kept, Tensor dy, Tensor dp, Tensor? db, long rows, long cols) => CpuFallback(m => Device_Cpu.ActivationBackward(activation, m(kept)!, m(dy)!, m(dp)!, m(db)!, rows, cols));

}
