namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Linear(Tensor x, Tensor w, Tensor? bias, Activation activation, Tensor y, Tensor? pre) => throw new NotImplementedException();

    public void ActivationBackward(Activation activation, Tensor? kept, Tensor dy, Tensor dp, Tensor? db, long rows, long cols) => throw new NotImplementedException();

}
