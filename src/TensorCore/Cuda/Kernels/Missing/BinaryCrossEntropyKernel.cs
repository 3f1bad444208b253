namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void BinaryCrossEntropy(Tensor logits, Tensor targets, Tensor losses) => throw new NotImplementedException();

    public void BinaryCrossEntropyBackward(Tensor logits, Tensor targets, Tensor dy, Tensor dx) => throw new NotImplementedException();

}
