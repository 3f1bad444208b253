namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void MaxPool2d(PoolAxis h, PoolAxis w, Tensor x, Tensor y, Tensor places) => throw new NotImplementedException();

    public void GatherPlanes(Tensor x, Tensor places, Tensor y) => throw new NotImplementedException();

    public void ScatterPlanes(Tensor x, Tensor places, Tensor y) => throw new NotImplementedException();

    public void AvgPool2d(PoolAxis h, PoolAxis w, Tensor x, Tensor y) => throw new NotImplementedException();

    public void SpreadWindows(PoolAxis h, PoolAxis w, Tensor x, Tensor y) => throw new NotImplementedException();

}
