namespace TensorCore;

/// <summary>The same elements in row-major order under other sizes;  dx = dy under the sizes of x.</summary>
internal sealed class Reshape : Op, IOp
{
    private readonly Shape _to;
    private Shape _from;

    internal Reshape(Shape to) => _to = to;

    /// <inheritdoc/>
    public static string OpName => "reshape";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override bool IsView => true;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0];
        _from = x.Shape;
        if (ViewStrides(x, _to) is long[] strides) return x.ViewAs(_to.ToArray(), strides, x.Offset);
        Tensor c = x.Contiguous();
        return c.ViewAs(_to.ToArray(), Tensor.ContiguousStrides(_to), c.Offset);
    }

    /// <summary>
    /// The strides under which x's elements appear in the same order in another shape; null if there are none. Axes are taken from the end; a run of
    /// x's axes that step evenly is one stretch of memory, which the new sizes must fill exactly.
    /// </summary>
    private static long[]? ViewStrides(Tensor x, Shape to)
    {
        if (x.IsContiguous) return Tensor.ContiguousStrides(to);
        long[] strides = new long[to.Rank];
        int at = to.Rank - 1;
        for (int i = x.Rank - 1; i >= 0;)
        {
            if (x.Sizes[i] == 1)
            {
                i--;
                continue;
            }
            long step = x.Strides[i], run = x.Sizes[i];
            for (i--; i >= 0 && (x.Sizes[i] == 1 || x.Strides[i] == step * run); i--) run *= x.Sizes[i];
            long filled = 1;
            while (filled < run && at >= 0)
            {
                strides[at] = step * filled;
                filled *= to.Span[at--];
            }
            if (filled != run) return null;
        }
        for (; at >= 0; at--) strides[at] = 1; // sizes of 1: any stride will do
        return strides;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx) => dx.Add(0, dy.Reshape(_from));

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int a = g.Size(), b = g.Size(), c = g.Size();
        Tensor x = g.Tensor([a, b, c]);
        int form = g.Choose(4);
        return OpSample.Of($"{x.Shape} form {form}", [x], t => form switch
        {
            0 => t[0].Reshape(a * b * c),
            1 => t[0].Reshape(a, b * c),
            2 => t[0].Reshape(c, 1, b, a),
            _ => t[0].Reshape(1, a * b, c),
        });
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// The same elements in row-major order under other sizes; one size may be −1 and is found from the rest. A view where the
    /// strides allow it (always if the elements are contiguous, or if only axes of size 1 come or go), else a copy.
    /// </summary>
    /// <exception cref="ShapeException">The number of elements differs.</exception>
    public Tensor Reshape(params ReadOnlySpan<int> shape)
    {
        int[] sizes = shape.ToArray();
        int free = -1;
        long known = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] == -1 && free < 0) free = i;
            else if (sizes[i] < 0) throw new ShapeException($"reshape {Shape} to ({string.Join(", ", sizes)}): one size may be -1, the others must be 0 or more");
            else known *= sizes[i];
        }
        if (free >= 0)
        {
            if (known == 0 || Count % known != 0) throw new ShapeException($"reshape {Shape} to ({string.Join(", ", sizes)}): {Count} elements do not divide by {known}");
            sizes[free] = checked((int)(Count / known));
            known *= sizes[free];
        }
        if (known != Count) throw new ShapeException($"reshape {Shape} to ({string.Join(", ", sizes)}): {Count} elements do not fill {known}");
        return Op.Apply(new Reshape(new Shape(sizes)), this);
    }
}
