using TensorCore.Cpu;

namespace TensorCore;

internal readonly struct MaxReduction : IReduction
{
    public V Identity<V>()
        where V : struct, ISimd<V> => V.Const(double.NegativeInfinity);

    public V Combine<V>(V a, V b)
        where V : struct, ISimd<V> => V.Max(a, b);

    public double Lanes<V>(V a)
        where V : struct, ISimd<V> => V.MaxLane(a);
}

internal readonly struct MinReduction : IReduction
{
    public V Identity<V>()
        where V : struct, ISimd<V> => V.Const(double.PositiveInfinity);

    public V Combine<V>(V a, V b)
        where V : struct, ISimd<V> => V.Min(a, b);

    public double Lanes<V>(V a)
        where V : struct, ISimd<V> => V.MinLane(a);
}

/// <summary>
/// y = the largest (or smallest) element over some axes, NaN if any is NaN;  dx = dy where x = y, shared evenly among equals.
/// </summary>
internal sealed class Extremum : Op, IOp
{
    private readonly int[] _axes;
    private readonly bool _keepDim, _largest;
    private Tensor? _x, _y;
    private Shape _kept;

    internal Extremum(int[] axes, bool keepDim, bool largest) => (_axes, _keepDim, _largest) = (axes, keepDim, largest);

    /// <inheritdoc/>
    public static string OpName => "max";

    /// <inheritdoc/>
    public override string Name => _largest ? "max" : "min";

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0];
        ReductionPlan plan = new(x, _axes, _keepDim);
        if (plan.N == 0) throw new ShapeException($"{Name} of {x.Shape} over axes ({string.Join(", ", _axes)}): an empty axis has no extremum");
        Tensor y = Tensor.Empty(plan.OutputShape, x.DType, x.Device);
        if (_largest) x.Device.Backend.Reduce(default(MaxReduction), plan.Input, y, plan.Outer, plan.N, plan.Inner);
        else x.Device.Backend.Reduce(default(MinReduction), plan.Input, y, plan.Outer, plan.N, plan.Inner);
        (_x, _y, _kept) = (Save(x), Save(y), plan.KeptShape);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        Tensor hit = (_x!.Detach() == _y!.Detach().Reshape(_kept)).To(dy.DType);
        Tensor share = hit / hit.Sum(_axes, keepDim: true);
        dx.Add(0, share * dy.Reshape(_kept));
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int[] shape = g.Shape();
        for (int i = 0; i < shape.Length; i++) shape[i] = Math.Max(shape[i], 1);
        Tensor x = g.Tensor(shape, distinct: true);
        int[] axes = g.Subset(x.Rank);
        bool keep = g.Chance(), largest = g.Chance();
        return OpSample.Of($"{x.Shape} axes ({string.Join(", ", axes)}) keep {keep} largest {largest}", [x], t => largest ? t[0].Max(axes, keep) : t[0].Min(axes, keep));
    }
}

public sealed partial class Tensor
{
    /// <summary>The largest element, a scalar; NaN if any is NaN.</summary>
    /// <exception cref="ShapeException">There is no element.</exception>
    public Tensor Max() => Max(ReductionPlan.AllAxes(this));

    /// <summary>The largest along one axis.</summary>
    public Tensor Max(int axis, bool keepDim = false) => Max([axis], keepDim);

    /// <summary>The largest over several axes.</summary>
    public Tensor Max(ReadOnlySpan<int> axes, bool keepDim = false) => ForExtremum().ApplyExtremum(axes, keepDim, largest: true);

    /// <summary>The smallest element, a scalar; NaN if any is NaN.</summary>
    /// <exception cref="ShapeException">There is no element.</exception>
    public Tensor Min() => Min(ReductionPlan.AllAxes(this));

    /// <summary>The smallest along one axis.</summary>
    public Tensor Min(int axis, bool keepDim = false) => Min([axis], keepDim);

    /// <summary>The smallest over several axes.</summary>
    public Tensor Min(ReadOnlySpan<int> axes, bool keepDim = false) => ForExtremum().ApplyExtremum(axes, keepDim, largest: false);

    private Tensor ForExtremum() => DType switch
    {
        DType.Bool => To(DType.Int32),
        DType.BFloat16 => To(DType.Float32),
        _ => this,
    };

    private Tensor ApplyExtremum(ReadOnlySpan<int> axes, bool keepDim, bool largest) => Op.Apply(new Extremum(axes.ToArray(), keepDim, largest), this);
}
