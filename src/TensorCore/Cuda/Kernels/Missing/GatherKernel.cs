namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Gather(Tensor x, Tensor index, Tensor y, long outer, long n, long inner, long picks) => CpuFallback(m => Device_Cpu.Gather(m(x)!, m(index)!, m(y)!, outer, n, inner, picks));

    public void Scatter(Tensor s, Tensor index, Tensor y, long outer, long n, long inner, long picks) => CpuFallback(m => Device_Cpu.Scatter(m(s)!, m(index)!, m(y)!, outer, n, inner, picks));

    public void ScatterAdd(Tensor s, Tensor index, Tensor y, long outer, long n, long inner, long picks) => CpuFallback(m => Device_Cpu.ScatterAdd(m(s)!, m(index)!, m(y)!, outer, n, inner, picks));

}
