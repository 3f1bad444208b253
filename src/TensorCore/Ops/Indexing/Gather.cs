namespace TensorCore;

/// <summary>y[o, k, i] = x[o, index[o, k, i], i] along an axis;  dx = dy added at these positions, in the order of k.</summary>
internal sealed class Gather : Op, IOp
{
    private readonly int _axis;
    private readonly Tensor _index; // checked, int64, nobody else's
    private Shape _shape;

    internal Gather(int axis, Tensor index) => (_axis, _index) = (axis, index);

    /// <inheritdoc/>
    public static string OpName => "gather";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0];
        _shape = x.Shape;
        // The index may be shorter than x along the other axes.
        Tensor part = ScatterAdd.Reached(x, _index, _axis).Contiguous();
        Tensor y = Tensor.Empty(_index.Sizes, x.DType, x.Device);
        (long outer, long n, long inner) = IndexSelect.Layout(part.Sizes, _axis);
        y.Device.Backend.Gather(part, _index, y, outer, n, inner, _index.Sizes[_axis]);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (dx.Needs(0)) dx.Add(0, Op.Apply(new ScatterAdd(_axis, _index, _shape), dy), fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        (Tensor x, Tensor index, int axis) = ScatterAdd.SampleInputs(g);
        return OpSample.Of($"{x.Shape} axis {axis} at {index.Shape}", [x, index], t => t[0].Gather(axis, t[1]));
    }
}

/// <summary>y = x (or zeros) with s[o, k, i] added at y[o, index[o, k, i], i];  dx = dy, ds[o, k, i] = dy[o, index[o, k, i], i].</summary>
internal sealed class ScatterAdd : Op, IOp
{
    private readonly int _axis;
    private readonly Tensor _index;
    private readonly Shape? _zeros;

    /// <summary>With a shape the elements go into zeros and the op has one input, s; else its inputs are x and s.</summary>
    internal ScatterAdd(int axis, Tensor index, Shape? zeros = null) => (_axis, _index, _zeros) = (axis, index, zeros);

    /// <inheritdoc/>
    public static string OpName => "scatter_add";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor s = inputs[^1];
        Tensor y = _zeros is Shape shape ? Tensor.Zeros(shape, s.DType, s.Device) : inputs[0].Clone();
        Into(s, _index, y, _axis, add: true);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        int source = _zeros is null ? 1 : 0;
        if (source == 1) dx.Add(0, dy);
        if (dx.Needs(source)) dx.Add(source, Op.Apply(new Gather(_axis, _index), dy), fresh: true);
    }

    /// <summary>The part of x that an index reaches: all of the axis, the others cut to the index's sizes; an unrecorded view.</summary>
    internal static Tensor Reached(Tensor x, Tensor index, int axis)
    {
        int[] sizes = index.Sizes.ToArray();
        sizes[axis] = x.Sizes[axis];
        return Region.Box(x.Shape, new int[x.Rank], sizes).ViewOf(x);
    }

    /// <summary>Writes or adds s into y at the index's positions; unrecorded.</summary>
    internal static void Into(Tensor s, Tensor index, Tensor y, int axis, bool add)
    {
        IBackend backend = y.Device.Backend;
        Tensor part = Reached(y, index, axis), target = part.Contiguous();
        (long outer, long n, long inner) = IndexSelect.Layout(target.Sizes, axis);
        if (add) backend.ScatterAdd(s.Contiguous(), index, target, outer, n, inner, index.Sizes[axis]);
        else backend.Scatter(s.Contiguous(), index, target, outer, n, inner, index.Sizes[axis]);
        if (!ReferenceEquals(part, target)) backend.Copy(target, part);
    }

    internal static (Tensor X, Tensor Index, int Axis) SampleInputs(SampleGenerator g)
    {
        int[] shape = g.Shape(minRank: 1);
        int axis = g.Axis(shape.Length), a = axis < 0 ? axis + shape.Length : axis;
        shape[a] = Math.Max(shape[a], 1);
        Tensor x = g.Tensor(shape);
        int[] index = [.. shape.Select(n => g.Chance(4) ? g.Choose(n + 1) : n)];
        index[a] = g.Size();
        return (x, g.Indices(index, shape[a]), axis);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        (Tensor x, Tensor index, int axis) = SampleInputs(g);
        Tensor s = g.Tensor(index.Shape);
        return OpSample.Of($"{x.Shape} axis {axis} plus {s.Shape}", [x, index, s], t => t[0].ScatterAdd(axis, t[1], t[2]));
    }
}

/// <summary>
/// y = x with y[o, index[o, k, i], i] = s[o, k, i], for one (o, i) in the order of k;  dx = dy, 0 where written; ds = dy where written, 0 for elements that a
/// later one overwrote.
/// </summary>
internal sealed class Scatter : Op, IOp
{
    private readonly int _axis;
    private readonly Tensor _index;

    internal Scatter(int axis, Tensor index) => (_axis, _index) = (axis, index);

