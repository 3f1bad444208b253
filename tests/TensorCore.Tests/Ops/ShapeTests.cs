namespace TensorCore.Tests;

public sealed class ShapeTests
{
    private static Tensor Counted(params int[] shape) => Tensor.Arange(Shape.Create(shape).Count).Reshape(shape);

    private static void Same(Tensor actual, long[] values, params int[] shape)
    {
        Assert.Equal(new Shape(shape), actual.Shape);
        Assert.Equal(values, actual.ToArray<long>());
    }

    [Fact]
    public void Axes_come_and_go_as_views()
    {
        Tensor x = Counted(2, 1, 3).Transpose(0, 2); // (3, 1, 2), strided
        foreach (Tensor view in new[] { x.Squeeze(), x.Squeeze(1), x.Unsqueeze(0), x.Unsqueeze(-1), x.Reshape(3, 1, 1, 2), x.MoveAxis(0, -1), x.Flatten(0, 1) })
        {
            Assert.Same(x.Storage, view.Storage);
            Assert.Equal(x.Squeeze().ToArray<long>().Order(), view.ToArray<long>().Order());
        }
        Same(x.Squeeze(), [0, 3, 1, 4, 2, 5], 3, 2);
        Assert.Equal([1, 3, 1, 2], x.Unsqueeze(0).Shape);
        Assert.Equal([3, 1, 2, 1], x.Unsqueeze(-1).Shape);
        Same(x.MoveAxis(0, -1), [0, 1, 2, 3, 4, 5], 1, 2, 3);
        Same(x.Flatten(), [0, 3, 1, 4, 2, 5], 6); // this one must copy
        Assert.NotSame(x.Storage, x.Flatten().Storage);
        Same(Counted().Flatten(), [0], 1);
        Assert.Contains("its size is 3, not 1", Assert.Throws<ShapeException>(() => x.Squeeze(0)).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => x.Unsqueeze(5));
    }

    /// <summary>A reshape of any layout has the elements of the reshape of a contiguous copy, whether it is a view or not.</summary>
    [Fact]
    public void Reshapes_of_strided_tensors_keep_the_order() => Cases.Check(Cases.Count(300), choices =>
    {
        SampleGenerator g = new(choices);
        Tensor x = g.Tensor(g.Shape(maxRank: 4)).Detach();
        if (g.Chance(4)) x = x.Unsqueeze(0).Expand([g.PositiveSize(), .. x.Shape]);
        List<int> sizes = [];
        long rest = x.Count;
        while (rest > 1)
        {
            int factor = 1 + g.Choose((int)rest);
            while (rest % factor != 0) factor--;
            sizes.Add(factor);
            rest /= factor;
            if (factor == 1 && sizes.Count > 5) break;
        }
        sizes.Add((int)rest);
        Assert.Equal(x.Contiguous().ToArray<double>(), x.Reshape(sizes.ToArray()).ToArray<double>());
    });

    [Fact]
    public void Cat_and_stack()
    {
        Tensor a = Counted(2, 2), b = Counted(1, 2) + 10;
        Same(Tensor.Cat([a, b, a[..0]]), [0, 1, 2, 3, 10, 11], 3, 2);
        Same(Tensor.Cat([a, a], -1), [0, 1, 0, 1, 2, 3, 2, 3], 2, 4);
        Same(Tensor.Stack([a[0], a[1]], 1), [0, 2, 1, 3], 2, 2);
        Same(Tensor.Stack([Counted(), Counted()]), [0, 0], 2);
        Assert.Equal(DType.Float32, Tensor.Cat([a, Tensor.Ones([1, 2])]).DType);
        Assert.Contains("tensor 1 of shape (1, 3) does not fit tensor 0 of shape (2, 2)", Assert.Throws<ShapeException>(() => Tensor.Cat([a, Counted(1, 3)])).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Tensor.Cat([]));
        Assert.Throws<ShapeException>(() => Tensor.Stack([a, b]));
    }

