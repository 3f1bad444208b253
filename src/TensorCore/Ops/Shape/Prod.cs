namespace TensorCore;

// A tree of products of halves: ⌈log₂ n⌉ multiplications of tensors. Its gradient multiplies the other factors instead of dividing the product by x, so it is
// right with zeros among the factors, and to any order.
public sealed partial class Tensor
{
    /// <summary>The product of all elements, a scalar; 1 if there are none. Bools and int32 give int64.</summary>
    public Tensor Prod() => Prod(ReductionPlan.AllAxes(this));

    /// <summary>The product along one axis.</summary>
    public Tensor Prod(int axis, bool keepDim = false) => Prod([axis], keepDim);

    /// <summary>The product over several axes; each is removed, or kept with size 1.</summary>
    /// <exception cref="ShapeException">There is no such axis, or one is named twice.</exception>
    public Tensor Prod(ReadOnlySpan<int> axes, bool keepDim = false)
    {
        bool[] reduced = new bool[Rank];
        foreach (int axis in axes)
        {
            int a = Shape.Axis(axis);
            if (reduced[a]) throw new ShapeException($"prod of {Shape}: axis {axis} is named twice");
            reduced[a] = true;
        }
        int[] kept = [.. Enumerable.Range(0, Rank).Where(i => !reduced[i])], gone = [.. Enumerable.Range(0, Rank).Where(i => reduced[i])];
        int n = checked((int)gone.Aggregate(1L, (p, i) => checked(p * _sizes[i])));
        Tensor x = DType switch
        {
            DType.Int32 or DType.Bool => To(DType.Int64),
            DType.BFloat16 => To(DType.Float32),
            _ => this,
        };
        // The factors come first: then both halves are contiguous.
        x = x.Permute([.. gone, .. kept]).Reshape([n, .. kept.Select(i => _sizes[i])]);
        int[] shape = keepDim ? [.. _sizes.Select((s, i) => reduced[i] ? 1 : s)] : [.. kept.Select(i => _sizes[i])];
        return x.ProductOfRows().Reshape(shape);
    }

    private Tensor ProductOfRows()
    {
        if (_sizes[0] == 0) return Ones(Shape.Span[1..], DType, Device);
        Tensor x = this;
        Tensor? odd = null;
        for (int n = _sizes[0]; n > 1; n /= 2)
        {
            if (n % 2 == 1)
            {
                Tensor last = x.Narrow(0, n - 1, 1);
                odd = odd is null ? last : odd * last;
            }
            x = x.Narrow(0, 0, n / 2) * x.Narrow(0, n / 2, n / 2);
        }
        return odd is null ? x : x * odd;
    }
}
