namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void ChannelStatistics(Tensor x, Tensor mean, Tensor variance) => throw new NotImplementedException();

    public void BatchNorm(Tensor x, Tensor mean, Tensor rstd, Tensor? weight, Tensor? bias, Tensor y) => throw new NotImplementedException();

    public void BatchNormBackward(Tensor x, Tensor mean, Tensor rstd, Tensor? weight, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias, bool training) => throw new NotImplementedException();

}
