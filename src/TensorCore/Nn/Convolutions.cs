namespace TensorCore.Nn;

/// <summary>What convolution modules share: their checks, and PyTorch's starting values.</summary>
internal static class ConvolutionParameters
{
    public static void Check(string module, int inChannels, int outChannels, Size2d kernel, int groups)
    {
        if (inChannels < 1 || outChannels < 1) throw new ArgumentOutOfRangeException(nameof(inChannels), $"{module}: {inChannels} input and {outChannels} output channels: there must be at least 1");
        if (kernel.Height < 1 || kernel.Width < 1) throw new ArgumentOutOfRangeException(nameof(kernel), $"{module}: kernel {kernel}: it must be at least 1");
        if (groups < 1 || inChannels % groups != 0 || outChannels % groups != 0)
            throw new ArgumentException($"{module}: {inChannels} input and {outChannels} output channels do not divide into {groups} groups");
    }

    /// <summary>Uniform in ±1/√fan, where fan is the second axis times the kernel: He et al. 2015 (arXiv:1502.01852) with slope √5.</summary>
    public static (Tensor Weight, Tensor? Bias) Draw(ReadOnlySpan<int> weight, int outputs, bool bias, DType dtype, Generator? generator)
    {
        double bound = 1 / Math.Sqrt(Shape.ElementCount(weight[1..]));
        Tensor w = Initializers.Uniform(Tensor.Empty(weight, dtype, Device.Cpu), -bound, bound, generator);
        return (w, bias ? Initializers.Uniform(Tensor.Empty([outputs], dtype, Device.Cpu), -bound, bound, generator) : null);
    }
}

/// <summary>
/// A convolution over images, (N, C, H, W) → (N, O, OH, OW): see <see cref="Tensor.Conv2d"/>. Weight and bias start uniform in ±1/√(C/groups·KH·KW), as in PyTorch.
/// </summary>
public sealed class Conv2d : Module<Tensor, Tensor>
{
    private readonly Size2d _stride, _padding, _dilation;
    private readonly int _groups;

    /// <summary>A convolution from <paramref name="inChannels"/> to <paramref name="outChannels"/> channels.</summary>
    /// <param name="inChannels">C.</param>
    /// <param name="outChannels">O.</param>
    /// <param name="kernel">The kernel's height and width.</param>
    /// <param name="stride">Steps between two positions; 1 if left out.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="dilation">Steps between two elements of the kernel; 1 if left out.</param>
    /// <param name="groups">Output channels of a group see only its input channels; as many as channels is depthwise.</param>
    /// <param name="bias">Adds a number to each output channel.</param>
    /// <param name="dtype">Of the parameters.</param>
    /// <param name="generator">Draws the starting values.</param>
    /// <exception cref="ArgumentException">A size below 1, or channels that do not divide into the groups.</exception>
    /// <exception cref="ShapeException">A stride or dilation below 1, or a negative padding.</exception>
    public Conv2d(int inChannels, int outChannels, Size2d kernel, Size2d? stride = null, Size2d padding = default, Size2d? dilation = null, int groups = 1,
        bool bias = true, DType dtype = DType.Float32, Generator? generator = null)
    {
        ConvolutionParameters.Check(nameof(Conv2d), inChannels, outChannels, kernel, groups);
        ConvGeometry g = ConvGeometry.Checked(nameof(Conv2d), stride, padding, dilation, groups);
        (_stride, _padding, _dilation, _groups) = (g.Stride, g.Padding, g.Dilation, g.Groups);
        (Tensor w, Tensor? b) = ConvolutionParameters.Draw([outChannels, inChannels / groups, kernel.Height, kernel.Width], outChannels, bias, dtype, generator);
        Weight = Parameter("weight", w);
        if (b is not null) Bias = Parameter("bias", b);
    }

    /// <summary>The kernels, (O, C/groups, KH, KW).</summary>
    public Tensor Weight { get; }

    /// <summary>One number for each output channel, if any.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Conv2d(Weight, Bias, _stride, _padding, _dilation, _groups);
}

/// <summary>
/// A convolution over sequences, (N, C, L) → (N, O, OL): see <see cref="Tensor.Conv1d"/>. Weight and bias start uniform in ±1/√(C/groups·K), as in PyTorch.
/// </summary>
public sealed class Conv1d : Module<Tensor, Tensor>
{
    private readonly int _stride, _padding, _dilation, _groups;

