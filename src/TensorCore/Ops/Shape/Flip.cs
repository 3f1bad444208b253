namespace TensorCore;

/// <summary>y = x with some axes reversed, a copy;  dx = dy with the same axes reversed.</summary>
internal sealed class Flip : Op, IOp
{
    private readonly int[] _axes;

    internal Flip(int[] axes) => _axes = axes;

    /// <inheritdoc/>
    public static string OpName => "flip";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0], y = Tensor.EmptyLike(x);
        // The copy kernel alone understands negative strides.
        y.Device.Backend.Copy(Region.Box(x.Shape, new int[x.Rank], x.Sizes.ToArray()).ViewOf(x, _axes), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx) => dx.Add(0, dy.Flip(_axes), fresh: true);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        Tensor x = g.Tensor(g.Shape());
        int[] axes = g.Subset(x.Rank);
        return OpSample.Of($"{x.Shape} axes ({string.Join(", ", axes)})", [x], t => t[0].Flip(axes));
    }
}

public sealed partial class Tensor
{
    /// <summary>The elements in reverse order along the given axes, as a copy.</summary>
    /// <exception cref="ShapeException">There is no such axis, or one is named twice.</exception>
    public Tensor Flip(params ReadOnlySpan<int> axes)
    {
        int[] own = new int[axes.Length];
        for (int i = 0; i < own.Length; i++)
        {
            own[i] = Shape.Axis(axes[i]);
            if (Array.IndexOf(own, own[i], 0, i) >= 0) throw new ShapeException($"flip {Shape}: axis {axes[i]} is named twice");
        }
        return Op.Apply(new Flip(own), this);
    }

    /// <summary>The elements shifted by <paramref name="shift"/> along an axis; those that leave one end come in at the other.</summary>
    public Tensor Roll(int shift, int axis = -1)
    {
        int a = Shape.Axis(axis), n = _sizes[a];
        int s = n == 0 ? 0 : (int)((((long)shift % n) + n) % n);
        return s == 0 ? Clone() : Cat([Narrow(a, n - s, s), Narrow(a, 0, n - s)], a);
    }
}
