namespace TensorCore;

internal partial interface IBackend
{
    /// <summary>y[o, i] (int64) = the position of the first extremum (or first NaN) along the middle axis of contiguous x (outer, n, inner).</summary>
    void ArgExtremum(Tensor x, Tensor y, long outer, long n, long inner, bool largest);
}

public sealed partial class Tensor
{
    /// <summary>The flat position of the largest element, the first if several are equal; a NaN counts as the largest.</summary>
    public Tensor ArgMax() => Detach().Reshape(-1).ArgMax(0);

    /// <summary>The position of the largest element along an axis, in int64; the first if several are equal; a NaN counts as the largest.</summary>
    /// <exception cref="ShapeException">The axis is empty.</exception>
    public Tensor ArgMax(int axis, bool keepDim = false) => ArgExtremum(axis, keepDim, largest: true);

    /// <summary>The flat position of the smallest element.</summary>
    public Tensor ArgMin() => Detach().Reshape(-1).ArgMin(0);

    /// <summary>The position of the smallest element along an axis, in int64; the first if several are equal; a NaN counts as the smallest.</summary>
    /// <exception cref="ShapeException">The axis is empty.</exception>
    public Tensor ArgMin(int axis, bool keepDim = false) => ArgExtremum(axis, keepDim, largest: false);

    private Tensor ArgExtremum(int axis, bool keepDim, bool largest)
    {
        using (Autograd.NoGrad())
        {
            ReductionPlan plan = new(ForExtremum().Detach(), [axis], keepDim);
            if (plan.N == 0) throw new ShapeException($"{(largest ? "argmax" : "argmin")} of {Shape} along axis {axis}: an empty axis has no extremum");
            Tensor y = Empty(plan.OutputShape, DType.Int64, Device);
            Device.Backend.ArgExtremum(plan.Input, y, plan.Outer, plan.N, plan.Inner, largest);
            return y;
        }
    }
}
