namespace TensorCore;

/// <summary>Axes of size 1 (and new leading axes) stretched without copying: stride 0;  dx = Σ dy over the stretched axes.</summary>
internal sealed class Expand : Op, IOp
{
    private readonly Shape _to;
    private Shape _from;

    internal Expand(Shape to) => _to = to;

    /// <inheritdoc/>
    public static string OpName => "expand";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override bool IsView => true;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0];
        _from = x.Shape;
        int lead = _to.Rank - x.Rank;
        long[] strides = new long[_to.Rank];
        for (int i = 0; i < x.Rank; i++) strides[lead + i] = x.Sizes[i] == 1 ? 0 : x.Strides[i];
        return x.ViewAs(_to.ToArray(), strides, x.Offset);
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx) => dx.Add(0, dy.SumTo(_from));

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int[] to = g.Shape(maxRank: 4).ToArray();
        int[] from = g.BroadcastableTo(to);
        Tensor x = g.Tensor(from);
        return OpSample.Of($"{x.Shape} to ({string.Join(", ", to)})", [x], t => t[0].Expand(to));
    }
}

public sealed partial class Tensor
{
    /// <summary>Stretches axes of size 1, and adds leading axes, without copying; −1 keeps a size.</summary>
    /// <exception cref="ShapeException">A size that is not 1 would change.</exception>
    public Tensor Expand(params ReadOnlySpan<int> shape)
    {
        int[] sizes = shape.ToArray();
        int lead = sizes.Length - Rank;
        for (int i = 0; i < sizes.Length && lead >= 0; i++)
        {
            int own = i < lead ? 1 : _sizes[i - lead];
            if (sizes[i] == -1 && i >= lead) sizes[i] = own;
            if (sizes[i] < 0 || (own != 1 && sizes[i] != own)) lead = -1;
        }
        if (lead < 0) throw new ShapeException($"expand {Shape} to ({string.Join(", ", shape.ToArray())}): only axes of size 1 and new leading axes can stretch");
        return sizes.AsSpan().SequenceEqual(_sizes) ? this : Op.Apply(new Expand(new Shape(sizes)), this);
    }

    /// <summary>Sums over the axes that broadcasting stretched, back to <paramref name="shape"/>.</summary>
    internal Tensor SumTo(Shape shape)
    {
        if (Shape == shape) return this;
        int lead = Rank - shape.Rank;
        List<int> axes = [];
        for (int i = 0; i < Rank; i++)
            if (i < lead || (shape.Span[i - lead] == 1 && _sizes[i] != 1)) axes.Add(i);
        return Sum(axes.ToArray(), keepDim: true).Reshape(shape);
    }
}
