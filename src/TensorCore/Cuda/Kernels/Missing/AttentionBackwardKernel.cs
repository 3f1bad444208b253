namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor logSumExp, Tensor dy, Tensor dq, Tensor dk, Tensor dv) => CpuFallback(m => Device_Cpu.AttentionBackward(m(q)!, m(k)!, m(v)!, m(mask)!, causal, scale, m(y)!, m(logSumExp)!, m(dy)!, m(dq)!, m(dk)!, m(dv)!));

}
