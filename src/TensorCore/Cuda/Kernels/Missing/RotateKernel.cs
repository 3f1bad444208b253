namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Rotate(Tensor x, Tensor table, long[] positions, bool interleaved, bool inverse, Tensor y) => CpuFallback(m => Device_Cpu.Rotate(m(x)!, m(table)!, positions, interleaved, inverse, m(y)!));

}
