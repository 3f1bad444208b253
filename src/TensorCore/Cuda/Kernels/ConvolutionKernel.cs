namespace TensorCore;

// Convolutions as one matrix product for each element of the kernel: of the weight there with the image's windows there. Kernels of their own are to come.
internal sealed partial class CudaBackend
{
    public void Conv2d(ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        if (y.Count == 0) return;
        using (Autograd.NoGrad())
        {
            Tensor padded = Padded(geometry, x), sum = Tensor.Empty([y.Sizes[0], geometry.Groups, y.Sizes[1] / geometry.Groups, y.Sizes[2] * y.Sizes[3]], padded.DType, y.Device); // (N, G, O/G, P)
            bool first = true;
            foreach ((int p, int q) in Places(weight))
            {
                MatMul(At(geometry, weight, p, q, padded.DType), Windows(geometry, padded, p, q, y), sum, accumulate: !first);
                first = false;
            }
            y.CopyFrom(WithBias(sum.Reshape(y.Shape), bias));
        }
    }

    public void ConvTranspose2d(ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        if (y.Count == 0) return;
        using (Autograd.NoGrad())
        {
            DType wide = Tensor.StatisticsType(x.DType);
            (int height, int width) = (y.Sizes[2] + (2 * geometry.Padding.Height), y.Sizes[3] + (2 * geometry.Padding.Width));
            Tensor padded = Tensor.Zeros([y.Sizes[0], y.Sizes[1], height, width], wide, y.Device);
            if (x.Count > 0)
            {
                Tensor columns = x.To(wide).Reshape(x.Sizes[0], geometry.Groups, x.Sizes[1] / geometry.Groups, x.Sizes[2] * x.Sizes[3]); // (N, G, O/G, P)
                foreach ((int p, int q) in Places(weight))
                    AddStrided(At(geometry, weight, p, q, wide).Transpose().MatMul(columns).Reshape(y.Sizes[0], y.Sizes[1], x.Sizes[2], x.Sizes[3]), Window(geometry, padded, p, q, x));
            }
            y.CopyFrom(WithBias(padded.Narrow(2, geometry.Padding.Height, y.Sizes[2]).Narrow(3, geometry.Padding.Width, y.Sizes[3]), bias));
        }
    }

    public void Conv2dWeightGradient(ConvGeometry geometry, Tensor x, Tensor dy, Tensor dweight)
    {
        if (dweight.Count == 0) return;
        using (Autograd.NoGrad())
        {
            if (x.Count == 0 || dy.Count == 0)
            {
                dweight.Fill(0);
                return;
            }
            Tensor padded = Padded(geometry, x), columns = dy.To(padded.DType).Reshape(dy.Sizes[0], geometry.Groups, dy.Sizes[1] / geometry.Groups, dy.Sizes[2] * dy.Sizes[3]);
            Tensor sum = Tensor.Empty([geometry.Groups, dy.Sizes[1] / geometry.Groups, dweight.Sizes[1]], padded.DType, x.Device); // (G, O/G, C/G)
            foreach ((int p, int q) in Places(dweight))
            {
                // Summed over the images, an axis that the sum has not.
                MatMul(columns, Windows(geometry, padded, p, q, dy).Transpose(), sum, accumulate: false);
                dweight.Narrow(2, p, 1).Narrow(3, q, 1).CopyFrom(sum.Reshape(dweight.Sizes[0], dweight.Sizes[1], 1, 1));
            }
        }
    }

    private static IEnumerable<(int P, int Q)> Places(Tensor weight)
    {
        (int height, int width) = (weight.Size(2), weight.Size(3));
        for (int p = 0; p < height; p++)
            for (int q = 0; q < width; q++) yield return (p, q);
    }

    private static Tensor WithBias(Tensor y, Tensor? bias) => bias is null ? y : y + bias.To(y.DType).Reshape(bias.Sizes[0], 1, 1);

    /// <summary>x with zeros around it, wide enough to be summed in.</summary>
    private static Tensor Padded(ConvGeometry geometry, Tensor x)
    {
        x = x.To(Tensor.StatisticsType(x.DType));
        (int above, int before) = (geometry.Padding.Height, geometry.Padding.Width);
        if (above == 0 && before == 0) return x;
        Tensor padded = Tensor.Zeros([x.Sizes[0], x.Sizes[1], x.Sizes[2] + (2 * above), x.Sizes[3] + (2 * before)], x.DType, x.Device);
        padded.Narrow(2, above, x.Sizes[2]).Narrow(3, before, x.Sizes[3]).CopyFrom(x);
        return padded;
    }

    /// <summary>The weights at one element of the kernel: (G, O/G, C/G).</summary>
    private static Tensor At(ConvGeometry geometry, Tensor weight, int p, int q, DType wide) =>
        weight.Narrow(2, p, 1).Narrow(3, q, 1).To(wide).Reshape(geometry.Groups, weight.Sizes[0] / geometry.Groups, weight.Sizes[1]);

    /// <summary>What that element meets in each window, as columns: (N, G, C/G, P).</summary>
    private static Tensor Windows(ConvGeometry geometry, Tensor padded, int p, int q, Tensor like) =>
        Window(geometry, padded, p, q, like).Contiguous().Reshape(padded.Sizes[0], geometry.Groups, padded.Sizes[1] / geometry.Groups, like.Sizes[2] * like.Sizes[3]);

    /// <summary>The same as a view of the padded images.</summary>
    private static Tensor Window(ConvGeometry geometry, Tensor padded, int p, int q, Tensor like)
    {
        ReadOnlySpan<long> s = padded.Strides;
        return padded.ViewAs([padded.Sizes[0], padded.Sizes[1], like.Sizes[2], like.Sizes[3]], [s[0], s[1], s[2] * geometry.Stride.Height, s[3] * geometry.Stride.Width],
            padded.Offset + (p * geometry.Dilation.Height * s[2]) + (q * geometry.Dilation.Width * s[3]));
    }
}