    [Fact]
    public void Splits_are_views_that_add_up()
    {
        Tensor x = Counted(5, 2);
        Assert.Equal([2, 2, 1], x.Split(2).Select(p => p.Size(0)));
        Assert.Equal([2, 2, 1], x.Chunk(3).Select(p => p.Size(0)));
        Assert.Equal([1, 1, 1, 1, 1, 0, 0], x.Chunk(7).Select(p => p.Size(0)));
        Same(x.Split([1, 0, 4])[2], [2, 3, 4, 5, 6, 7, 8, 9], 4, 2);
        Same(x.Split([1, 1], axis: 1)[1], [1, 3, 5, 7, 9], 5, 1);
        Assert.All(x.Split(2), p => Assert.Same(x.Storage, p.Storage));
        Assert.Single(x[..0].Split(3));
        Assert.Contains("add up to 5", Assert.Throws<ShapeException>(() => x.Split([2, 2])).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => x.Narrow(0, 3, 3));
    }

    [Fact]
    public void The_parts_of_a_split_share_one_gradient_buffer()
    {
        Tensor x = Tensor.From([1.0, 2, 3, 4, 5, 6], [2, 3]).RequireGrad();
        Tensor[] p = x.Split(1, axis: 1);
        ((p[0] * p[2]).Sum() + (p[1] * p[1] * p[1]).Sum()).Backward();
        Assert.Equal([3.0, 12, 1, 6, 75, 4], x.Grad!.ToArray<double>());
    }

    [Fact]
    public void Flip_roll_tile_repeat()
    {
        Tensor x = Counted(2, 3);
        Same(x.Flip(1), [2, 1, 0, 5, 4, 3], 2, 3);
        Same(x.Flip(0, -1), [5, 4, 3, 2, 1, 0], 2, 3);
        Same(x.Roll(1), [2, 0, 1, 5, 3, 4], 2, 3);
        Same(x.Roll(-4), [1, 2, 0, 4, 5, 3], 2, 3);
        Same(x.Roll(1, 0), [3, 4, 5, 0, 1, 2], 2, 3);
        Same(Counted(2).Tile(2), [0, 1, 0, 1], 4);
        Same(Counted(2).Tile(2, 1), [0, 1, 0, 1], 2, 2);
        Same(Counted(2, 2).Tile(2), [0, 1, 0, 1, 2, 3, 2, 3], 2, 4);
        Same(Counted(2, 2).Repeat(2, 0), [0, 1, 0, 1, 2, 3, 2, 3], 4, 2);
        Same(Counted(2, 2).Repeat(2, 1), [0, 0, 1, 1, 2, 2, 3, 3], 2, 4);
        Same(Counted(2).Tile(0), [], 0);
        Assert.Throws<ShapeException>(() => x.Flip(1, -1));
    }

    [Fact]
    public void Pad_triangles_and_diagonals()
    {
        Tensor x = Counted(2, 2) + 1;
        Same(x.Pad([(1, 0), (0, 2)], 9), [9, 9, 9, 9, 1, 2, 9, 9, 3, 4, 9, 9], 3, 4);
        Same(x.Pad(1, 0), [0, 1, 2, 0, 3, 4], 2, 3);
        Assert.Throws<ShapeException>(() => x.Pad(-1, 0));
        Tensor m = Counted(3, 3) + 1;
        Same(m.Tril(), [1, 0, 0, 4, 5, 0, 7, 8, 9], 3, 3);
        Same(m.Tril(-1), [0, 0, 0, 4, 0, 0, 7, 8, 0], 3, 3);
        Same(m.Triu(1), [0, 2, 3, 0, 0, 6, 0, 0, 0], 3, 3);
        Same(m.Triu(-1), [1, 2, 3, 4, 5, 6, 0, 8, 9], 3, 3);
        Same(m.Tril(100), m.ToArray<long>(), 3, 3);
        Assert.Equal([1f, 0, 1, 1], Tensor.From([1f, float.NaN, 1, 1], [2, 2]).Tril().ToArray<float>());
        Same(m.Diagonal(), [1, 5, 9], 3);
        Same(m.Diagonal(1), [2, 6], 2);
        Same(m.Diagonal(-2), [7], 1);
        Same(m.Diagonal(5), [], 0);
        Same(Counted(2, 2, 3).Diagonal(0, 0, 1), [0, 9, 1, 10, 2, 11], 3, 2);
        Same((Counted(2) + 1).DiagonalEmbed(), [1, 0, 0, 2], 2, 2);
        Same((Counted(2) + 1).DiagonalEmbed(1), [0, 1, 0, 0, 0, 2, 0, 0, 0], 3, 3);
    }

