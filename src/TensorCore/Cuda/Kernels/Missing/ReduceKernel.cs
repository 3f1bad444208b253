namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Reduce<TReduction>(TReduction reduction, Tensor x, Tensor y, long outer, long n, long inner) where TReduction : struct, IReduction => throw new NotImplementedException();

}
