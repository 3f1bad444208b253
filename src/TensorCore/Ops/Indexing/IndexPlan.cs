namespace TensorCore;

/// <summary>
/// An index expression resolved against a shape. First a region takes the slices, integers and new axes and leaves the axes of index tensors whole; then the
/// index tensors, broadcast and joined into one list of positions, pick from those axes seen as one.
/// </summary>
/// <remarks>
/// Where the axes of the picked elements go is NumPy's rule: in place of the indexed axes if index tensors and integers stand side by side in the
/// expression, else in front.
/// </remarks>
internal sealed class IndexPlan
{
    private readonly Shape _shape;
    private readonly List<int> _starts = [], _sizes = [], _backwards = [];
    private readonly List<(int Axis, int Step)[]> _steps = [];

    // Index tensors with the axis of the region that each picks from.
    private readonly List<(Tensor Indices, int Axis)> _picks = [];
    private int _placement = -1;
    private bool _apart;

    public IndexPlan(Shape shape, ReadOnlySpan<TensorIndex> indices)
    {
        _shape = shape;
        using (Autograd.NoGrad()) Resolve(indices);
        Region = new Region(shape, [.. _starts], [.. _sizes], [.. _steps]);
        Backwards = [.. _backwards];
        if (_picks.Count == 0) ResultShape = Region.Part;
        else JoinPicks();
    }

    public Region Region { get; }

    /// <summary>Axes of the region that a negative step runs through from their end.</summary>
    public int[] Backwards { get; }

    /// <summary>The shape of x[…].</summary>
    public Shape ResultShape { get; private set; }

    /// <summary>Positions (int64, checked, one axis) on the joined axis, or null if there are no index tensors.</summary>
    public Tensor? Positions { get; private set; }

    /// <summary>The order of the region's axes that puts the picked ones side by side; null if they are.</summary>
    public int[]? Order { get; private set; }

    /// <summary>The region's sizes, in that order, with the picked axes joined.</summary>
    public int[] Joined { get; private set; } = [];

    /// <summary>The joined axis.</summary>
    public int Axis { get; private set; }

    /// <summary>The joined axis replaced by the index tensors' axes.</summary>
    public int[] Picked { get; private set; } = [];

    /// <summary>The order of those axes that gives the result's; null if they have it.</summary>
    public int[]? Placement { get; private set; }

    /// <summary>The broadcast shape of the index tensors.</summary>
    public Shape PickShape { get; private set; }

    private void Resolve(ReadOnlySpan<TensorIndex> indices)
    {
        int consumed = 0, ellipses = 0;
        bool anyTensor = false;
        foreach (TensorIndex index in indices)
        {
            consumed += index.Consumes;
            if (index.Kind == TensorIndex.Form.Ellipsis) ellipses++;
            anyTensor |= index.Kind == TensorIndex.Form.Tensor;
        }
        if (consumed > _shape.Rank) throw new ShapeException($"too many indices for shape {_shape}: they take {consumed} axes and there are {_shape.Rank}");
        if (ellipses > 1) throw new ShapeException($"index of shape {_shape}: there may be one ellipsis, not {ellipses}");
        bool sideBySide = false, seen = false;
        foreach (TensorIndex index in indices)
        {
            bool picks = anyTensor && index.Kind is TensorIndex.Form.Tensor or TensorIndex.Form.Integer;
            if (picks && !seen) _placement = _sizes.Count;
            if (picks && seen && !sideBySide) _apart = true;
            seen |= picks;
            sideBySide = picks;
            if (index.Kind == TensorIndex.Form.Ellipsis) TakeWhole(_shape.Rank - consumed);
            else Take(index);
        }
        TakeWhole(_shape.Rank - _starts.Count);
    }

    private void TakeWhole(int axes)
    {
        for (; axes > 0; axes--) AddAxis(0, _shape.Span[_starts.Count], 1);
    }

