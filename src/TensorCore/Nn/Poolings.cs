namespace TensorCore.Nn;

/// <summary>The largest element of each window of images: see <see cref="Tensor.MaxPool2d"/>.</summary>
/// <param name="kernel">The window's size.</param>
/// <param name="stride">Steps between two windows; the kernel's size if left out.</param>
/// <param name="padding">How far the first window reaches over the edge.</param>
/// <param name="dilation">Steps between two elements of a window; 1 if left out.</param>
public sealed class MaxPool2d(Size2d kernel, Size2d? stride = null, Size2d padding = default, Size2d? dilation = null) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.MaxPool2d(kernel, stride, padding, dilation);
}

/// <summary>The largest element of each window of sequences: see <see cref="Tensor.MaxPool1d"/>.</summary>
/// <param name="kernel">The window's size.</param>
/// <param name="stride">Steps between two windows; the kernel's size if left out.</param>
/// <param name="padding">How far the first window reaches over the edge.</param>
/// <param name="dilation">Steps between two elements of a window.</param>
public sealed class MaxPool1d(int kernel, int? stride = null, int padding = 0, int dilation = 1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.MaxPool1d(kernel, stride, padding, dilation);
}

/// <summary>The average of each window of images: see <see cref="Tensor.AvgPool2d"/>.</summary>
/// <param name="kernel">The window's size.</param>
/// <param name="stride">Steps between two windows; the kernel's size if left out.</param>
/// <param name="padding">How far the first window reaches over the edge.</param>
/// <param name="countIncludePad">Divide by the kernel's size at the edges too.</param>
public sealed class AvgPool2d(Size2d kernel, Size2d? stride = null, Size2d padding = default, bool countIncludePad = true) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.AvgPool2d(kernel, stride, padding, countIncludePad);
}

/// <summary>The average of each window of sequences: see <see cref="Tensor.AvgPool1d"/>.</summary>
/// <param name="kernel">The window's size.</param>
/// <param name="stride">Steps between two windows; the kernel's size if left out.</param>
/// <param name="padding">How far the first window reaches over the edge.</param>
/// <param name="countIncludePad">Divide by the kernel's size at the edges too.</param>
public sealed class AvgPool1d(int kernel, int? stride = null, int padding = 0, bool countIncludePad = true) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.AvgPool1d(kernel, stride, padding, countIncludePad);
}

/// <summary>Averages of a given number of windows, whatever the image's size: see <see cref="Tensor.AdaptiveAvgPool2d"/>. A size of 1 averages whole planes.</summary>
/// <param name="size">The output's height and width.</param>
public sealed class AdaptiveAvgPool2d(Size2d size) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.AdaptiveAvgPool2d(size);
}