    /// <inheritdoc/>
    public static string OpName => "scatter";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor y = inputs[0].Clone();
        TensorCore.ScatterAdd.Into(inputs[1], _index, y, _axis, add: false);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (dx.Needs(0)) dx.Add(0, Op.Apply(new Scatter(_axis, _index), dy, Tensor.Zeros(_index.Shape, dy.DType, dy.Device)), fresh: true);
        if (!dx.Needs(1)) return;
        Tensor ds = Op.Apply(new Gather(_axis, _index), dy);
        dx.Add(1, Tensor.Where(Survivors(dy), ds, Tensor.Zeros([], dy.DType, dy.Device)), fresh: true);
    }

    /// <summary>True for the elements of the source that no later one overwrote: those whose number still stands where they wrote it.</summary>
    private Tensor Survivors(Tensor y)
    {
        using (Autograd.NoGrad())
        {
            Tensor number = Tensor.Arange(_index.Count).To(y.Device).Reshape(_index.Shape);
            Tensor written = Op.Apply(new Scatter(_axis, _index), Tensor.Zeros(y.Shape, DType.Int64, y.Device), number);
            return Op.Apply(new Gather(_axis, _index), written) == number;
        }
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        (Tensor x, Tensor index, int axis) = TensorCore.ScatterAdd.SampleInputs(g);
        if (g.Chance(4)) return OpSample.Of($"{x.Shape} axis {axis} number at {index.Shape}", [x, index], t => t[0].Scatter(axis, t[1], 0.5));
        Tensor s = g.Tensor(index.Shape);
        return OpSample.Of($"{x.Shape} axis {axis} from {s.Shape}", [x, index, s], t => t[0].Scatter(axis, t[1], t[2]));
    }
}

internal partial interface IBackend
{
    /// <summary>y[o, k, i] = x[o, index[o, k, i], i] for k below <paramref name="picks"/>; contiguous, index int64 and in range.</summary>
    void Gather(Tensor x, Tensor index, Tensor y, long outer, long n, long inner, long picks);

    /// <summary>y[o, index[o, k, i], i] = s[o, k, i], for one (o, i) in the order of k.</summary>
    void Scatter(Tensor s, Tensor index, Tensor y, long outer, long n, long inner, long picks);

    /// <summary>y[o, index[o, k, i], i] += s[o, k, i], for one (o, i) in the order of k.</summary>
    void ScatterAdd(Tensor s, Tensor index, Tensor y, long outer, long n, long inner, long picks);
}

public sealed partial class Tensor
{
    /// <summary>
    /// For each element of <paramref name="index"/> the element of this tensor at that position along the axis and at the same place along the others:
    /// <c>y[i, j] = x[i, index[i, j]]</c> for axis 1. Negative indices count from the end.
    /// </summary>
    /// <exception cref="ShapeException">The index has another rank, is longer along another axis, or a value is out of range.</exception>
    /// <exception cref="DTypeException">The index is not int64 or int32.</exception>
    public Tensor Gather(int axis, Tensor index) => Op.Apply(new Gather(Shape.Axis(axis), CheckedIndex("gather", axis, index)), this);

    /// <summary>
    /// This tensor with the elements of <paramref name="source"/> at the positions of <paramref name="index"/> along the axis: <c>y[i, index[i, j]] = source[i, j]</c>
    /// for axis 1. Where a position is named twice, the last stays.
    /// </summary>
    /// <exception cref="ShapeException">Index and source have different shapes, do not fit this tensor, or a value is out of range.</exception>
    /// <exception cref="DTypeException">The index is not int64 or int32, or the source has another dtype.</exception>
    public Tensor Scatter(int axis, Tensor index, Tensor source)
    {
        Tensor positions = CheckedIndex("scatter", axis, index, source);
        return Op.Apply(new Scatter(Shape.Axis(axis), positions), this, source);
    }

    /// <summary>This tensor with a number at the positions of <paramref name="index"/> along the axis.</summary>
    /// <exception cref="ShapeException">The index does not fit this tensor, or a value is out of range.</exception>
    /// <exception cref="DTypeException">The index is not int64 or int32.</exception>
    public Tensor Scatter(int axis, Tensor index, double value) => Scatter(axis, index, Full(index.Shape, value, DType, Device));

    /// <summary>As <see cref="Scatter(int, Tensor, Tensor)"/>, but adding: <c>y[i, index[i, j]] += source[i, j]</c> for axis 1, in order.</summary>
    /// <exception cref="ShapeException">Index and source have different shapes, do not fit this tensor, or a value is out of range.</exception>
    /// <exception cref="DTypeException">The index is not int64 or int32, or the source has another dtype.</exception>
    public Tensor ScatterAdd(int axis, Tensor index, Tensor source)
    {
        Tensor positions = CheckedIndex("scatter add", axis, index, source);
        return Op.Apply(new ScatterAdd(Shape.Axis(axis), positions), this, source);
    }

    private Tensor CheckedIndex(string op, int axis, Tensor index, Tensor? source = null)
    {
        int a = Shape.Axis(axis);
        bool fits = index.Rank == Rank;
        for (int i = 0; fits && i < Rank; i++) fits = i == a || index._sizes[i] <= _sizes[i];
        if (!fits) throw new ShapeException($"{op} on axis {axis} of {Shape}: an index of shape {index.Shape} does not fit: it needs {Rank} axes, none but that one longer");
        if (source is not null)
        {
            if (source.Shape != index.Shape) throw new ShapeException($"{op}: index {index.Shape} and source {source.Shape} must have one shape");
            RequireSameDType(op, source);
        }
        using (Autograd.NoGrad()) return IndexTensors.Checked(index, _sizes[a], a, Shape, op);
    }
}
