namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void IndexSelect(Tensor x, Tensor index, Tensor y, long outer, long n, long inner) => throw new NotImplementedException();

    public void IndexAdd(Tensor s, Tensor index, Tensor y, long outer, long n, long inner) => throw new NotImplementedException();

    public void IndexWrite(Tensor s, Tensor index, Tensor y, long outer, long n, long inner) => throw new NotImplementedException();

}
