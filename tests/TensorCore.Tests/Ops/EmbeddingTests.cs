namespace TensorCore.Tests;

public sealed class EmbeddingTests
{
    [Fact]
    public void Looks_up_rows_for_indices_of_any_shape()
    {
        Tensor table = Tensor.From(new[] { 0f, 1, 10, 11, 20, 21 }, [3, 2]);
        Tensor y = table.Embedding(Tensor.From(new long[] { 2, 0, 2, 1 }, [2, 2]));
        Assert.Equal([2, 2, 2], y.Shape.ToArray());
        Assert.Equal([20f, 21, 0, 1, 20, 21, 10, 11], y.ToArray<float>());
        Assert.Equal([10f, 11], table.Embedding(Tensor.From(new[] { 1 }, [])).ToArray<float>()); // a scalar int32 index
        Assert.Equal([0, 2], table.Embedding(Tensor.Zeros([0], DType.Int64)).Shape.ToArray());
        Assert.Equal([20f, 10], Tensor.From(new[] { 0f, 10, 20 }).Embedding(Tensor.From(new long[] { 2, 1 })).ToArray<float>());
        Assert.Equal([7L, 5], Tensor.From(new[] { 5L, 7 }).Embedding(Tensor.From(new long[] { 1, 0 })).ToArray<long>()); // any dtype
        Assert.Equal([1f, 11, 21], table.Transpose().Embedding(Tensor.From(new long[] { 1 })).ToArray<float>());
    }

    // Row lengths around the vector widths and the 128 columns of a piece.
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(127)]
    [InlineData(129)]
    [InlineData(300)]
    public void The_gradient_adds_up_repeated_rows(int n)
    {
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            long[] index = [3, 1, 3, 3, 0];
            Tensor table = Near.Wave([5, n], dtype).RequireGrad(), dy = Near.Wave([5, n], dtype, 1);
            table.Embedding(Tensor.From(index)).Backward(dy);
            double[] expected = new double[5 * n], up = Near.Values(dy);
            for (int i = 0; i < 5; i++)
                for (int c = 0; c < n; c++) expected[(index[i] * n) + c] += up[(i * n) + c];
            Near.Equal(expected, table.Grad!);
        }
    }

    [Fact]
    public void A_tied_weight_adds_into_the_gradient_that_is_there()
    {
        Tensor table = Near.Wave([4, 3]).RequireGrad(), index = Tensor.From(new long[] { 2, 2 });
        // The later use of the table (as the output layer) is the first to give a gradient; the look-up adds to it.
        (table.Embedding(index).Sum(0) * table).Sum().Backward();
        double[] v = Near.Values(table), expected = new double[12];
        for (int c = 0; c < 3; c++)
        {
            double column = v[c] + v[3 + c] + v[6 + c] + v[9 + c];
            for (int r = 0; r < 4; r++) expected[(r * 3) + c] = (2 * v[6 + c]) + (r == 2 ? 2 * column : 0);
        }
        Near.Equal(expected, table.Grad!);

        Tensor before = table.Grad!;
        table.Embedding(index).Sum().Backward(); // gradient accumulation over two passes
        Assert.Same(before, table.Grad);
        for (int c = 0; c < 3; c++) expected[6 + c] += 2;
        Near.Equal(expected, table.Grad!);
    }

    [Fact]
    public void Wrong_indices_say_what_is_wrong()
    {
        Tensor table = Tensor.Zeros([10, 2]);
        string message = Assert.Throws<ShapeException>(() => table.Embedding(Tensor.From(new long[] { 1, 2, 3, 4, 10, 6 }, [2, 3]))).Message;
        Assert.Equal("embedding: index 10 at position [1, 1] is outside 0 … 9: there are 10 rows", message);
        Assert.Contains("index -1 at position [0]", Assert.Throws<ShapeException>(() => table.Embedding(Tensor.From(new[] { -1 }))).Message);
        Assert.Contains("float32", Assert.Throws<DTypeException>(() => table.Embedding(Tensor.Zeros([2]))).Message);
        Assert.Throws<ShapeException>(() => Tensor.Scalar(1).Embedding(Tensor.Zeros([1], DType.Int64)));
    }
}
