namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void CrossEntropy(Tensor logits, Tensor targets, Tensor losses, Tensor statistics, double smoothing, long ignoreIndex) => CpuFallback(m => Device_Cpu.CrossEntropy(m(logits)!, m(targets)!, m(losses)!, m(statistics)!, smoothing, ignoreIndex));

    public void CrossEntropyBackward(Tensor logits, Tensor targets, Tensor statistics, Tensor dy, Tensor dx, double smoothing, long ignoreIndex) => CpuFallback(m => Device_Cpu.CrossEntropyBackward(m(logits)!, m(targets)!, m(statistics)!, m(dy)!, m(dx)!, smoothing, ignoreIndex));

    public void SoftCrossEntropy(Tensor logits, Tensor targets, Tensor losses, Tensor statistics) => CpuFallback(m => Device_Cpu.SoftCrossEntropy(m(logits)!, m(targets)!, m(losses)!, m(statistics)!));

    public void SoftCrossEntropyBackward(Tensor logits, Tensor targets, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dtargets) => CpuFallback(m => Device_Cpu.SoftCrossEntropyBackward(m(logits)!, m(targets)!, m(statistics)!, m(dy)!, m(dx)!, m(dtargets)!));

}
