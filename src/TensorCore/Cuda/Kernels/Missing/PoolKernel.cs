namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void MaxPool2d(PoolAxis h, PoolAxis w, Tensor x, Tensor y, Tensor places) => CpuFallback(m => Device_Cpu.MaxPool2d(h, w, m(x)!, m(y)!, m(places)!));

    public void GatherPlanes(Tensor x, Tensor places, Tensor y) => CpuFallback(m => Device_Cpu.GatherPlanes(m(x)!, m(places)!, m(y)!));

    public void ScatterPlanes(Tensor x, Tensor places, Tensor y) => CpuFallback(m => Device_Cpu.ScatterPlanes(m(x)!, m(places)!, m(y)!));

    public void AvgPool2d(PoolAxis h, PoolAxis w, Tensor x, Tensor y) => CpuFallback(m => Device_Cpu.AvgPool2d(h, w, m(x)!, m(y)!));

    public void SpreadWindows(PoolAxis h, PoolAxis w, Tensor x, Tensor y) => CpuFallback(m => Device_Cpu.SpreadWindows(h, w, m(x)!, m(y)!));

}
