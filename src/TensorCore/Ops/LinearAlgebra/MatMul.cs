using TensorCore.Cpu;

namespace TensorCore;

/// <summary>
/// The matrix product y = a·b over the last two axes, the axes before broadcast;
/// da = dy·bᵀ, db = aᵀ·dy, summed over the axes that were stretched.
/// </summary>
internal sealed class MatMul : Op, IOp
{
    private Tensor? _a, _b;

    /// <inheritdoc/>
    public static string OpName => "matmul";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        (_a, _b) = (Save(inputs[0]), Save(inputs[1]));
        Shape batch = Shape.Broadcast(Batch(_a), Batch(_b), Name);
        Tensor y = Tensor.Empty([.. batch.Span, _a.Size(-2), _b.Size(-1)], _a.DType, _a.Device);
        y.Device.Backend.MatMul(_a, _b, y, accumulate: false);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (Autograd.IsRecording)
        {
            if (dx.Needs(0)) dx.Add(0, dy.MatMul(_b!.Transpose()).SumTo(_a!.Shape));
            if (dx.Needs(1)) dx.Add(1, _a!.Transpose().MatMul(dy).SumTo(_b!.Shape));
            return;
        }
        if (dx.Needs(0)) AddProduct(dx, 0, _a!, dy, _b!.Transpose());
        if (dx.Needs(1)) AddProduct(dx, 1, _b!, _a!.Transpose(), dy);
    }

    /// <summary>
    /// Adds left·right, summed over the batch axes that input <paramref name="input"/> was stretched along, to its gradient: into the buffer that
    /// is there already, or into a fresh one. No product of the full batch shape is formed.
    /// </summary>
    internal static void AddProduct(Gradients dx, int input, Tensor like, Tensor left, Tensor right)
    {
        if (dx.Existing(input) is Tensor sum)
        {
            sum.Device.Backend.MatMul(left, right, sum, accumulate: true);
            return;
        }
        Tensor fresh = Tensor.EmptyLike(like);
        fresh.Device.Backend.MatMul(left, right, fresh, accumulate: false);
        dx.Add(input, fresh, fresh: true);
    }

    private static Shape Batch(Tensor x) => new(x.Sizes[..^2].ToArray());

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int m = g.Size(), n = g.Size(), k = g.Size();
        int[] batch = g.Shape(maxRank: 3);
        int form = g.Choose(5);
        int[] shapeA = form is 1 or 3 ? [k] : [.. form == 4 ? g.BroadcastableTo(batch) : batch, m, k];
        int[] shapeB = form is 2 or 3 ? [k] : [.. form == 0 ? g.BroadcastableTo(batch) : batch, k, n];
        if (form == 0 && g.Chance(6))
        {
            Tensor x = g.Tensor([.. batch, k, k]);
            return OpSample.Of($"{x.Shape} squared", [x], t => t[0].MatMul(t[0]));
        }
        Tensor a = g.Tensor(shapeA), b = g.Tensor(shapeB);
        return OpSample.Of($"{a.Shape} × {b.Shape}", [a, b], t => t[0].MatMul(t[1]));
    }
}

internal partial interface IBackend
{
    /// <summary>
    /// y = a·b over the last two axes, or y += a·b. The batch axes of a, b and y broadcast against each other; y is contiguous, and the products are
    /// summed along the batch axes that it lacks or has with size 1.
    /// </summary>
    void MatMul(Tensor a, Tensor b, Tensor y, bool accumulate);
}

public sealed partial class Tensor
{
    /// <summary>
    /// The matrix product under NumPy's rules: (…, m, k) × (…, k, n) → (…, m, n), the leading axes broadcast. A vector on the left is a row (1, k), on the
    /// right a column (k, 1), and that axis is dropped from the result. An inner size of 0 gives zeros. Transposed and sliced views are read as they lie.
    /// float32 and float64; different dtypes are promoted.
    /// </summary>
    /// <exception cref="ShapeException">A scalar, inner sizes that differ, or leading axes that do not broadcast.</exception>
    /// <exception cref="DTypeException">An integer or bool tensor.</exception>
    public Tensor MatMul(Tensor other)
    {
        Tensor a = this, b = other;
        if (a.Rank == 0 || b.Rank == 0)
            throw new ShapeException($"matmul: {a.Shape} × {b.Shape}: a scalar has no inner axis; use * for a product with a number");
        int inner = a.Sizes[^1], innerB = b.Sizes[b.Rank == 1 ? 0 : ^2];
        if (inner != innerB) throw new ShapeException($"matmul: {a.Shape} × {b.Shape}: inner sizes {inner} and {innerB} differ");
        (a, b) = ForProduct(a, b, "matmul");

        bool row = a.Rank == 1, column = b.Rank == 1;
        if (row) a = a.Reshape(1, inner);
        if (column) b = b.Reshape(inner, 1);
        Tensor y = Op.Apply(new MatMul(), a, b);
        if (!row && !column) return y;
        int[] shape = [.. y.Sizes[..^2], .. row ? [] : (ReadOnlySpan<int>)[y.Sizes[^2]], .. column ? [] : (ReadOnlySpan<int>)[y.Sizes[^1]]];
        return y.Reshape(shape);
    }

    /// <summary>The matrix product of two tensors: see <see cref="MatMul(Tensor)"/>.</summary>
    public static Tensor MatMul(Tensor a, Tensor b) => a.MatMul(b);

    /// <summary>The dot product Σ aᵢ·bᵢ of two vectors of equal length, a scalar.</summary>
    /// <exception cref="ShapeException">Not two vectors of one length.</exception>
    public Tensor Dot(Tensor other)
    {
        if (Rank != 1 || other.Rank != 1 || Sizes[0] != other.Sizes[0])
            throw new ShapeException($"dot: {Shape} · {other.Shape}: two vectors of equal length are needed; for matrices use MatMul");
        return MatMul(other);
    }

    /// <summary>The outer product y[i, j] = a[i]·b[j] of two vectors, of shape (m, n).</summary>
    /// <exception cref="ShapeException">Not two vectors.</exception>
    public Tensor Outer(Tensor other)
    {
        if (Rank != 1 || other.Rank != 1)
            throw new ShapeException($"outer: {Shape} and {other.Shape}: two vectors are needed; for products of more axes use Einsum");
        return Reshape(Sizes[0], 1) * other.Reshape(1, other.Sizes[0]);
    }

    /// <summary>Both operands in the dtype that a matrix product of them computes in.</summary>
    internal static (Tensor A, Tensor B) ForProduct(Tensor a, Tensor b, string op)
    {
        if (Autocast.Applies(a, b))
        {
            (a, b) = (a.To(DType.BFloat16), b.To(DType.BFloat16));
        }
        else if (a.DType != b.DType || a.DType == DType.BFloat16)
        {
            DType common = Promote(a.DType, b.DType);
            if (common == DType.BFloat16 && !a.Device.IsCuda) common = DType.Float32; // storage only on the CPU
            if (common.IsFloat()) (a, b) = (a.To(common), b.To(common));
        }
        a.RequireFloat(op);
        b.RequireFloat(op);
        return (a, b);
    }
}