    [Fact]
    public void Products_and_their_gradients_with_zeros()
    {
        Same((Counted(5) + 1).Prod(), [120]);
        Same((Counted(2, 3) + 1).Prod(0), [4, 10, 18], 3);
        Same((Counted(2, 3) + 1).Prod([0, 1], keepDim: true), [720], 1, 1);
        Same(Counted(2, 0).Prod(1), [1, 1], 2);
        Same(Counted(2, 3).Prod([]), [0, 1, 2, 3, 4, 5], 2, 3);
        Tensor x = Tensor.From([2.0, 0, 3, 5]).RequireGrad();
        x.Prod().Backward();
        Assert.Equal([0.0, 30, 0, 0], x.Grad!.ToArray<double>());
        Cases.Check(Cases.Count(40), choices =>
        {
            SampleGenerator g = new(choices);
            Tensor t = g.Tensor(g.Shape(maxRank: 3));
            int[] axes = g.Subset(t.Rank);
            GradCheck.Check(s => s[0].Prod(axes), [t], new GradCheck.Options { SecondOrder = true });
            double[] expected = t.Detach().ToArray<double>();
            Assert.Equal(expected.Aggregate(1.0, (p, v) => p * v), t.Detach().Prod().Item(), 1e-9);
        });
    }

    [Fact]
    public void Compositions_pass_the_gradient_check() => Cases.Check(Cases.Count(40), choices =>
    {
        SampleGenerator g = new(choices);
        Tensor x = g.Tensor(g.Shape(minRank: 2, maxRank: 3));
        int[] counts = [g.Choose(3), 1 + g.Choose(2)];
        int axis = g.Axis(x.Rank), shift = g.Choose(9) - 4, k = g.Choose(5) - 2;
        Func<Tensor[], Tensor> f = g.Choose(6) switch
        {
            0 => t => t[0].Tile(counts),
            1 => t => t[0].Repeat(2, axis),
            2 => t => t[0].Roll(shift, axis),
            3 => t => t[0].Tril(k),
            4 => t => t[0].Triu(k),
            _ => t => Tensor.Stack(t[0].Split(1, axis), axis),
        };
        GradCheck.Check(f, [x]);
    });

    /// <summary>The copy kernel against indices followed by hand, over shapes that reach its tiles, edges, long rows and strided targets.</summary>
    [Theory]
    [InlineData(DType.Bool)]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Copies_of_every_layout(DType dtype)
    {
        int[][] shapes = [[100, 67], [8, 8], [9, 130], [3, 70, 65], [2, 65, 3, 70], [70_000], [1, 140_000], [2, 70_000], [5, 1, 9, 2]];
        foreach (int[] shape in shapes)
        {
            Tensor x = Tensor.From(Counted(shape).ToArray<long>().Select(v => v % (dtype == DType.Bool ? 2 : 251)).ToArray(), shape).To(dtype);
            long[] values = x.To(DType.Int64).ToArray<long>();
            int[][] orders = [[.. Enumerable.Range(0, shape.Length)], [.. Enumerable.Range(0, shape.Length).Reverse()], [.. Enumerable.Range(1, shape.Length - 1), 0]];
            foreach (int[] order in orders)
            {
                Tensor view = x.Permute(order);
                long[] expected = new long[values.Length];
                for (long i = 0; i < expected.Length; i++)
                {
                    long rest = i, at = 0;
                    for (int axis = order.Length - 1; axis >= 0; axis--)
                    {
                        at += rest % view.Sizes[axis] * view.Strides[axis];
                        rest /= view.Sizes[axis];
                    }
                    expected[i] = values[at];
                }
                Assert.Equal(expected, view.Clone().To(DType.Int64).ToArray<long>());
                // Into a strided target, and from a reversed source.
                Tensor target = Tensor.Zeros([.. view.Sizes, 2], dtype)[TensorIndex.Ellipsis, 1];
                CpuBackend.CopyStrided(view, target);
                Assert.Equal(expected, target.To(DType.Int64).ToArray<long>());
                Tensor back = Tensor.Zeros(shape, dtype);
                CpuBackend.CopyStrided(view.Clone(), back.Permute(order));
                Assert.Equal(values, back.To(DType.Int64).ToArray<long>());
                int[] all = [.. Enumerable.Range(0, order.Length)];
                Assert.Equal(expected.Reverse(), view.Flip(all).To(DType.Int64).ToArray<long>());
            }
        }
    }
}
