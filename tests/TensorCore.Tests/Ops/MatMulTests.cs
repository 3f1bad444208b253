using TensorCore.Cpu;

namespace TensorCore.Tests;

/// <summary>MatMul, Linear, Dot and Outer against numbers computed by hand and by naive loops.</summary>
public sealed class MatMulTests
{
    private static double[] Numbers(int count, int seed = 0) => [.. Enumerable.Range(0, count).Select(i => Math.Sin((i * 1.3) + seed) * 2)];

    private static Tensor Filled(int[] shape, int seed = 0) => Tensor.From(Numbers((int)Shape.Create(shape).Count, seed), shape);

    private static double[] Values(Tensor t) => t.Detach().To(DType.Float64).ToArray<double>();

    private static void Near(double[] expected, Tensor actual, double tolerance = 1e-12)
    {
        double[] a = Values(actual);
        Assert.Equal(expected.Length, a.Length);
        for (int i = 0; i < a.Length; i++) Assert.True(Math.Abs(expected[i] - a[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"element {i}: {a[i]} instead of {expected[i]}");
    }

    private static double[] Naive(double[] a, double[] b, int m, int n, int k)
    {
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
                for (int p = 0; p < k; p++) c[(i * n) + j] += a[(i * k) + p] * b[(p * n) + j];
        return c;
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void A_product_by_hand(DType dtype)
    {
        Tensor a = Tensor.From([1.0, 2, 3, 4, 5, 6], [2, 3]).To(dtype), b = Tensor.From([7.0, 8, 9, 10, 11, 12], [3, 2]).To(dtype);
        Tensor y = a.MatMul(b);
        Assert.Equal(dtype, y.DType);
        Assert.Equal<Shape>([2, 2], y.Shape);
        Assert.Equal([58.0, 64, 139, 154], Values(y));
        Assert.Equal(Values(y), Values(Tensor.MatMul(a, b)));
    }

    [Fact]
    public void Vectors_are_rows_on_the_left_and_columns_on_the_right()
    {
        Tensor v = Tensor.From([1.0, 2]), m = Tensor.From([1.0, 2, 3, 4], [2, 2]);
        Assert.Equal([7.0, 10], Values(v.MatMul(m)));
        Assert.Equal([5.0, 11], Values(m.MatMul(v)));
        Assert.Equal(0, v.MatMul(v).Rank);
        Assert.Equal(5, v.MatMul(v).Item());
        Assert.Equal(5, v.Dot(v).Item());
        Assert.Equal<Shape>([3, 4], Filled([3, 4, 2]).MatMul(Filled([2])).Shape);
        Assert.Equal<Shape>([3, 2], Filled([4]).MatMul(Filled([3, 4, 2])).Shape);
        Assert.Equal([3.0, 6, 4, 8], Values(Tensor.From([1.0, 2]).Outer(Tensor.From([3.0, 4])).Transpose()));
    }

    [Theory]
    [InlineData(new[] { 4, 3, 5 }, new[] { 4, 5, 2 }, new[] { 4, 3, 2 })]
    [InlineData(new[] { 4, 3, 5 }, new[] { 5, 2 }, new[] { 4, 3, 2 })]
    [InlineData(new[] { 3, 5 }, new[] { 4, 5, 2 }, new[] { 4, 3, 2 })]
    [InlineData(new[] { 2, 1, 3, 5 }, new[] { 4, 5, 2 }, new[] { 2, 4, 3, 2 })]
    [InlineData(new[] { 2, 4, 3, 5 }, new[] { 2, 1, 5, 2 }, new[] { 2, 4, 3, 2 })]
    [InlineData(new[] { 1, 5 }, new[] { 3, 5, 1 }, new[] { 3, 1, 1 })]
    public void Batch_axes_broadcast(int[] a, int[] b, int[] y)
    {
        Tensor left = Filled(a), right = Filled(b, 1);
        Tensor product = left.MatMul(right);
        Assert.Equal<Shape>(y, product.Shape);
        int m = y[^2], n = y[^1], k = a[^1];
        int[] batch = y[..^2];
        double[] all = Values(left.Expand([.. batch, m, k]).Clone()), other = Values(right.Expand([.. batch, k, n]).Clone());
        List<double> expected = [];
        for (int i = 0; i < Shape.Create(batch).Count; i++) expected.AddRange(Naive(all[(i * m * k)..((i + 1) * m * k)], other[(i * k * n)..((i + 1) * k * n)], m, n, k));
        Near([.. expected], product);
    }

    [Fact]
    public void Transposed_and_sliced_views_are_read_as_they_lie()
    {
        Tensor a = Filled([7, 6]), b = Filled([9, 7], 1);
        Tensor expected = a.Transpose().Clone().MatMul(b.Transpose().Clone());
        Near(Values(expected), a.Transpose().MatMul(b.Transpose()));
        // (B, T, H, D) → (B, H, T, D), the heads of attention, without a copy.
        Tensor x = Filled([2, 5, 3, 4]);
        Tensor heads = x.Permute(0, 2, 1, 3);
        Near(Values(heads.Clone().MatMul(heads.Transpose().Clone())), heads.MatMul(heads.Transpose()));
    }

    [Fact]
    public void Expanded_operands_work()
    {
        Tensor row = Filled([1, 4]).Expand(3, 4), column = Filled([4, 1], 2).Expand(4, 3);
        Near(Values(row.Clone().MatMul(column.Clone())), row.MatMul(column));
    }

    [Fact]
    public void An_inner_size_of_0_gives_zeros()
    {
        Assert.Equal(new double[6], Values(Tensor.Zeros([2, 0], DType.Float64).MatMul(Tensor.Zeros([0, 3], DType.Float64))));
        Assert.Equal<Shape>([2, 0], Tensor.Zeros([2, 3]).MatMul(Tensor.Zeros([3, 0])).Shape);
        Assert.Equal<Shape>([0, 2, 4], Tensor.Zeros([0, 2, 3]).MatMul(Tensor.Zeros([3, 4])).Shape);
        Assert.Equal(0, Tensor.Zeros([0]).Dot(Tensor.Zeros([0])).Item());
    }

    [Fact]
    public void A_weight_shared_by_an_empty_batch_has_gradient_zero()
    {
        Tensor w = Filled([3, 4]).RequireGrad();
        Tensor.Zeros([0, 2, 3], DType.Float64).MatMul(w).Sum().Backward();
        Assert.Equal(new double[12], Values(w.Grad!));
    }

    [Fact]
    public void NaN_and_infinity_reach_the_result()
    {
        Tensor a = Tensor.From([double.NaN, 0, 1, double.PositiveInfinity], [2, 2]);
        double[] y = Values(a.MatMul(Tensor.From([0.0, 1, 1, 2], [2, 2])));
        Assert.True(double.IsNaN(y[0]) && double.IsNaN(y[1]));
        Assert.Equal([double.PositiveInfinity, double.PositiveInfinity], y[2..]);
    }

    [Fact]
    public void Dtypes_are_promoted_and_integers_refused()
    {
        Assert.Equal(DType.Float64, Tensor.Ones([2, 2]).MatMul(Tensor.Ones([2, 2], DType.Float64)).DType);
        Assert.Equal(DType.Float32, Tensor.Ones([2, 2], DType.BFloat16).MatMul(Tensor.Ones([2, 2], DType.BFloat16)).DType);
        DTypeException e = Assert.Throws<DTypeException>(() => Tensor.Ones([2, 2], DType.Int32).MatMul(Tensor.Ones([2, 2], DType.Int32)));
        Assert.Contains("int32 (2, 2)", e.Message);
    }

    [Fact]
    public void Errors_name_the_shapes()
    {
        Assert.Equal("matmul: (3, 4) × (5, 6): inner sizes 4 and 5 differ", Assert.Throws<ShapeException>(() => Tensor.Ones([3, 4]).MatMul(Tensor.Ones([5, 6]))).Message);
        Assert.Contains("matmul: (2,) and (3,) do not broadcast", Assert.Throws<ShapeException>(() => Tensor.Ones([2, 3, 4]).MatMul(Tensor.Ones([3, 4, 6]))).Message);
        Assert.Contains("a scalar has no inner axis", Assert.Throws<ShapeException>(() => Tensor.Scalar(1).MatMul(Tensor.Ones([2]))).Message);
        Assert.Contains("two vectors of equal length", Assert.Throws<ShapeException>(() => Tensor.Ones([2]).Dot(Tensor.Ones([3]))).Message);
        Assert.Contains("two vectors", Assert.Throws<ShapeException>(() => Tensor.Ones([2, 2]).Outer(Tensor.Ones([3]))).Message);
    }

    [Fact]
    public void Gradients_add_to_what_a_leaf_holds()
    {
        Tensor w = Filled([3, 4]).RequireGrad(), x = Filled([2, 5, 3], 1);
        for (int i = 0; i < 3; i++) x.MatMul(w).Sum().Backward();
        Tensor once = x.Reshape(10, 3).Transpose().Clone().MatMul(Tensor.Ones([10, 4], DType.Float64));
        Near(Values(once * 3), w.Grad!);
    }

    [Fact]
    public void Linear_by_hand_in_both_weight_layouts()
    {
        Tensor x = Tensor.From([1.0, -2]), w = Tensor.From([1.0, 2, 3, 4, 5, 6], [3, 2]), b = Tensor.From([0.5, 0, -1]);
        Assert.Equal([-3.0, -5, -7], Values(x.Linear(w)));
        Assert.Equal([-2.5, -5, -8], Values(x.Linear(w, b)));
        Assert.Equal([-2.5, -5, -8], Values(x.Linear(w.Transpose().Clone(), b, inputFirst: true)));
        Assert.Equal([0.0, 0, 0], Values(x.Linear(w, b, Activation.Relu)));
        Assert.Equal([3.5, 5, 6], Values((-x).Linear(w, b, Activation.Relu)));
    }

    [Fact]
    public void Gelu_has_its_known_values()
    {
        // ½x(1 + tanh(√(2/π)(x + 0.044715x³))) computed with 40 digits.
        Tensor x = Tensor.From([-1000.0, -3, -1, 0, 1, 3, 1000], [7, 1]), one = Tensor.Ones([1, 1], DType.Float64);
        double[] expected = [.. Values(x).Select(v => 0.5 * v * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (v + (0.044715 * v * v * v)))))];
        Near(expected, x.Linear(one, null, Activation.GeluTanh), 1e-11);
        Assert.Equal(0.8411919906082767, Values(x.Linear(one, null, Activation.GeluTanh))[4], 1e-12);
        x.RequireGrad().Linear(one, null, Activation.GeluTanh).Sum().Backward();
        double[] slope = Values(x.Grad!);
        Assert.Equal([0.0, 0.5, 1.0], [slope[0], slope[3], slope[6]]);
    }

    [Fact]
    public void The_bias_gradient_of_many_rows_is_their_sum()
    {
        Tensor x = Filled([1000, 2]), w = Filled([70, 2], 1), b = Filled([70], 2).RequireGrad(), dy = Filled([1000, 70], 3);
        x.Linear(w, b).Backward(dy);
        Near(Values(dy.Sum(0)), b.Grad!, 1e-10);
    }

    [Fact]
    public void Linear_errors_name_the_shapes()
    {
        Tensor x = Tensor.Ones([5, 3]);
        Assert.Equal("linear: x (5, 3) and weight (3, 4) (out, in): the last size of x is 3, but the weight takes 4 inputs",
            Assert.Throws<ShapeException>(() => x.Linear(Tensor.Ones([3, 4]))).Message);
        Assert.Contains("so (3,) is needed", Assert.Throws<ShapeException>(() => x.Linear(Tensor.Ones([3, 3]), Tensor.Ones([4]))).Message);
        Assert.Contains("a matrix (out, in) is needed", Assert.Throws<ShapeException>(() => x.Linear(Tensor.Ones([3]))).Message);
        Assert.Contains("x is a scalar", Assert.Throws<ShapeException>(() => Tensor.Scalar(1).Linear(Tensor.Ones([3, 3]))).Message);
        Assert.Throws<DTypeException>(() => x.Linear(Tensor.Ones([3, 3]), Tensor.Ones([3], DType.Int32)));
    }
}
