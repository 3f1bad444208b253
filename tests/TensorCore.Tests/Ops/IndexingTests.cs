namespace TensorCore.Tests;

public sealed class IndexingTests
{
    private static Tensor Counted(params int[] shape) => Tensor.Arange(Shape.Create(shape).Count).Reshape(shape);

    private static void Same(Tensor actual, long[] values, params int[] shape)
    {
        Assert.Equal(new Shape(shape), actual.Shape);
        Assert.Equal(values, actual.ToArray<long>());
    }

    [Fact]
    public void Integers_ranges_and_ellipsis_give_views()
    {
        Tensor x = Counted(2, 3, 4);
        Same(x[1], [.. Enumerable.Range(12, 12).Select(i => (long)i)], 3, 4);
        Same(x[.., ^1], [8, 9, 10, 11, 20, 21, 22, 23], 2, 4);
        Same(x[0, 1..3, 0], [4, 8], 2);
        Same(x[TensorIndex.Ellipsis, 0], [0, 4, 8, 12, 16, 20], 2, 3);
        Same(x[0, TensorIndex.Ellipsis, ^1], [3, 7, 11], 3);
        Same(x[-1, -1, -1], [23]);
        Same(x[0, TensorIndex.NewAxis, 1], [4, 5, 6, 7], 1, 4);
        Same(x[TensorIndex.Ellipsis, TensorIndex.NewAxis][0, 0], [0, 1, 2, 3], 4, 1);
        Same(x[0, 0, 2..2], [], 0);
        Assert.Same(x.Storage, x[.., 1..2].Storage);
    }

    [Fact]
    public void Stepped_slices_follow_Python()
    {
        Tensor x = Counted(7);
        Same(x[TensorIndex.Slice(1, null, 2)], [1, 3, 5], 3);
        Same(x[TensorIndex.Slice(null, null, -1)], [6, 5, 4, 3, 2, 1, 0], 7);
        Same(x[TensorIndex.Slice(-2, 1, -2)], [5, 3], 2);
        Same(x[TensorIndex.Slice(-100, 100, 3)], [0, 3, 6], 3);
        Same(x[TensorIndex.Slice(5, 2)], [], 0);
        Same(x[TensorIndex.Slice(2, 5, -1)], [], 0);
        Same(x[TensorIndex.Slice(null, null, int.MinValue)], [6], 1);
        Same(x[TensorIndex.Slice(1, null, int.MaxValue)], [1], 1);
        Same(Counted(2, 3)[TensorIndex.Slice(null, null, -1), TensorIndex.Slice(null, null, -2)], [5, 3, 2, 0], 2, 2);
        Assert.Throws<ShapeException>(() => TensorIndex.Slice(0, 1, 0));
    }

    /// <summary>Every start, stop and step on small axes against the definition: start, start + step, … while before stop.</summary>
    [Fact]
    public void Every_slice_of_a_small_axis()
    {
        for (int n = 0; n <= 4; n++)
        {
            Tensor x = Counted(n);
            for (int step = -3; step <= 3; step++)
            {
                if (step == 0) continue;
                foreach (int? start in Bounds(n))
                {
                    foreach (int? stop in Bounds(n))
                    {
                        // A bound counts from the end if negative, then is cut to [0, n], backwards to [−1, n − 1].
                        int low = step > 0 ? 0 : -1, high = step > 0 ? n : n - 1;
                        int from = start is int s ? Math.Clamp(s < 0 ? s + n : s, low, high) : step > 0 ? low : high;
                        int to = stop is int t ? Math.Clamp(t < 0 ? t + n : t, low, high) : step > 0 ? high : low;
                        List<long> expected = [];
                        for (int i = from; step > 0 ? i < to : i > to; i += step) expected.Add(i);
                        Assert.Equal(expected, x[TensorIndex.Slice(start, stop, step)].ToArray<long>());
                    }
                }
            }
        }

        static IEnumerable<int?> Bounds(int n) => Enumerable.Range(-n - 2, (2 * n) + 5).Select(i => (int?)i).Append(null);
    }

    [Fact]
    public void Index_tensors_broadcast_and_count_from_the_end()
    {
        Tensor x = Counted(3, 4);
        Same(x[Tensor.From([2L, 0, -1])], [8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11], 3, 4);
        Same(x[Tensor.From([0, 2]), Tensor.From([1, -1])], [1, 11], 2);
        Same(x[Tensor.From([0L, 2]).Unsqueeze(1), Tensor.From([1L, 3])], [1, 3, 9, 11], 2, 2);
        Same(x[.., Tensor.From([3L, 0])], [3, 0, 7, 4, 11, 8], 3, 2);
        Same(x[(Tensor)1L], [4, 5, 6, 7], 4);
        Same(x[Tensor.Zeros([0], DType.Int64)], [], 0, 4);
        Same(x[1.., Tensor.From([0L])], [4, 8], 2, 1);
        Same(x[TensorIndex.Slice(null, null, -1), Tensor.From([0L])], [8, 4, 0], 3, 1);
    }

