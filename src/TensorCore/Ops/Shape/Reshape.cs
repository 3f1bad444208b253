namespace TensorCore;

/// <summary>The same elements in row-major order under other sizes;  dx = dy under the sizes of x.</summary>
public sealed class Reshape : Op, IOp
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
        Tensor c = x.Contiguous();
        return c.ViewAs(_to.ToArray(), Tensor.ContiguousStrides(_to), c.Offset);
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
    /// elements are contiguous, else a copy.
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
