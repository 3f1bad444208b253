namespace TensorCore;

/// <summary>y = a regular part of x, a view;  dx = dy in that part, 0 elsewhere.</summary>
internal sealed class Slice : Op, IOp
{
    private readonly Region _region;

    internal Slice(Region region) => _region = region;

    /// <inheritdoc/>
    public static string OpName => "slice";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override bool IsView => true;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs) => _region.ViewOf(inputs[0]);

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (!dx.Needs(0)) return;
        // The parts of a split share one buffer instead of bringing a padded one each.
        if (dx.Existing(0) is Tensor whole)
        {
            whole.MarkChanged("slice");
            whole.Device.Backend.AddStrided(dy, _region.ViewOf(whole));
        }
        else dx.Add(0, Op.Apply(new Pad(_region, 0), dy), fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        Tensor x = g.Tensor(g.Shape(maxRank: 4));
        if (x.Rank >= 2 && g.Chance(5))
        {
            int offset = g.Choose(5) - 2;
            return OpSample.Of($"{x.Shape} diagonal {offset}", [x], t => t[0].Diagonal(offset, 0, -1));
        }
        TensorIndex[] indices = IndexSamples.Basic(g, x.Shape);
        return OpSample.Of($"{x.Shape} [{string.Join(", ", indices)}]", [x], t => t[0][indices]);
    }
}

/// <summary>y = x in a regular part, a constant elsewhere;  dx = dy of that part.</summary>
internal sealed class Pad : Op, IOp
{
    private readonly Region _region;
    private readonly double _value;

    internal Pad(Region region, double value) => (_region, _value) = (region, value);

    /// <inheritdoc/>
    public static string OpName => "pad";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor y = Tensor.Full(_region.Whole, _value, inputs[0].DType, inputs[0].Device);
        y.Device.Backend.Copy(inputs[0], _region.ViewOf(y));
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx) => dx.Add(0, Op.Apply(new Slice(_region), dy));

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        Tensor x = g.Tensor(g.Shape(minRank: 1, maxRank: 3));
        if (g.Chance(5)) return OpSample.Of($"{x.Shape} on a diagonal", [x], t => t[0].DiagonalEmbed(-1));
        (int, int)[] padding = new (int, int)[1 + g.Choose(x.Rank)];
        for (int i = 0; i < padding.Length; i++) padding[i] = (g.Choose(3), g.Choose(3));
        double value = g.OneOf(0, 1.5);
        return OpSample.Of($"{x.Shape} by {string.Join(" ", padding)} with {value}", [x], t => t[0].Pad(padding, value));
    }
}

internal partial interface IBackend
{
    /// <summary>y += x, of the same shape and dtype, each with strides of its own.</summary>
    void AddStrided(Tensor x, Tensor y);
}

public sealed partial class Tensor
{
    /// <summary>The indices <paramref name="start"/> … <paramref name="start"/> + <paramref name="length"/> − 1 along an axis, as a view.</summary>
    /// <exception cref="ShapeException">They reach outside the axis.</exception>
    public Tensor Narrow(int axis, int start, int length)
    {
        int a = Shape.Axis(axis);
        if (start < 0 || length < 0 || start > _sizes[a] - length)
            throw new ShapeException($"narrow axis {axis} of {Shape} to {length} from {start}: the axis has size {_sizes[a]}");
        return Op.Apply(new Slice(Region.Along(Shape, a, start, length)), this);
    }

    /// <summary>
    /// The tensor in a larger one that is <paramref name="value"/> around it. Each pair is what comes before and after along an axis; fewer pairs than
    /// axes belong to the last axes.
    /// </summary>
    /// <exception cref="ShapeException">More pairs than axes, or a negative width.</exception>
    public Tensor Pad(ReadOnlySpan<(int Before, int After)> padding, double value = 0)
    {
        if (padding.Length > Rank) throw new ShapeException($"pad {Shape}: {padding.Length} pairs for {Rank} axes");
        int[] whole = [.. _sizes], starts = new int[Rank];
        for (int i = 0; i < padding.Length; i++)
        {
            (int before, int after) = padding[i];
            int axis = Rank - padding.Length + i;
            if (before < 0 || after < 0) throw new ShapeException($"pad {Shape}: ({before}, {after}) on axis {axis}: widths must be 0 or more; cut with a slice");
            starts[axis] = before;
            whole[axis] = checked(_sizes[axis] + before + after);
        }
        return Op.Apply(new Pad(Region.Box(new Shape(whole), starts, [.. _sizes]), value), this);
    }

    /// <summary>The tensor with <paramref name="before"/> and <paramref name="after"/> elements of <paramref name="value"/> added along the last axis.</summary>
    /// <exception cref="ShapeException">A negative width, or a scalar.</exception>
    public Tensor Pad(int before, int after, double value = 0) => Pad([(before, after)], value);

    /// <summary>Parts of the given sizes along an axis, as views; the sizes add up to the axis's.</summary>
    /// <exception cref="ShapeException">They do not add up.</exception>
    public Tensor[] Split(ReadOnlySpan<int> sizes, int axis = 0)
    {
        int a = Shape.Axis(axis);
        long total = 0;
        bool negative = false;
        foreach (int size in sizes)
        {
            total += size;
            negative |= size < 0;
        }
        if (negative || total != _sizes[a])
            throw new ShapeException($"split axis {axis} of {Shape} into ({string.Join(", ", sizes.ToArray())}): the sizes must be 0 or more and add up to {_sizes[a]}");
        Tensor[] parts = new Tensor[sizes.Length];
        for (int i = 0, start = 0; i < parts.Length; start += sizes[i], i++) parts[i] = Narrow(a, start, sizes[i]);
        return parts;
    }

    /// <summary>Parts of size <paramref name="size"/> along an axis, as views; the last is smaller if the size does not divide the axis. An empty axis gives one empty part.</summary>
    /// <exception cref="ShapeException">The size is below 1.</exception>
    public Tensor[] Split(int size, int axis = 0)
    {
        int n = _sizes[Shape.Axis(axis)];
        if (size < 1) throw new ShapeException($"split axis {axis} of {Shape} into parts of {size}: the size must be at least 1");
        int[] sizes = new int[Math.Max(1, (n / size) + (n % size == 0 ? 0 : 1))];
        for (int i = 0; i < sizes.Length; i++) sizes[i] = Math.Min(size, n - (i * size));
        return Split(sizes, axis);
    }

    /// <summary>
    /// <paramref name="count"/> parts along an axis, as views, as equal as can be: the first ones are larger by one if the count does not divide the axis.
    /// </summary>
    /// <exception cref="ShapeException">The count is below 1.</exception>
    public Tensor[] Chunk(int count, int axis = 0)
    {
        int n = _sizes[Shape.Axis(axis)];
        if (count < 1) throw new ShapeException($"chunk axis {axis} of {Shape} into {count} parts: the count must be at least 1");
        int[] sizes = new int[count];
        for (int i = 0; i < count; i++) sizes[i] = (n / count) + (i < n % count ? 1 : 0);
        return Split(sizes, axis);
    }
}
