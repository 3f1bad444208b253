namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Multinomial(Tensor weights, Tensor u, Tensor y, long rows, long n, long k, bool replacement) => throw new NotImplementedException();

    public void ArgSort(Tensor x, Tensor y, long rows, long n, bool descending) => throw new NotImplementedException();

    public void ArgTopK(Tensor x, Tensor y, long rows, long n, long k, bool largest) => throw new NotImplementedException();

}
