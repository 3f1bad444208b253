namespace TensorCore;

/// <summary>
/// What may stand between the brackets of <c>x[…]</c>: an int, <c>^1</c>, <c>1..3</c>, a tensor of indices or a bool mask (all by implicit conversion),
/// <see cref="Ellipsis"/>, <see cref="NewAxis"/> or a stepped <see cref="Slice"/>.
/// </summary>
public readonly struct TensorIndex
{
    internal enum Form
    {
        Integer,
        Range,
        Slice,
        Ellipsis,
        NewAxis,
        Tensor,
    }

    private readonly Range _range;
    private readonly int? _start, _stop;
    private readonly int _step;

    private TensorIndex(Form kind, Range range = default, int? start = null, int? stop = null, int step = 1, Tensor? indices = null) =>
        (Kind, _range, _start, _stop, _step, Indices) = (kind, range, start, stop, step, indices);

    internal Form Kind { get; }

    /// <summary>The index tensor or mask.</summary>
    internal Tensor? Indices { get; }

    /// <summary>All axes that the other indices leave over: <c>x[TensorIndex.Ellipsis, 0]</c> indexes the last axis. At most one in an index.</summary>
    public static TensorIndex Ellipsis => new(Form.Ellipsis);

    /// <summary>A new axis of size 1 at this place.</summary>
    public static TensorIndex NewAxis => new(Form.NewAxis);

    /// <summary>
    /// Every <paramref name="step"/>-th index from <paramref name="start"/> up to, not including, <paramref name="stop"/>, as Python's <c>start:stop:step</c>:
    /// negative bounds count from the end, bounds beyond the ends are cut off, a missing bound is the end in the step's direction. A negative step goes
    /// backwards (and copies where a positive one is a view).
    /// </summary>
    /// <exception cref="ShapeException">The step is 0.</exception>
    public static TensorIndex Slice(int? start = null, int? stop = null, int step = 1) =>
        step == 0 ? throw new ShapeException("slice: the step is 0") : new(Form.Slice, start: start, stop: stop, step: step);

    /// <summary>One index; negative counts from the end. Drops the axis.</summary>
    public static implicit operator TensorIndex(int index) => new(Form.Integer, start: index);

    /// <summary>One index; <c>^1</c> is the last. Drops the axis.</summary>
    public static implicit operator TensorIndex(Index index) => new(Form.Integer, range: new Range(index, index));

    /// <summary>The indices of a range. Unlike in <see cref="Slice"/>, it must lie within the axis, as everywhere in .NET.</summary>
    public static implicit operator TensorIndex(Range range) => new(Form.Range, range);

    /// <summary>
    /// Indices (int64 or int32, of any shape, negative counting from the end), or a bool mask over as many axes as it has. Several of them broadcast
    /// together and select element by element.
    /// </summary>
    public static implicit operator TensorIndex(Tensor indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        if (indices.DType is not (DType.Int64 or DType.Int32 or DType.Bool))
            throw new DTypeException($"index: a {indices.DType.Name()} tensor {indices.Shape} cannot index: use int64, int32 or a bool mask");
        return new(Form.Tensor, indices: indices);
    }

    /// <summary>How many axes of the indexed tensor it takes.</summary>
    internal int Consumes => Kind switch
    {
        Form.Ellipsis or Form.NewAxis => 0,
        Form.Tensor when Indices!.DType == DType.Bool => Indices.Rank,
        _ => 1,
    };

    /// <summary>The position that an integer means on an axis of size <paramref name="n"/>.</summary>
    internal int Position(int n, int axis, Shape shape)
    {
        int at;
        if (_start is int i) at = i < 0 ? i + n : i;
        else at = _range.Start.GetOffset(n);
        if ((uint)at >= (uint)n) throw new ShapeException($"index {this} is out of range for axis {axis} of size {n} (shape {shape})");
        return at;
    }

    /// <summary>First index, length and step of a range or slice on an axis of size <paramref name="n"/>; a negative step starts at the highest index.</summary>
    internal (int Start, int Length, int Step) Extent(int n, int axis, Shape shape)
    {
        if (Kind == Form.Range)
        {
            int from = _range.Start.GetOffset(n), to = _range.End.GetOffset(n);
            if (from < 0 || to > n || from > to) throw new ShapeException($"range {this} does not lie within axis {axis} of size {n} (shape {shape})");
            return (from, to - from, 1);
        }
        // In 64 bits: a bound or a step near int's limits must not wrap.
        long low = _step > 0 ? 0 : -1, high = _step > 0 ? n : n - 1;
        long start = Bound(_start, _step > 0 ? low : high), stop = Bound(_stop, _step > 0 ? high : low);
        long length = Math.Max(0, _step > 0 ? (stop - start + _step - 1) / _step : (start - stop - _step - 1) / -(long)_step);
        // A step over the whole axis is as good as any longer one, and fits the strides.
        return ((int)start, (int)length, length <= 1 ? Math.Sign(_step) : _step);

        long Bound(int? bound, long missing) => bound is int b ? Math.Clamp(b < 0 ? (long)b + n : b, low, high) : missing;
    }

    /// <summary>As it was written: <c>3</c>, <c>^1</c>, <c>1..3</c>, <c>4:0:-2</c>, <c>...</c>.</summary>
    public override string ToString() => Kind switch
    {
        Form.Integer => _start?.ToString() ?? _range.Start.ToString(),
        Form.Range => _range.ToString(),
        Form.Slice => $"{_start}:{_stop}:{_step}",
        Form.Ellipsis => "...",
        Form.NewAxis => "new axis",
        _ => $"{Indices!.DType.Name()} {Indices.Shape}",
    };
}
