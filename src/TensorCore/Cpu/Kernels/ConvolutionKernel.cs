using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void Conv2d(ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        if (y.Count == 0) return;
        int terms = weight.Sizes[1] * weight.Sizes[2] * weight.Sizes[3];
        Correlation c = new()
        {
            Source = x,
            Weight = weight,
            Bias = bias,
            Target = y,
            SourceCount = x.Count,
            Images = x.Sizes[0],
            Groups = geometry.Groups,
            Channels = weight.Sizes[1],
            Rows = weight.Sizes[0] / geometry.Groups,
            SourceHeight = x.Sizes[2],
            SourceWidth = x.Sizes[3],
            TargetHeight = y.Sizes[2],
            TargetWidth = y.Sizes[3],
            WeightGroup = (long)weight.Sizes[0] / geometry.Groups * terms,
            WeightRow = terms,
            WeightChannel = weight.Sizes[2] * weight.Sizes[3],
            KernelWidth = weight.Sizes[3],
            WeightInOrder = true,
            H = AxisMap.Convolution(weight.Sizes[2], geometry.Stride.Height, geometry.Padding.Height, geometry.Dilation.Height, y.Sizes[2]),
            W = AxisMap.Convolution(weight.Sizes[3], geometry.Stride.Width, geometry.Padding.Width, geometry.Dilation.Width, y.Sizes[3]),
        };
        Correlate(c, y);
    }

    public void ConvTranspose2d(ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        if (y.Count == 0) return;
        int taps = weight.Sizes[2] * weight.Sizes[3];
        AxisMap[] rows = AxisMap.Transposed(weight.Sizes[2], geometry.Stride.Height, geometry.Padding.Height, geometry.Dilation.Height, y.Sizes[2]);
        AxisMap[] columns = AxisMap.Transposed(weight.Sizes[3], geometry.Stride.Width, geometry.Padding.Width, geometry.Dilation.Width, y.Sizes[3]);
        Correlation c = new()
        {
            Source = x,
            Weight = weight,
            Bias = bias,
            Target = y,
            SourceCount = x.Count,
            Images = x.Sizes[0],
            Groups = geometry.Groups,
            Channels = weight.Sizes[0] / geometry.Groups,
            Rows = weight.Sizes[1],
            SourceHeight = x.Sizes[2],
            SourceWidth = x.Sizes[3],
            TargetHeight = y.Sizes[2],
            TargetWidth = y.Sizes[3],
            WeightGroup = (long)weight.Sizes[0] / geometry.Groups * weight.Sizes[1] * taps,
            WeightRow = taps,
            WeightChannel = (long)weight.Sizes[1] * taps,
            KernelWidth = weight.Sizes[3],
        };
        // A residue that no kernel element reaches stays 0.
        bool reached = bias is not null || (rows.All(h => h.Taps.Length > 0) && columns.All(w => w.Taps.Length > 0));
        if (!reached) Fill(y, 0);
        foreach (AxisMap h in rows)
        {
            foreach (AxisMap w in columns)
            {
                c.H = h;
                c.W = w;
                if (c.Steps > 0 || reached) Correlate(c, y);
            }
        }
    }

    private void Correlate(in Correlation c, Tensor y)
    {
        if (c.Steps == 0)
        {
            Fill(y, 0);
            return;
        }
        CorrelationKernel kernel = new() { C = c };
        Launch.Dispatch(ref kernel, y.DType, 0, 1);
    }

    public void Conv2dWeightGradient(ConvGeometry geometry, Tensor x, Tensor dy, Tensor dweight)
    {
        if (dweight.Count == 0) return;
        WeightKernel kernel = new()
        {
            C = new WeightCorrelation
            {
                X = x,
                Dy = dy,
                DWeight = dweight,
                DType = x.DType,
                XCount = x.Count,
                Images = x.Sizes[0],
                Groups = geometry.Groups,
                Channels = dweight.Sizes[1],
                Outputs = dweight.Sizes[0] / geometry.Groups,
                Height = x.Sizes[2],
                Width = x.Sizes[3],
                Kernel = (dweight.Sizes[2], dweight.Sizes[3]),
                H = AxisMap.Convolution(dweight.Sizes[2], geometry.Stride.Height, geometry.Padding.Height, geometry.Dilation.Height, dy.Sizes[2]),
                W = AxisMap.Convolution(dweight.Sizes[3], geometry.Stride.Width, geometry.Padding.Width, geometry.Dilation.Width, dy.Sizes[3]),
            },
        };
        Launch.Dispatch(ref kernel, x.DType, 0, 1);
    }

    // The engines hand out pieces of their own; the launch only picks the vector type.
    private struct CorrelationKernel : IKernel
    {
        public Correlation C;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V> => CorrelationEngine<V>.Run(C);
    }

    private struct WeightKernel : IKernel
    {
        public WeightCorrelation C;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V> => WeightEngine<V>.Run(C);
    }
}
