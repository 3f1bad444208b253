namespace TensorCore;

public sealed partial class Tensor
{
    /// <summary>The mean of all elements, a scalar; NaN of none. Integers and bools give float32.</summary>
    public Tensor Mean() => Mean(ReductionPlan.AllAxes(this));

    /// <summary>The mean over one axis.</summary>
    public Tensor Mean(int axis, bool keepDim = false) => Mean([axis], keepDim);

    /// <summary>The mean over several axes: Σ x / n.</summary>
    public Tensor Mean(ReadOnlySpan<int> axes, bool keepDim = false)
    {
        Tensor x = DType.IsFloat() ? this : To(DType.Float32);
        return x.Sum(axes, keepDim) / x.CountAlong(axes);
    }

    /// <summary>The variance of all elements: Σ (x − mean)² / (n − correction).</summary>
    public Tensor Var(int correction = 1) => Var(ReductionPlan.AllAxes(this), correction: correction);

    /// <summary>
    /// The variance over some axes: Σ (x − mean)² / (n − <paramref name="correction"/>), in two passes; 1 is the unbiased estimate, 0 the
    /// population's. NaN or ∞ where n ≤ correction, as the quotient says.
    /// </summary>
    public Tensor Var(ReadOnlySpan<int> axes, bool keepDim = false, int correction = 1)
    {
        Tensor x = DType.IsFloat() ? this : To(DType.Float32);
        Tensor d = x - x.Mean(axes, keepDim: true);
        return (d * d).Sum(axes, keepDim) / Math.Max(0, x.CountAlong(axes) - correction);
    }

    /// <summary>The standard deviation of all elements.</summary>
    public Tensor Std(int correction = 1) => Var(correction).Sqrt();

    /// <summary>The standard deviation over some axes: √ of <see cref="Var(ReadOnlySpan{int}, bool, int)"/>.</summary>
    public Tensor Std(ReadOnlySpan<int> axes, bool keepDim = false, int correction = 1) => Var(axes, keepDim, correction).Sqrt();

    /// <summary>
    /// ln Σ eˣ over some axes, shifted by the largest element so that nothing overflows (−∞ if every element is, or there is none).
    /// </summary>
    public Tensor LogSumExp(ReadOnlySpan<int> axes, bool keepDim = false)
    {
        RequireFloat("logsumexp");
        if (CountAlong(axes) == 0) return Sum(axes, keepDim) + double.NegativeInfinity;
        Tensor shift;
        using (Autograd.NoGrad())
        {
            // An infinite shift would make ∞ − ∞.
            Tensor largest = Max(axes, keepDim: true);
            shift = Where(largest.Abs() == double.PositiveInfinity, Zeros([], DType, Device), largest);
        }
        Tensor y = (this - shift).Exp().Sum(axes, keepDim).Log();
        return y + shift.Reshape(y.Shape);
    }

    /// <summary>ln Σ eˣ over one axis.</summary>
    public Tensor LogSumExp(int axis, bool keepDim = false) => LogSumExp([axis], keepDim);

    /// <summary>True if any element is true (or not 0); false of none.</summary>
    public Tensor Any() => Any(ReductionPlan.AllAxes(this));

    /// <summary>True, over some axes, if any element is true (or not 0).</summary>
    public Tensor Any(ReadOnlySpan<int> axes, bool keepDim = false) => Detach().To(DType.Bool).Sum(axes, keepDim) > 0;

    /// <summary>True if all elements are true (or not 0); true of none.</summary>
    public Tensor All() => All(ReductionPlan.AllAxes(this));

    /// <summary>True, over some axes, if all elements are true (or not 0).</summary>
    public Tensor All(ReadOnlySpan<int> axes, bool keepDim = false) => Detach().To(DType.Bool).Sum(axes, keepDim) == CountAlong(axes);

    /// <summary>The number of elements that a reduction over these axes joins.</summary>
    private long CountAlong(ReadOnlySpan<int> axes)
    {
        long n = 1;
        foreach (int axis in axes) n *= Size(axis);
        return n;
    }
}
