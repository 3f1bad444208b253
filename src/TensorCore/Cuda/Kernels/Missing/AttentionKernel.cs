namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Attention(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor logSumExp) => throw new NotImplementedException();

}
