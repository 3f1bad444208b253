namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Gather(Tensor x, Tensor index, Tensor y, long outer, long n, long inner, long picks) => throw new NotImplementedException();

    public void Scatter(Tensor s, Tensor index, Tensor y, long outer, long n, long inner, long picks) => throw new NotImplementedException();

    public void ScatterAdd(Tensor s, Tensor index, Tensor y, long outer, long n, long inner, long picks) => throw new NotImplementedException();

}
