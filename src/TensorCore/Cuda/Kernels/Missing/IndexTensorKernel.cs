namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void CheckWeights(Tensor weights, int rows, int n, int needed) => throw new NotImplementedException();
}
