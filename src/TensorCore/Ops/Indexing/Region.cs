namespace TensorCore;

/// <summary>
/// A regular part of a tensor of a given shape: where it starts along each axis, and for each axis of the part its size and the steps it makes in
/// the whole. Slices, single indices, new axes and diagonals are regions; no element belongs to one twice.
/// </summary>
internal sealed class Region
{
    private readonly int[] _starts;
    private readonly int[] _sizes;
    private readonly (int Axis, int Step)[][] _steps;

    /// <param name="whole">The shape of the tensor that the region is a part of.</param>
    /// <param name="starts">The first index along each axis of the whole.</param>
    /// <param name="sizes">The sizes of the part.</param>
    /// <param name="steps">For each axis of the part: the axes of the whole it moves along, and how far; none for a new axis.</param>
    public Region(Shape whole, int[] starts, int[] sizes, (int Axis, int Step)[][] steps) =>
        (Whole, _starts, _sizes, _steps) = (whole, starts, sizes, steps);

    public Shape Whole { get; }

    public Shape Part => new(_sizes);

    /// <summary>The indices <paramref name="start"/> … <paramref name="start"/> + <paramref name="length"/> − 1 of one axis, all of the others.</summary>
    public static Region Along(Shape whole, int axis, int start, int length)
    {
        int[] starts = new int[whole.Rank], sizes = whole.ToArray();
        (starts[axis], sizes[axis]) = (start, length);
        return Box(whole, starts, sizes);
    }

    /// <summary>A box of the whole.</summary>
    public static Region Box(Shape whole, int[] starts, int[] sizes)
    {
        (int, int)[][] steps = new (int, int)[whole.Rank][];
        for (int i = 0; i < steps.Length; i++) steps[i] = [(i, 1)];
        return new Region(whole, starts, sizes, steps);
    }

    /// <summary>The region of <paramref name="whole"/> as an unrecorded view; <paramref name="backwards"/> lists axes of the part that run from their end, for the copy kernel alone.</summary>
    public Tensor ViewOf(Tensor whole, params ReadOnlySpan<int> backwards)
    {
        long offset = whole.Offset;
        // An empty part may start at the end: its pointer must not leave the buffer.
        if (Part.Count > 0)
            for (int i = 0; i < _starts.Length; i++) offset += _starts[i] * whole.Strides[i];
        long[] strides = new long[_sizes.Length];
        for (int i = 0; i < strides.Length; i++)
            foreach ((int axis, int step) in _steps[i]) strides[i] += step * whole.Strides[axis];
        foreach (int axis in backwards)
        {
            if (Part.Count > 0) offset += (_sizes[axis] - 1) * strides[axis];
            strides[axis] = -strides[axis];
        }
        return whole.ViewAs([.. _sizes], strides, offset);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Part} of {Whole} from ({string.Join(", ", _starts)})";
}