    [Fact]
    public void Picked_axes_go_where_NumPy_puts_them()
    {
        Tensor x = Counted(2, 3, 4), i = Tensor.From([0L, 1, 1, 0, 1]), j = Tensor.From([2L, 0, 1, 1, 3]);
        Assert.Equal([2, 5], x[.., i, j].Shape);          // side by side: in place
        Assert.Equal([5, 3], x[i, .., j].Shape);          // apart: in front
        Assert.Equal([5, 4], x[0, i].Shape);
        Assert.Equal([5, 3], x[0, .., j].Shape);          // an integer counts as an index tensor beside one
        Assert.Equal([5, 3], x[i, TensorIndex.Ellipsis, 0].Shape);
        Assert.Equal([3, 5], x[.., .., j][0].Shape);
        Assert.Equal([5, 1, 3], x[TensorIndex.NewAxis, i, .., 0].Shape);
        for (int k = 0; k < 5; k++)
        {
            long a = i.ToArray<long>()[k], b = j.ToArray<long>()[k];
            Assert.Equal(x[0, a == 0 ? 0 : 1, (int)b].Item(), x[.., i, j][0, k].Item());
            Assert.Equal(x[(int)a, 2, (int)b].Item(), x[i, .., j][k, 2].Item());
            Assert.Equal(x[0, 1, (int)b].Item(), x[0, .., j][k, 1].Item());
        }
    }

    [Fact]
    public void Masks_select_true_elements()
    {
        Tensor x = Counted(2, 3);
        Same(x[x > 2], [3, 4, 5], 3);
        Same(x[Tensor.From([false, true])], [3, 4, 5], 1, 3);
        Same(x[.., Tensor.From([true, false, true])], [0, 2, 3, 5], 2, 2);
        Same(x[x < 0], [], 0);
        Same(Counted(2, 2, 2)[Tensor.From([true, false, false, true], [2, 2])], [0, 1, 6, 7], 2, 2);
        Same(Counted(2, 2, 2)[0, Tensor.From([true, false, false, true], [2, 2])], [0, 3], 2);
    }

