namespace TensorCore.Tests;

public sealed class ConversionTests
{
    [Fact]
    public void Arrays_and_spans_in_row_major_order()
    {
        Tensor x = Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]), t = x.Transpose();
        Assert.Equal([1f, 4, 2, 5, 3, 6], t.ToArray<float>());
        float[] room = new float[8];
        t.CopyTo(room.AsSpan(1));
        Assert.Equal([0, 1f, 4, 2, 5, 3, 6, 0], room);
        Assert.Equal(new[,] { { 1f, 4 }, { 2, 5 }, { 3, 6 } }, t.ToArray2D<float>());
        Assert.Equal(new[, ,] { { { 1f, 2, 3 }, { 4, 5, 6 } } }, x.Unsqueeze(0).ToMultiArray<float>());
        Assert.Equal(new[] { 7f }, Tensor.Scalar(7).ToMultiArray<float>());
        Assert.Equal(21f, t.Read<float, float>(v => v[0] + v[1] + v[2] + v[3] + v[4] + v[5]));
        Assert.Equal([1f, 2, 3], x[0].AsSpan<float>().ToArray());
        Assert.Equal([2, 3], x.Lengths.ToArray().Select(n => (int)n));
        Assert.Contains("span of 5", Assert.Throws<ShapeException>(() => t.CopyTo(new float[5].AsSpan())).Message, StringComparison.Ordinal);
        Assert.Contains("convert with To(DType.Float64)", Assert.Throws<DTypeException>(() => x.ToArray<double>()).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => t.AsSpan<float>().Length);
        Assert.Throws<ShapeException>(() => x[0].ToArray2D<float>());
        Assert.Throws<ArgumentException>(() => x.ToArray<short>());
    }

    [Fact]
    public void Writing_through_a_callback_counts_as_a_change()
    {
        Tensor x = Tensor.From([1.0, 2, 3, 4], [2, 2]), w = Tensor.From([1.0, 1, 1, 1], [2, 2]).RequireGrad();
        Tensor y = (x * w).Sum();
        x.Transpose().Write<double>(v => v[1] = 30); // element (1, 0) of x, through a copy
        Assert.Equal([1.0, 2, 30, 4], x.ToArray<double>());
        Assert.Throws<GradientException>(() => y.Backward());
        Assert.Throws<GradientException>(() => w.Write<double>(v => v.Clear()));
        using (Autograd.NoGrad()) w.Write<double>(v => v.Clear());
        Assert.Equal([0.0, 0, 0, 0], w.ToArray<double>());
        Assert.Throws<ShapeException>(() => Tensor.Zeros([1]).Expand(3).Write<float>(v => v.Clear()));
    }

    [Fact]
    public void Strided_data_as_System_Numerics_Tensors_lays_it_out()
    {
        float[] data = [0, 1, 2, 3, 4, 5, 6, 7];
        Assert.Equal([0f, 1, 4, 5], Tensor.From(data, [(nint)2, 2], [(nint)4, 1]).ToArray<float>());
        Assert.Equal([0f, 4, 1, 5], Tensor.From<float>(data, [(nint)2, 2], [(nint)1, 4]).ToArray<float>());
        Assert.Equal([3f, 3, 3], Tensor.From<float>(data.AsSpan(3), [(nint)3], [(nint)0]).ToArray<float>());
        Assert.Empty(Tensor.From<float>([], [(nint)0, 5], [(nint)5, 1]).ToArray<float>());
        float[] target = new float[6];
        Tensor.From([1f, 2, 3, 4], [2, 2]).CopyTo<float>(target, [(nint)3, 1]);
        Assert.Equal([1f, 2, 0, 3, 4, 0], target);
        Assert.Contains("reach element 9 of a span of 8", Assert.Throws<ShapeException>(() => Tensor.From<float>(data, [(nint)2, 2], [(nint)8, 1])).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Tensor.From<float>(data, [(nint)2], [(nint)1, 1]));
        Assert.Throws<ShapeException>(() => Tensor.From<float>(data, [(nint)2], [(nint)(-1)]));
        Assert.Throws<ShapeException>(() => Tensor.From([1f, 2]).CopyTo<float>(new float[2], [(nint)2]));
    }

    [Fact]
    public void BFloat16_bits()
    {
        Tensor x = Tensor.FromBFloat16Bits([0x3F80, 0xC000, 0x7FC0], [3]);
        Assert.Equal([1f, -2, float.NaN], x.To(DType.Float32).ToArray<float>());
        Assert.Equal(new ushort[] { 0xC000 }, x[1].ToBFloat16Bits());
        Assert.Throws<DTypeException>(() => Tensor.Zeros([1]).ToBFloat16Bits());
        Assert.Throws<ShapeException>(() => Tensor.FromBFloat16Bits([1], [2]));
    }
}
