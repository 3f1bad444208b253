namespace TensorCore.Nn;

/// <summary>
/// Batch normalisation of (N, C, …): each channel is centred and scaled by the batch's mean and variance in training, by running averages of them in evaluation,
/// then by a weight and a bias.  (Ioffe and Szegedy 2015, arXiv:1502.03167.)
/// </summary>
public sealed class BatchNorm : Module<Tensor, Tensor>
{
    private readonly double _eps, _momentum;
    private readonly Tensor _batches;

    /// <summary>For <paramref name="channels"/> channels.</summary>
    /// <param name="channels">C, the size of axis 1.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">The new batch's share in the running averages.</param>
    /// <param name="affine">Has a weight (from 1) and a bias (from 0).</param>
    /// <param name="dtype">Of the parameters.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1, or a momentum outside 0 … 1.</exception>
    public BatchNorm(int channels, double eps = 1e-5, double momentum = 0.1, bool affine = true, DType dtype = DType.Float32)
    {
        AtLeastOne(channels, nameof(channels));
        if (momentum is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "batch norm: momentum must be between 0 and 1");
        (_eps, _momentum) = (eps, momentum);
        if (affine)
        {
            Weight = Parameter("weight", Tensor.Ones([channels], dtype));
            Bias = Parameter("bias", Tensor.Zeros([channels], dtype));
        }
        RunningMean = Buffer("running_mean", Tensor.Zeros([channels], dtype));
        RunningVar = Buffer("running_var", Tensor.Ones([channels], dtype));
        _batches = Buffer("num_batches_tracked", Tensor.Zeros([], DType.Int64));
    }

    /// <summary>The gain, (C,), if any.</summary>
    public Tensor? Weight { get; }

    /// <summary>The shift, (C,), if any.</summary>
    public Tensor? Bias { get; }

    /// <summary>The average of the batches' means, (C,).</summary>
    public Tensor RunningMean { get; }

    /// <summary>The average of the batches' unbiased variances, (C,).</summary>
    public Tensor RunningVar { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        Tensor y = x.BatchNorm(Weight, Bias, RunningMean, RunningVar, Training, _momentum, _eps);
        if (Training) _batches.Fill(_batches.Item() + 1);
        return y;
    }
}
