namespace TensorCore;

internal sealed partial class CudaBackend
{
    public long? CheckRowIndices(string op, Tensor indices, long size, long? ignored) => CpuFallback(m => Device_Cpu.CheckRowIndices(op, m(indices)!, size, ignored));

    public void GatherRows(Tensor weight, Tensor indices, Tensor y, long rowLength) => CpuFallback(m => Device_Cpu.GatherRows(m(weight)!, m(indices)!, m(y)!, rowLength));

    public void ScatterAddRows(Tensor rows, Tensor indices, Tensor y, long rowLength) => CpuFallback(m => Device_Cpu.ScatterAddRows(m(rows)!, m(indices)!, m(y)!, rowLength));

}
