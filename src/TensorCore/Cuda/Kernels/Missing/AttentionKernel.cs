namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Attention(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor logSumExp) => CpuFallback(m => Device_Cpu.Attention(m(q)!, m(k)!, m(v)!, m(mask)!, causal, scale, m(y)!, m(logSumExp)!));

}
