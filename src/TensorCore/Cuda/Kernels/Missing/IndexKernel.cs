namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void IndexSelect(Tensor x, Tensor index, Tensor y, long outer, long n, long inner) => CpuFallback(m => Device_Cpu.IndexSelect(m(x)!, m(index)!, m(y)!, outer, n, inner));

    public void IndexAdd(Tensor s, Tensor index, Tensor y, long outer, long n, long inner) => CpuFallback(m => Device_Cpu.IndexAdd(m(s)!, m(index)!, m(y)!, outer, n, inner));

    public void IndexWrite(Tensor s, Tensor index, Tensor y, long outer, long n, long inner) => CpuFallback(m => Device_Cpu.IndexWrite(m(s)!, m(index)!, m(y)!, outer, n, inner));

}
