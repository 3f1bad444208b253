namespace TensorCore.Cuda.Tests;

/// <summary>Copies, sums and casts of strided tensors against the CPU: every size of element, transposes by tiles, rows in units of 1 to 16 bytes, negative strides, many axes.</summary>
public sealed class CopyTests
{
    private static readonly DType[] s_types = [DType.Float32, DType.Float64, DType.BFloat16, DType.Int32, DType.Int64, DType.Bool];

    /// <summary>Numbers that tell every element of 251 apart, in any dtype.</summary>
    private static Tensor Numbers(Device device, DType type, params int[] shape)
    {
        int n = (int)Shape.ElementCount(shape);
        return (type == DType.Bool ? OnBoth.Indices(Device.Cpu, 2, 3, shape) : Tensor.From<int>([.. Enumerable.Range(0, n).Select(i => i % 251)], shape)).To(type).To(device);
    }

    private static readonly Dictionary<string, Func<Device, DType, Tensor>> s_views = new()
    {
        ["matrix"] = (d, t) => Numbers(d, t, 150, 67).Transpose(0, 1),
        ["aligned matrix"] = (d, t) => Numbers(d, t, 128, 256).Transpose(0, 1),
        ["batch of matrices"] = (d, t) => Numbers(d, t, 3, 40, 36).Permute(0, 2, 1),
        ["channels last"] = (d, t) => Numbers(d, t, 2, 33, 7, 9).Permute(0, 2, 3, 1),
        ["thin matrix"] = (d, t) => Numbers(d, t, 500, 3).Transpose(0, 1),
        ["reversed axes"] = (d, t) => Numbers(d, t, 9, 10, 11, 12).Permute(3, 2, 1, 0),
        ["columns"] = (d, t) => Numbers(d, t, 21, 64)[.., 16..48],
        ["odd columns"] = (d, t) => Numbers(d, t, 21, 65)[.., 3..50],
        ["even columns"] = (d, t) => Numbers(d, t, 21, 66)[.., 2..50],
        ["every third"] = (d, t) => Numbers(d, t, 30, 100)[TensorIndex.Slice(step: 2), TensorIndex.Slice(1, step: 3)],
        ["row for all"] = (d, t) => Numbers(d, t, 48).Expand(37, 48),
        ["column for all"] = (d, t) => Numbers(d, t, 37, 1).Expand(37, 48),
        ["odd column for all"] = (d, t) => Numbers(d, t, 37, 1).Expand(37, 47),
        ["one for all"] = (d, t) => Numbers(d, t, 1, 1).Expand(64, 64),
        ["diagonal"] = (d, t) => Numbers(d, t, 4, 40, 40).Diagonal(2),
        ["ten axes"] = (d, t) => Numbers(d, t, 2, 3, 2, 3, 2, 3, 2, 3, 2, 2).Permute(9, 7, 5, 3, 1, 8, 6, 4, 2, 0),
        ["whole"] = (d, t) => Numbers(d, t, 3, 41),
        ["scalar"] = (d, t) => Numbers(d, t, 5)[2],
    };

    public static readonly TheoryData<string> Views = [.. s_views.Keys];

    [GpuTheory]
    [MemberData(nameof(Views))]
    public void Clones_are_the_CPUs(string view)
    {
        foreach (DType type in s_types) OnBoth.Check(d => s_views[view](d, type).Clone(), 0, $"{view}, {type.Name()}");
    }

    /// <summary>The shape with a margin of 4 along the first and the last axis.</summary>
    private static int[] Around(Tensor x) => [.. x.Shape.ToArray().Select((n, i) => i == 0 || i == x.Rank - 1 ? n + 4 : n)];

    /// <summary>Into parts of a larger tensor, forwards and backwards.</summary>
    [GpuTheory]
    [MemberData(nameof(Views))]
    public void Assignments_are_the_CPUs(string view)
    {
        foreach (DType type in s_types)
        {
            OnBoth.Check(
                d =>
                {
                    Tensor v = s_views[view](d, type);
                    int[] around = Around(v);
                    Tensor y = Tensor.Zeros(around, type, d);
                    y[[.. v.Shape.ToArray().Select((n, i) => i == 0 || i == v.Rank - 1 ? (i % 2 == 0 ? TensorIndex.Slice(n, 0, -1) : TensorIndex.Slice(2, n + 2)) : TensorIndex.Slice(step: i % 2 == 0 ? 1 : -1))]] = v;
                    return y;
                },
                0, $"{view}, {type.Name()}");
        }
    }

    [GpuTheory]
    [MemberData(nameof(Views))]
    public void Strided_sums_are_the_CPUs(string view)
    {
        foreach (DType type in (DType[])[DType.Float32, DType.Float64, DType.Int32, DType.Int64])
        {
            OnBoth.Check(
                d =>
                {
                    Tensor x = s_views[view](d, type);
                    Tensor y = Numbers(d, type, Around(x));
                    int[] starts = [.. x.Shape.ToArray().Select((n, i) => y.Shape[i] - n)];
                    d.Backend.AddStrided(x, Region.Box(y.Shape, starts, x.Shape.ToArray()).ViewOf(y));
                    return y;
                },
                0, $"{view}, {type.Name()}");
        }
    }

    /// <summary>Every pair of dtypes, with what does not fit: NaN, ±∞, numbers beyond the target's range, halves.</summary>
    [GpuFact]
    public void Casts_are_the_CPUs()
    {
        double[] special =
        [
            0, -0.0, 0.5, -0.5, 1.5, 2.5, -1.99, 1, -1, 255, 256, 257, 65535.5, 16777217, 2147483647, 2147483648, -2147483648, -2147483649, 4294967297, 1e18, 9.3e18, -9.3e18, 1e300, -1e300, 1e-300,
            3.389e38, 3.4e38, 3.5e38, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1.00390625, 1.01171875, 1e-40, -7,
        ];
        // Enough for whole vectors of every kind and a rest.
        double[] values = [.. Enumerable.Range(0, 2111).Select(i => i < special.Length ? special[i] : ((i * 7919) % 2003) - 1000.25)];
        foreach (DType from in s_types)
        {
            foreach (DType to in s_types)
            {
                if (from != to)
                {
                    OnBoth.Check(d => Tensor.From(values).To(from).To(d).To(to), 0, $"{from.Name()} to {to.Name()}");
                    OnBoth.Check(d => Tensor.From(values).To(from).To(d)[3..].To(to), 0, $"{from.Name()} to {to.Name()}, unaligned");
                }
            }
        }
    }
}
