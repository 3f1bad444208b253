namespace TensorCore;

/// <summary>y = √Σ x² over some axes;  dx = dy·x / y, 0 where y = 0.</summary>
internal sealed class EuclideanNorm : Op, IOp
{
    private readonly int[] _axes;
    private readonly bool _keepDim;
    private Tensor? _x, _y;
    private Shape _kept;

    internal EuclideanNorm(int[] axes, bool keepDim) => (_axes, _keepDim) = (axes, keepDim);

    /// <inheritdoc/>
    public static string OpName => "norm";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0];
        // Scaled by the largest element, so that squares neither overflow nor vanish.
        if (x.Count == 0)
        {
            (_x, _y) = (Save(x), Save((x * x).Sum(_axes, _keepDim)));
        }
        else
        {
            Tensor largest = x.Abs().Max(_axes, keepDim: true);
            Tensor scale = Tensor.Where((largest > 0) & (largest < double.PositiveInfinity), largest, Tensor.Ones([], x.DType, x.Device));
            Tensor scaled = x / scale;
            Tensor y = (scaled * scaled).Sum(_axes, _keepDim).Sqrt();
            (_x, _y) = (Save(x), Save(y * scale.Reshape(y.Shape)));
        }
        _kept = new ReductionPlan(x, _axes, _keepDim).KeptShape;
        return _y!;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        Tensor y = _y!.Reshape(_kept);
        Tensor safe = Tensor.Where(y.Detach() == 0, Tensor.Ones([], y.DType, y.Device), y);
        dx.Add(0, dy.Reshape(_kept) * (_x! / safe));
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        Tensor x = g.Tensor(g.Shape(), avoid: [0]);
        int[] axes = g.Subset(x.Rank);
        bool keep = g.Chance();
        return OpSample.Of($"{x.Shape} axes ({string.Join(", ", axes)}) keep {keep}", [x], t => t[0].Norm(axes, keepDim: keep));
    }
}

public sealed partial class Tensor
{
    /// <summary>The p-norm of all elements: (Σ |x|ᵖ)^(1/p); p = ∞ is the largest |x|.</summary>
    public Tensor Norm(double p = 2) => Norm(ReductionPlan.AllAxes(this), p);

    /// <summary>The p-norm over some axes.</summary>
    /// <exception cref="ArgumentException">p ≤ 0.</exception>
    public Tensor Norm(ReadOnlySpan<int> axes, double p = 2, bool keepDim = false)
    {
        RequireFloat("norm");
        if (!(p > 0)) throw new ArgumentException($"norm: p = {p} must be above 0");
        if (p == 2) return Op.Apply(new EuclideanNorm(axes.ToArray(), keepDim), this);
        if (p == 1) return Abs().Sum(axes, keepDim);
        if (double.IsPositiveInfinity(p)) return Abs().Max(axes, keepDim);
        return Abs().Pow(p).Sum(axes, keepDim).Pow(1 / p);
    }
}
