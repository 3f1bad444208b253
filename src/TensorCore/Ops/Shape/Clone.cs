namespace TensorCore;

/// <summary>y = x, copied into fresh contiguous memory;  dx = dy.</summary>
internal sealed class Clone : Op, IOp
{
    /// <inheritdoc/>
    public static string OpName => "clone";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor y = Tensor.EmptyLike(inputs[0]);
        y.Device.Backend.Copy(inputs[0], y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx) => dx.Add(0, dy);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        Tensor x = g.Tensor(g.Shape());
        return OpSample.Of($"{x.Shape}", [x], t => t[0].Clone());
    }
}

/// <summary>y = x in another dtype;  dx = dy in x's dtype. Between integer types there is no gradient.</summary>
internal sealed class Cast : Op, IOp
{
    private readonly DType _to;
    private DType _from;

    internal Cast(DType to) => _to = to;

    /// <inheritdoc/>
    public static string OpName => "cast";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override bool IsDifferentiable => _to.IsFloat();

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        _from = inputs[0].DType;
        Tensor y = Tensor.EmptyLike(inputs[0], _to);
        y.Device.Backend.Cast(inputs[0].Contiguous(), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx) => dx.Add(0, dy.To(_from), fresh: true);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        // Through float64 and back, since the check differentiates in float64; the values survive float32.
        Tensor x = g.Tensor(g.Shape());
        return OpSample.Of($"{x.Shape}", [x], t => t[0].To(t[0].DType == DType.Float64 ? DType.Float32 : DType.Float64).To(t[0].DType), isExact: false);
    }
}

internal partial interface IBackend
{
    /// <summary>Copies x to y of the same shape and dtype, each with strides of its own.</summary>
    void Copy(Tensor x, Tensor y);

    /// <summary>Converts contiguous x to contiguous y's dtype.</summary>
    void Cast(Tensor x, Tensor y);
}

public sealed partial class Tensor
{
    /// <summary>A copy in fresh, contiguous memory; on the tape.</summary>
    public Tensor Clone() => Op.Apply(new Clone(), this);

    /// <summary>
    /// This tensor in another dtype (itself if it has it). Float to integer truncates towards zero and saturates (NaN becomes 0); to bool it is
    /// <c>x ≠ 0</c>; to bfloat16 it rounds to nearest even.
    /// </summary>
    public Tensor To(DType dtype) => dtype == DType ? this : Op.Apply(new Cast(dtype), this);
}