    [Fact]
    public void Wrong_indices_are_named()
    {
        Tensor x = Counted(2, 3);
        Contains("index 2 is out of range for axis 0 of size 2 (shape (2, 3))", () => x[2]);
        Contains("index -4 is out of range for axis 1 of size 3", () => x[0, -4]);
        Contains("index ^4 is out of range for axis 1 of size 3", () => x[0, ^4]);
        Contains("range 1..4 does not lie within axis 1 of size 3", () => x[0, 1..4]);
        Contains("too many indices for shape (2, 3): they take 3 axes", () => x[0, 0, 0]);
        Contains("one ellipsis", () => x[TensorIndex.Ellipsis, TensorIndex.Ellipsis]);
        Contains("index 5 is out of range for axis 1 of size 3", () => x[.., Tensor.From([0L, 5])]);
        Contains("index -3 is out of range for axis 0 of size 2", () => x[Tensor.From([-3])]);
        Contains("sizes 2 and 3 differ at axis 1", () => x[Tensor.From([true, false, true, false], [2, 2])]);
        Contains("do not broadcast", () => x[Tensor.From([0L, 1]), Tensor.From([0L, 1, 2])]);
        Assert.Throws<DTypeException>(() => x[Tensor.From([0f])]);
        Contains("value of shape (2,) does not fit a part of shape (3,)", () => x[0] = Tensor.From([1L, 2]));

        static void Contains(string part, Func<object> act) => Assert.Contains(part, Assert.Throws<ShapeException>(act).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Assignment_writes_in_place_and_broadcasts()
    {
        Tensor x = Counted(3, 4);
        x[1] = (Tensor)(-1);
        x[.., ^1] = Tensor.From([100L, 200, 300]);
        x.Assign(7, 0, TensorIndex.Slice(null, 3, 2));
        Same(x, [7, 1, 7, 100, -1, -1, -1, 200, 8, 9, 10, 300], 3, 4);
        x[x < 0] = (Tensor)0;
        x[Tensor.From([0L, 2, 2]), Tensor.From([0L, 1, 1])] = Tensor.From([50L, 60, 70]); // the last of two stays
        Same(x, [50, 1, 7, 100, 0, 0, 0, 200, 8, 70, 10, 300], 3, 4);
        x[.., Tensor.From([1L, 0])] = Tensor.From([1L, 2]);
        Same(x[.., 0..2], [2, 1, 2, 1, 2, 1], 3, 2);
        Tensor v = Counted(4);
        v[1..] = v[..^1]; // overlapping source
        Same(v, [0, 0, 1, 2], 4);
        v[TensorIndex.Slice(null, null, -1)] = v;
        Same(v, [2, 1, 0, 0], 4);
        Tensor t = Counted(2, 3);
        t.Transpose()[2] = Tensor.From([8L, 9]);
        Same(t, [0, 1, 8, 3, 4, 9], 2, 3);
        t[.., Tensor.From([true, false, true])] = Counted(2, 2);
        Same(t, [0, 1, 1, 2, 4, 3], 2, 3);
        Tensor f = Tensor.Zeros([2]);
        f[0] = Tensor.From([2.5]);
        Assert.Equal([2.5f, 0], f.ToArray<float>());
    }

    [Fact]
    public void Assigned_positions_of_every_kind_read_back() => Cases.Check(Cases.Count(200), choices =>
    {
        SampleGenerator g = new(choices);
        Tensor x = g.Tensor(g.Shape()).Detach().Clone(), before = x.Clone();
        TensorIndex[] indices = g.Chance() ? IndexSamples.Advanced(g, x.Shape) : IndexSamples.Basic(g, x.Shape);
        Tensor marks = Tensor.Zeros(x.Shape, DType.Float64);
        marks.Assign(1, indices);
        x.Assign(9, indices);
        Assert.Equal(Tensor.Where(marks == 1, Tensor.FullLike(x, 9), before).ToArray<double>(), x.ToArray<double>());
        Assert.All(x[indices].ToArray<double>(), v => Assert.Equal(9, v));
        // What is assigned is what is read, where no position is named twice.
        Tensor part = x[indices];
        if (part.Count != marks.Sum().Item()) return;
        Tensor v = Tensor.Arange(part.Count).Reshape(part.Shape).To(DType.Float64);
        x[indices] = v;
        Assert.Equal(v.ToArray<double>(), x[indices].ToArray<double>());
    });

    [Fact]
    public void Expanded_tensors_are_not_assigned_to() =>
        Assert.Contains("expanded", Assert.Throws<ShapeException>(() => Tensor.Zeros([1, 3]).Expand(2, 3)[0] = (Tensor)1f).Message, StringComparison.Ordinal);

    [Fact]
    public void Gather_scatter_and_index_add_by_hand()
    {
        Tensor x = Counted(2, 3), index = Tensor.From([2L, 0, -1, 1], [2, 2]);
        Same(x.Gather(1, index), [2, 0, 5, 4], 2, 2);
        Same(x.Gather(0, Tensor.From([1L, 0], [1, 2])), [3, 1], 1, 2);
        Same(x.Scatter(1, index, Tensor.From([10L, 20, 30, 40], [2, 2])), [20, 1, 10, 3, 40, 30], 2, 3);
        Same(x.Scatter(1, Tensor.From([1L, 1], [1, 2]), Tensor.From([7L, 8], [1, 2])), [0, 8, 2, 3, 4, 5], 2, 3);
        Same(x.ScatterAdd(1, Tensor.From([1L, 1], [1, 2]), Tensor.From([7L, 8], [1, 2])), [0, 16, 2, 3, 4, 5], 2, 3);
        Same(x.IndexAdd(0, Tensor.From([1L, 1]), Counted(2, 3)), [0, 1, 2, 6, 9, 12], 2, 3);
        Same(x.IndexSelect(1, Tensor.From([-1, 0])), [2, 0, 5, 3], 2, 2);
        Assert.Throws<ShapeException>(() => x.Gather(1, Tensor.From([3L], [1, 1])));
        Assert.Throws<ShapeException>(() => x.Gather(1, Tensor.From([0L])));
        Assert.Throws<ShapeException>(() => x.Gather(1, Tensor.Zeros([3, 1], DType.Int64)));
        Assert.Throws<ShapeException>(() => x.IndexAdd(0, Tensor.From([0L]), Counted(2, 3)));
        Assert.Throws<DTypeException>(() => x.ScatterAdd(1, index, Tensor.Zeros([2, 2])));
    }

    [Fact]
    public void Index_add_gives_the_same_bits_for_any_number_of_threads()
    {
        Tensor rows = Tensor.RandN([300, 700], generator: new Generator(1)), index = Tensor.RandInt([300], 0, 5, generator: new Generator(2));
        int before = TensorCore.Cpu.WorkerPool.Threads;
        float[] one, four;
        try
        {
            TensorCore.Cpu.WorkerPool.Threads = 1;
            one = Tensor.Zeros([5, 700]).IndexAdd(0, index, rows).ToArray<float>();
            TensorCore.Cpu.WorkerPool.Threads = 4;
            four = Tensor.Zeros([5, 700]).IndexAdd(0, index, rows).ToArray<float>();
        }
        finally
        {
            TensorCore.Cpu.WorkerPool.Threads = before;
        }
        Assert.Equal(one, four);
    }
}
