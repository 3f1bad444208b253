namespace TensorCore.Nn;

/// <summary>Layer normalisation over the last axis: (x − mean)/√(var + eps)·weight + bias.  (Ba et al. 2016, arXiv:1607.06450.)</summary>
public sealed class LayerNorm : Module<Tensor, Tensor>
{
    private readonly double _eps;

    /// <summary>For a last axis of <paramref name="width"/>; the weight starts at 1, the bias at 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1.</exception>
    public LayerNorm(int width, double eps = 1e-5, bool bias = true, DType dtype = DType.Float32)
    {
        AtLeastOne(width, nameof(width));
        _eps = eps;
        Weight = Parameter("weight", Tensor.Ones([width], dtype));
        if (bias) Bias = Parameter("bias", Tensor.Zeros([width], dtype));
    }

    /// <summary>The gain, (width,).</summary>
    public Tensor Weight { get; }

    /// <summary>The shift, (width,), if any.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.LayerNorm(Weight, Bias, _eps);
}

/// <summary>Root-mean-square normalisation over the last axis: x/√(mean(x²) + eps)·weight.  (Zhang and Sennrich 2019, arXiv:1910.07467.)</summary>
public sealed class RmsNorm : Module<Tensor, Tensor>
{
    private readonly double _eps;

    /// <summary>For a last axis of <paramref name="width"/>; the weight starts at 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1.</exception>
    public RmsNorm(int width, double eps = 1e-5, DType dtype = DType.Float32)
    {
        AtLeastOne(width, nameof(width));
        _eps = eps;
        Weight = Parameter("weight", Tensor.Ones([width], dtype));
    }

    /// <summary>The gain, (width,).</summary>
    public Tensor Weight { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.RmsNorm(Weight, _eps);
}
