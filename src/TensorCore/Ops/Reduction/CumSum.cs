namespace TensorCore;

/// <summary>yᵢ = Σⱼ≤ᵢ xⱼ along an axis (Σⱼ≥ᵢ in reverse);  dx = the running sum of dy in the other direction.</summary>
internal sealed class CumSum : Op, IOp
{
    private readonly int _axis;
    private readonly bool _reverse;

    internal CumSum(int axis, bool reverse) => (_axis, _reverse) = (axis, reverse);

    /// <inheritdoc/>
    public static string OpName => "cumsum";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0].Contiguous();
        Tensor y = Tensor.EmptyLike(x);
        long outer = 1, inner = 1;
        for (int i = 0; i < _axis; i++) outer *= x.Sizes[i];
        for (int i = _axis + 1; i < x.Rank; i++) inner *= x.Sizes[i];
        y.Device.Backend.CumSum(x, y, outer, x.Sizes[_axis], inner, _reverse);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx) => dx.Add(0, dy.CumSum(_axis, !_reverse), fresh: true);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        Tensor x = g.Tensor(g.Shape(minRank: 1));
        int axis = g.Axis(x.Rank);
        bool reverse = g.Chance();
        return OpSample.Of($"{x.Shape} axis {axis} reverse {reverse}", [x], t => t[0].CumSum(axis, reverse));
    }
}

internal partial interface IBackend
{
    /// <summary>Running sums over the middle axis of contiguous x seen as (outer, n, inner).</summary>
    void CumSum(Tensor x, Tensor y, long outer, long n, long inner, bool reverse);
}

public sealed partial class Tensor
{
    /// <summary>The running sum along an axis, from its start or in reverse from its end. Bools and int32 give int64.</summary>
    public Tensor CumSum(int axis, bool reverse = false)
    {
        Tensor x = DType is DType.Int32 or DType.Bool ? To(DType.Int64) : DType == DType.BFloat16 ? To(DType.Float32) : this;
        return Op.Apply(new CumSum(Shape.Axis(axis), reverse), x);
    }
}
