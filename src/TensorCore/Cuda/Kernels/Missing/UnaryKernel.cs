namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Unary<TFunction>(TFunction f, Tensor x, Tensor y) where TFunction : struct, IUnary => throw new NotImplementedException();

    public void UnaryBackward<TFunction>(TFunction f, Tensor x, Tensor y, Tensor dy, Tensor dx) where TFunction : struct, IUnary => throw new NotImplementedException();

}
