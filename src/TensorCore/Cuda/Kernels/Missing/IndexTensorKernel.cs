namespace TensorCore;

internal sealed partial class CudaBackend
{
    public Tensor WrapIndices(Tensor indices, int n, Func<long, long, Exception> outOfRange) => Up(CpuFallback(m => Device_Cpu.WrapIndices(m(indices)!, n, outOfRange)));

    public void JoinIndices(Tensor into, Tensor positions, int size) => CpuFallback(m => Device_Cpu.JoinIndices(m(into)!, m(positions)!, size));

    public Tensor[] TruePositions(Tensor mask) => Up(CpuFallback(m => Device_Cpu.TruePositions(m(mask)!)));

    public Tensor? LastNamed(Tensor positions, long n) => Up(CpuFallback(m => Device_Cpu.LastNamed(m(positions)!, n)));

}
