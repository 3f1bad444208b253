namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Compare<TComparison>(Tensor a, Tensor b, Tensor y) where TComparison : struct, IComparison => throw new NotImplementedException();

}
