namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Conv2d(ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, Tensor y) => throw new NotImplementedException();

    public void ConvTranspose2d(ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, Tensor y) => throw new NotImplementedException();

    public void Conv2dWeightGradient(ConvGeometry geometry, Tensor x, Tensor dy, Tensor dweight) => throw new NotImplementedException();

}
