namespace TensorCore;

internal sealed partial class CudaBackend
{
    public Tensor WrapIndices(Tensor indices, int n, Func<long, long, Exception> outOfRange) => throw new NotImplementedException();

    public void JoinIndices(Tensor into, Tensor positions, int size) => throw new NotImplementedException();

    public Tensor[] TruePositions(Tensor mask) => throw new NotImplementedException();

    public Tensor? LastNamed(Tensor positions, long n) => throw new NotImplementedException();

    public void CheckWeights(Tensor weights, int rows, int n, int needed) => throw new NotImplementedException();
}
