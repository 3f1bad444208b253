namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void FillUniform(Tensor y, ulong seed, ulong stream, double low, double high) => throw new NotImplementedException();

    public void FillNormal(Tensor y, ulong seed, ulong stream, double mean, double std) => throw new NotImplementedException();

    public void FillInt(Tensor y, ulong seed, ulong stream, long low, long high) => throw new NotImplementedException();

    public void FillBernoulli(Tensor y, ulong seed, ulong stream, double probability) => throw new NotImplementedException();

}
