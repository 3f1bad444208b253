namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Copy(Tensor x, Tensor y) => throw new NotImplementedException();

    public void AddStrided(Tensor x, Tensor y) => throw new NotImplementedException();

}
