namespace TensorCore;

internal partial interface IBackend
{
    /// <summary>For each row of contiguous x (rows, n): the positions (int64) of its elements in order, equal ones in the order they have.</summary>
    void ArgSort(Tensor x, Tensor y, long rows, long n, bool descending);

    /// <summary>For each row of contiguous x (rows, n): the positions of its first k elements in order, as ArgSort gives them.</summary>
    void ArgTopK(Tensor x, Tensor y, long rows, long n, long k, bool largest);
}

// The order of floats: −∞ … −0 = 0 … ∞, NaN (all NaN are equal), as NumPy sorts; descending is the same backwards, so NaN comes first.
// Values come by Gather from the positions, which gives them their gradient.
public sealed partial class Tensor
{
    /// <summary>
    /// The elements in order along an axis, with their positions (int64). Equal elements keep their order. NaN is larger than every number: last in ascending
    /// order, first in descending. Gradients flow to the elements that the values came from.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public (Tensor Values, Tensor Indices) Sort(int axis = -1, bool descending = false)
    {
        Tensor indices = ArgSort(axis, descending);
        return (Op.Apply(new Gather(Shape.Axis(axis), indices), this), indices);
    }

    /// <summary>The positions (int64) that put the elements in order along an axis; see <see cref="Sort"/>.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor ArgSort(int axis = -1, bool descending = false)
    {
        int a = Shape.Axis(axis);
        return Positions(a, _sizes[a], (x, y, rows, n) => y.Device.Backend.ArgSort(x, y, rows, n, descending));
    }

    /// <summary>
    /// The <paramref name="k"/> largest (or smallest) elements along an axis, in order, with their positions (int64): the first k that <see cref="Sort"/> gives,
    /// but without sorting the rest. NaN counts as the largest.
    /// </summary>
    /// <exception cref="ShapeException">k is negative or larger than the axis.</exception>
    public (Tensor Values, Tensor Indices) TopK(int k, int axis = -1, bool largest = true)
    {
        int a = Shape.Axis(axis);
        if (k < 0 || k > _sizes[a]) throw new ShapeException($"top {k} along axis {axis} of {Shape}: the axis has size {_sizes[a]}");
        Tensor indices = Positions(a, k, (x, y, rows, n) => y.Device.Backend.ArgTopK(x, y, rows, n, k, largest));
        return (Op.Apply(new Gather(a, indices), this), indices);
    }

    /// <summary>Runs a kernel over rows: the axis goes to the end and the result's comes back.</summary>
    private Tensor Positions(int axis, int k, Action<Tensor, Tensor, long, long> kernel)
    {
        using (Autograd.NoGrad())
        {
            Tensor x = (DType == DType.BFloat16 ? To(DType.Float32) : Detach()).MoveAxis(axis, -1).Contiguous();
            Tensor y = Empty([.. x.Sizes[..^1], k], DType.Int64, Device);
            if (y.Count > 0) kernel(x, y, y.Count / k, _sizes[axis]);
            return y.MoveAxis(-1, axis).Contiguous();
        }
    }

    /// <summary>The different values, in ascending order, with how often each occurs (int64). All NaN are one value.</summary>
    public (Tensor Values, Tensor Counts) Unique()
    {
        using (Autograd.NoGrad())
        {
            Tensor sorted = Detach().Reshape(checked((int)Count)).Sort().Values;
            if (Count == 0) return (sorted, Zeros([0], DType.Int64, Device));
            Tensor isNew = sorted[1..] != sorted[..^1];
            // NaN differs from NaN; sorted, the pairs of them are at the end.
            int numbers = DType.IsFloat() ? (int)(sorted == sorted.Alias()).Sum().Item() : sorted.Sizes[0];
            if (numbers < sorted.Sizes[0]) isNew.Assign(0, numbers..);
            Tensor starts = Cat([Zeros([1], DType.Int64, Device), Arange(1, Count).To(Device)[isNew]]);
            Tensor counts = Cat([starts[1..], From([Count], [1], Device)]) - starts;
            return (sorted.IndexSelect(0, starts), counts);
        }
    }
}
