namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Binary<TFunction>(TFunction f, Tensor a, Tensor b, Tensor y) where TFunction : struct, IBinary => throw new NotImplementedException();

}