    private void AddAxis(int start, int length, int step)
    {
        _steps.Add([(_starts.Count, step)]);
        _starts.Add(start);
        _sizes.Add(length);
    }

    private void Take(TensorIndex index)
    {
        int axis = _starts.Count;
        switch (index.Kind)
        {
            case TensorIndex.Form.Integer:
                _starts.Add(index.Position(_shape.Span[axis], axis, _shape));
                break;
            case TensorIndex.Form.NewAxis:
                _steps.Add([]);
                _sizes.Add(1);
                break;
            case TensorIndex.Form.Tensor when index.Indices!.DType == DType.Bool:
                TakeMask(index.Indices, axis);
                break;
            case TensorIndex.Form.Tensor:
                _picks.Add((index.Indices!.Detach(), _sizes.Count));
                AddAxis(0, _shape.Span[axis], 1);
                break;
            default:
                (int start, int length, int step) = index.Extent(_shape.Span[axis], axis, _shape);
                if (step < 0)
                {
                    // The same elements forwards; the reader turns the axis round.
                    if (length > 0) start += (length - 1) * step;
                    _backwards.Add(_sizes.Count);
                }
                AddAxis(length == 0 ? 0 : start, length, Math.Abs(step));
                break;
        }
    }

    /// <summary>A mask is the positions of its true elements: one index tensor for each of its axes.</summary>
    private void TakeMask(Tensor mask, int axis)
    {
        if (mask.Rank == 0) throw new ShapeException("index: a mask needs at least one axis; test a single bool in C#");
        for (int i = 0; i < mask.Rank; i++)
        {
            if (mask.Sizes[i] != _shape.Span[axis + i])
                throw new ShapeException($"a mask of shape {mask.Shape} does not fit axes {axis} to {axis + mask.Rank - 1} of shape {_shape}: sizes {mask.Sizes[i]} and {_shape.Span[axis + i]} differ at axis {axis + i}");
        }
        foreach (Tensor indices in IndexTensors.TruePositions(mask))
        {
            _picks.Add((indices, _sizes.Count));
            AddAxis(0, _shape.Span[_starts.Count], 1);
        }
    }

    private void JoinPicks()
    {
        Shape shape = Shape.Create([]);
        foreach ((Tensor indices, _) in _picks) shape = Shape.Broadcast(shape, indices.Shape, "index tensors");
        PickShape = shape;
        int[] axes = [.. _picks.Select(p => p.Axis)];
        int[] rest = [.. Enumerable.Range(0, _sizes.Count).Except(axes)];
        bool run = axes[^1] - axes[0] == axes.Length - 1;
        Axis = run ? axes[0] : 0;
        if (!run) Order = [.. axes, .. rest];
        int[] outer = [.. rest.Take(Axis).Select(a => _sizes[a])], inner = [.. rest.Skip(Axis).Select(a => _sizes[a])];
        Joined = [.. outer, checked((int)axes.Aggregate(1L, (n, a) => checked(n * _sizes[a]))), .. inner];
        Picked = [.. outer, .. shape.ToArray(), .. inner];
        Positions = IndexTensors.Join([.. _picks.Select(p => p.Indices)], [.. axes.Select(a => _sizes[a])], shape, _shape, [.. axes.Select(a => _steps[a][0].Axis)]);

        int front = _apart ? 0 : rest.Count(a => a < _placement);
        if (front != Axis)
        {
            // Axis i of the result is axis Placement[i] of Picked, where the index tensors' axes stand at Axis.
            IEnumerable<int> picks = Enumerable.Range(Axis, shape.Rank);
            int[] others = [.. Enumerable.Range(0, Picked.Length).Except(picks)];
            Placement = [.. others.Take(front), .. picks, .. others.Skip(front)];
        }
        ResultShape = new Shape(Placement is null ? Picked : [.. Placement.Select(a => Picked[a])]);
    }
}