    /// <summary>A convolution from <paramref name="inChannels"/> to <paramref name="outChannels"/> channels.</summary>
    /// <param name="inChannels">C.</param>
    /// <param name="outChannels">O.</param>
    /// <param name="kernel">The kernel's size.</param>
    /// <param name="stride">Steps between two positions.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="dilation">Steps between two elements of the kernel.</param>
    /// <param name="groups">Output channels of a group see only its input channels.</param>
    /// <param name="bias">Adds a number to each output channel.</param>
    /// <param name="dtype">Of the parameters.</param>
    /// <param name="generator">Draws the starting values.</param>
    /// <exception cref="ArgumentException">A size below 1, or channels that do not divide into the groups.</exception>
    /// <exception cref="ShapeException">A stride or dilation below 1, or a negative padding.</exception>
    public Conv1d(int inChannels, int outChannels, int kernel, int stride = 1, int padding = 0, int dilation = 1, int groups = 1,
        bool bias = true, DType dtype = DType.Float32, Generator? generator = null)
    {
        ConvolutionParameters.Check(nameof(Conv1d), inChannels, outChannels, (1, kernel), groups);
        _ = ConvGeometry.Checked(nameof(Conv1d), (1, stride), (0, padding), (1, dilation), groups);
        (_stride, _padding, _dilation, _groups) = (stride, padding, dilation, groups);
        (Tensor w, Tensor? b) = ConvolutionParameters.Draw([outChannels, inChannels / groups, kernel], outChannels, bias, dtype, generator);
        Weight = Parameter("weight", w);
        if (b is not null) Bias = Parameter("bias", b);
    }

    /// <summary>The kernels, (O, C/groups, K).</summary>
    public Tensor Weight { get; }

    /// <summary>One number for each output channel, if any.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Conv1d(Weight, Bias, _stride, _padding, _dilation, _groups);
}

/// <summary>
/// A transposed convolution over images, (N, C, H, W) → (N, O, OH, OW), with a stride of s about s times larger: see <see cref="Tensor.ConvTranspose2d"/>.
/// Weight and bias start uniform in ±1/√(O/groups·KH·KW), as in PyTorch.
/// </summary>
public sealed class ConvTranspose2d : Module<Tensor, Tensor>
{
    private readonly Size2d _stride, _padding, _outputPadding, _dilation;
    private readonly int _groups;

    /// <summary>A transposed convolution from <paramref name="inChannels"/> to <paramref name="outChannels"/> channels.</summary>
    /// <param name="inChannels">C.</param>
    /// <param name="outChannels">O.</param>
    /// <param name="kernel">The kernel's height and width.</param>
    /// <param name="stride">Steps in the output between two elements of the input; 1 if left out.</param>
    /// <param name="padding">Rows and columns cut off the output on each side.</param>
    /// <param name="outputPadding">Rows and columns more at the bottom and right, below the stride.</param>
    /// <param name="dilation">Steps between two elements of the kernel; 1 if left out.</param>
    /// <param name="groups">Input channels of a group reach only its output channels.</param>
    /// <param name="bias">Adds a number to each output channel.</param>
    /// <param name="dtype">Of the parameters.</param>
    /// <param name="generator">Draws the starting values.</param>
    /// <exception cref="ArgumentException">A size below 1, or channels that do not divide into the groups.</exception>
    /// <exception cref="ShapeException">A stride or dilation below 1, or a negative padding.</exception>
    public ConvTranspose2d(int inChannels, int outChannels, Size2d kernel, Size2d? stride = null, Size2d padding = default, Size2d outputPadding = default,
        Size2d? dilation = null, int groups = 1, bool bias = true, DType dtype = DType.Float32, Generator? generator = null)
    {
        ConvolutionParameters.Check(nameof(ConvTranspose2d), inChannels, outChannels, kernel, groups);
        ConvGeometry g = ConvGeometry.Checked(nameof(ConvTranspose2d), stride, padding, dilation, groups);
        (_stride, _padding, _outputPadding, _dilation, _groups) = (g.Stride, g.Padding, outputPadding, g.Dilation, g.Groups);
        (Tensor w, Tensor? b) = ConvolutionParameters.Draw([inChannels, outChannels / groups, kernel.Height, kernel.Width], outChannels, bias, dtype, generator);
        Weight = Parameter("weight", w);
        if (b is not null) Bias = Parameter("bias", b);
    }

    /// <summary>The kernels, (C, O/groups, KH, KW).</summary>
    public Tensor Weight { get; }

    /// <summary>One number for each output channel, if any.</summary>
    public Tensor? Bias { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.ConvTranspose2d(Weight, Bias, _stride, _padding, _outputPadding, _dilation, _groups);
}
