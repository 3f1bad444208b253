namespace TensorCore;

/// <summary>y[o, k, i] = x[o, index[k], i] along an axis;  dx = dy added at these positions, in order.</summary>
internal sealed class IndexSelect : Op, IOp
{
    private readonly int _axis;
    private readonly Tensor _index; // checked, int64, nobody else's
    private Shape _shape;

    internal IndexSelect(int axis, Tensor index) => (_axis, _index) = (axis, index);

    /// <inheritdoc/>
    public static string OpName => "index_select";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0].Contiguous();
        _shape = x.Shape;
        int[] sizes = x.Sizes.ToArray();
        sizes[_axis] = _index.Sizes[0];
        Tensor y = Tensor.Empty(sizes, x.DType, x.Device);
        (long outer, long n, long inner) = Layout(x.Sizes, _axis);
        y.Device.Backend.IndexSelect(x, _index, y, outer, n, inner);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (!dx.Needs(0)) return;
        if (dx.Existing(0) is Tensor into)
        {
            IndexAdd.AddRows(dy, _index, into, _axis);
        }
        else dx.Add(0, Op.Apply(new IndexAdd(_axis, _index, _shape), dy), fresh: true);
    }

    /// <summary>A shape as (outer, n, inner) around an axis.</summary>
    internal static (long Outer, long N, long Inner) Layout(ReadOnlySpan<int> sizes, int axis) =>
        (Shape.ElementCount(sizes[..axis]), sizes[axis], Shape.ElementCount(sizes[(axis + 1)..]));

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int[] shape = g.Shape(minRank: 1);
        if (g.Chance())
        {
            Tensor whole = g.Tensor(shape);
            TensorIndex[] indices = IndexSamples.Advanced(g, whole.Shape);
            return OpSample.Of($"{whole.Shape} [{string.Join(", ", indices)}]", [whole], t => t[0][indices]);
        }
        int axis = g.Axis(shape.Length);
        ref int n = ref shape[axis < 0 ? axis + shape.Length : axis];
        n = Math.Max(n, 1);
        Tensor x = g.Tensor(shape), index = g.Indices([g.Size()], n);
        return OpSample.Of($"{x.Shape} axis {axis} at {index.Count}", [x, index], t => t[0].IndexSelect(axis, t[1]));
    }
}

/// <summary>y = x (or zeros) with the rows of s added at y[o, index[k], i], in order;  dx = dy, ds[o, k, i] = dy[o, index[k], i].</summary>
internal sealed class IndexAdd : Op, IOp
{
    private readonly int _axis;
    private readonly Tensor _index;
    private readonly Shape? _zeros;

    /// <summary>With a shape the rows go into zeros and the op has one input, s; else its inputs are x and s.</summary>
    internal IndexAdd(int axis, Tensor index, Shape? zeros = null) => (_axis, _index, _zeros) = (axis, index, zeros);

    /// <inheritdoc/>
    public static string OpName => "index_add";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor s = inputs[^1];
        Tensor y = _zeros is Shape shape ? Tensor.Zeros(shape, s.DType, s.Device) : inputs[0].Clone();
        AddRows(s, _index, y, _axis);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        int source = _zeros is null ? 1 : 0;
        if (source == 1) dx.Add(0, dy);
        if (dx.Needs(source)) dx.Add(source, Op.Apply(new IndexSelect(_axis, _index), dy), fresh: true);
    }

    /// <summary>y[o, index[k], i] += s[o, k, i]; y contiguous.</summary>
    internal static void AddRows(Tensor s, Tensor index, Tensor y, int axis)
    {
        (long outer, long n, long inner) = IndexSelect.Layout(y.Sizes, axis);
        y.Device.Backend.IndexAdd(s.Contiguous(), index, y, outer, n, inner);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int[] shape = g.Shape(minRank: 1);
        int axis = g.Axis(shape.Length);
        int a = axis < 0 ? axis + shape.Length : axis;
        shape[a] = Math.Max(shape[a], 1);
        Tensor x = g.Tensor(shape), index = g.Indices([g.Size()], shape[a]);
        shape[a] = (int)index.Count;
        Tensor s = g.Tensor(shape);
        return OpSample.Of($"{x.Shape} axis {axis} plus {s.Shape}", [x, index, s], t => t[0].IndexAdd(axis, t[1], t[2]));
    }
}

internal partial interface IBackend
{
    /// <summary>y[o, k, i] = x[o, index[k], i]; contiguous, index int64 and in range.</summary>
    void IndexSelect(Tensor x, Tensor index, Tensor y, long outer, long n, long inner);

    /// <summary>y[o, index[k], i] += s[o, k, i], for one (o, i) in the order of k.</summary>
    void IndexAdd(Tensor s, Tensor index, Tensor y, long outer, long n, long inner);

    /// <summary>y[o, index[k], i] = s[o, k, i], for one (o, i) in the order of k: the last stays.</summary>
    void IndexWrite(Tensor s, Tensor index, Tensor y, long outer, long n, long inner);
}

public sealed partial class Tensor
{
    /// <summary>The slices at the given positions along an axis, as a copy: position k of the result is position <c>index[k]</c> here. Negative indices count from the end.</summary>
    /// <exception cref="ShapeException">The index has not one axis, or a value is out of range.</exception>
    /// <exception cref="DTypeException">The index is not int64 or int32.</exception>
    public Tensor IndexSelect(int axis, Tensor index)
    {
        int a = Shape.Axis(axis);
        if (index.Rank != 1) throw new ShapeException($"index select: the index has shape {index.Shape}; it must have one axis");
        using (Autograd.NoGrad()) index = IndexTensors.Checked(index, _sizes[a], a, Shape, "index select");
        return Op.Apply(new IndexSelect(a, index), this);
    }

    /// <summary>This tensor with <c>source</c>'s slice k added to slice <c>index[k]</c> along an axis; a position may be named more than once.</summary>
    /// <exception cref="ShapeException">The source's shape is not this one with the index's length on the axis, or an index is out of range.</exception>
    /// <exception cref="DTypeException">The index is not int64 or int32, or the source has another dtype.</exception>
    public Tensor IndexAdd(int axis, Tensor index, Tensor source)
    {
        int a = Shape.Axis(axis);
        int[] expected = [.. _sizes];
        if (index.Rank == 1) expected[a] = (int)index.Count;
        if (index.Rank != 1 || source.Shape != new Shape(expected))
            throw new ShapeException($"index add into {Shape} along axis {axis}: an index of shape {index.Shape} and a source of shape {source.Shape}: the index must have one axis and the source shape {new Shape(expected)}");
        RequireSameDType("index add", source);
        using (Autograd.NoGrad()) index = IndexTensors.Checked(index, _sizes[a], a, Shape, "index add");
        return Op.Apply(new IndexAdd(a, index), this, source);
    }

    private void RequireSameDType(string op, Tensor source)
    {
        if (source.DType != DType) throw new DTypeException($"{op}: a {source.DType.Name()} source into a {DType.Name()} tensor: convert one with To");
        if ((DType == DType.Bool || (DType == DType.BFloat16 && !Device.IsCuda)) && op.EndsWith("add", StringComparison.Ordinal))
            throw new DTypeException($"{op}: {DType.Name()} {Shape}: adds float32, float64, int32 or int64; convert with To");
    }
}
