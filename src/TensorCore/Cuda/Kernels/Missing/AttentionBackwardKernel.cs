namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor logSumExp, Tensor dy, Tensor dq, Tensor dk, Tensor dv) => throw new NotImplementedException();

}
