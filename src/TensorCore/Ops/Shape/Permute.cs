namespace TensorCore;

/// <summary>Axes in another order, a view: y's axis i is x's axis order[i];  dx = dy with the order undone.</summary>
internal sealed class Permute : Op, IOp
{
    private readonly int[] _order;

    internal Permute(int[] order) => _order = order;

    /// <inheritdoc/>
    public static string OpName => "permute";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override bool IsView => true;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0];
        int[] sizes = new int[x.Rank];
        long[] strides = new long[x.Rank];
        for (int i = 0; i < sizes.Length; i++) (sizes[i], strides[i]) = (x.Sizes[_order[i]], x.Strides[_order[i]]);
        return x.ViewAs(sizes, strides, x.Offset);
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        int[] inverse = new int[_order.Length];
        for (int i = 0; i < inverse.Length; i++) inverse[_order[i]] = i;
        dx.Add(0, dy.Permute(inverse));
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        Tensor x = g.Tensor(g.Shape(maxRank: 4));
        int[] order = g.Permutation(x.Rank);
        return OpSample.Of($"{x.Shape} order ({string.Join(", ", order)})", [x], t => t[0].Permute(order));
    }
}

public sealed partial class Tensor
{
    /// <summary>The axes in another order, as a view: axis i of the result is axis <c>order[i]</c> of this.</summary>
    /// <exception cref="ShapeException">Not each axis occurs once.</exception>
    public Tensor Permute(params ReadOnlySpan<int> order)
    {
        int[] axes = new int[order.Length];
        bool[] seen = new bool[Rank];
        bool valid = order.Length == Rank;
        for (int i = 0; i < order.Length && valid; i++)
        {
            axes[i] = Shape.Axis(order[i]);
            valid = !seen[axes[i]];
            seen[axes[i]] = true;
        }
        if (!valid) throw new ShapeException($"permute {Shape} by ({string.Join(", ", order.ToArray())}): each of the {Rank} axes must occur once");
        return Op.Apply(new Permute(axes), this);
    }

    /// <summary>Two axes swapped, as a view; without arguments the last two: the matrix transpose.</summary>
    public Tensor Transpose(int axis1 = -2, int axis2 = -1)
    {
        int[] order = [.. Enumerable.Range(0, Rank)];
        int a = Shape.Axis(axis1), b = Shape.Axis(axis2);
        (order[a], order[b]) = (order[b], order[a]);
        return Permute(order);
    }
}
