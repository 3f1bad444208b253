namespace TensorCore;

internal sealed partial class CudaBackend
{
    public long? CheckRowIndices(string op, Tensor indices, long size, long? ignored) => throw new NotImplementedException();

    public void GatherRows(Tensor weight, Tensor indices, Tensor y, long rowLength) => throw new NotImplementedException();

    public void ScatterAddRows(Tensor rows, Tensor indices, Tensor y, long rowLength) => throw new NotImplementedException();

}
