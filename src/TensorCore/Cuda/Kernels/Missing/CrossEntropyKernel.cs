namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void CrossEntropy(Tensor logits, Tensor targets, Tensor losses, Tensor statistics, double smoothing, long ignoreIndex) => throw new NotImplementedException();

    public void CrossEntropyBackward(Tensor logits, Tensor targets, Tensor statistics, Tensor dy, Tensor dx, double smoothing, long ignoreIndex) => throw new NotImplementedException();

    public void SoftCrossEntropy(Tensor logits, Tensor targets, Tensor losses, Tensor statistics) => throw new NotImplementedException();

    public void SoftCrossEntropyBackward(Tensor logits, Tensor targets, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dtargets) => throw new NotImplementedException();

}
