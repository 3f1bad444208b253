namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void MatMul(Tensor a, Tensor b, Tensor y, bool accumulate) => throw new NotImplementedException();

}
