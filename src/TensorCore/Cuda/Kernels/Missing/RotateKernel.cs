namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Rotate(Tensor x, Tensor table, long[] positions, bool interleaved, bool inverse, Tensor y) => throw new NotImplementedException();

}
