using TensorCore.Cpu;

namespace TensorCore;

/// <summary>y = Σ x over some axes;  dx = dy, stretched over them. Integers and bools sum to int64.</summary>
internal sealed class Sum : Op, IOp
{
    private readonly int[] _axes;
    private readonly bool _keepDim;
    private Shape _shape, _kept;

    internal Sum(int[] axes, bool keepDim) => (_axes, _keepDim) = (axes, keepDim);

    /// <inheritdoc/>
    public static string OpName => "sum";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0];
        ReductionPlan plan = new(x, _axes, _keepDim);
        (_shape, _kept) = (x.Shape, plan.KeptShape);
        Tensor y = Tensor.Empty(plan.OutputShape, x.DType, x.Device);
        x.Device.Backend.Reduce(default(SumReduction), plan.Input, y, plan.Outer, plan.N, plan.Inner);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx) => dx.Add(0, dy.Reshape(_kept).Expand(_shape));

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        Tensor x = g.Tensor(g.Shape());
        int[] axes = g.Subset(x.Rank);
        bool keep = g.Chance();
        return OpSample.Of($"{x.Shape} axes ({string.Join(", ", axes)}) keep {keep}", [x], t => t[0].Sum(axes, keep));
    }
}

internal readonly struct SumReduction : IReduction
{
    public V Identity<V>()
        where V : struct, ISimd<V> => V.Zero;

    public V Combine<V>(V a, V b)
        where V : struct, ISimd<V> => a + b;

    public double Lanes<V>(V a)
        where V : struct, ISimd<V> => V.Sum(a);
}

public sealed partial class Tensor
{
    /// <summary>Σ of all elements, a scalar. Integers and bools sum to int64.</summary>
    public Tensor Sum() => Sum(ReductionPlan.AllAxes(this));

    /// <summary>Σ over one axis.</summary>
    public Tensor Sum(int axis, bool keepDim = false) => Sum([axis], keepDim);

    /// <summary>Σ over several axes; each is removed, or kept with size 1. No axes: no change.</summary>
    public Tensor Sum(ReadOnlySpan<int> axes, bool keepDim = false)
    {
        Tensor x = DType switch
        {
            DType.Int32 or DType.Bool => To(DType.Int64),
            DType.BFloat16 => To(DType.Float32),
            _ => this,
        };
        return Op.Apply(new Sum(axes.ToArray(), keepDim), x);
    }
}
