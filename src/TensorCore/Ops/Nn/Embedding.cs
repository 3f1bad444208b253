namespace TensorCore;

/// <summary>
/// y[i…] = weight[index[i…]]: the rows that indices name;  dweight[v] = Σ of dy[i…] over the places with index v. The gradient's cost is that of the
/// looked-up rows, plus a fill with zeros if no buffer holds an earlier contribution (a weight that is also the output layer's).
/// </summary>
internal sealed class EmbeddingOp : Op, IOp
{
    private Tensor? _indices;
    private Shape _weightShape;

    internal EmbeddingOp()
    {
    }

    /// <inheritdoc/>
    public static string OpName => "embedding";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor weight = inputs[0].Contiguous();
        _indices = Save(inputs[1].Contiguous());
        _weightShape = weight.Shape;
        weight.Device.Backend.CheckRowIndices(OpName, _indices, weight.Size(0), null);
        Tensor y = Tensor.Empty([.. _indices.Sizes, .. weight.Sizes[1..]], weight.DType, weight.Device);
        weight.Device.Backend.GatherRows(weight, _indices, y, RowLength(_weightShape));
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (!dx.Needs(0)) return;
        if (dx.Existing(0) is Tensor existing)
        {
            dy.Device.Backend.ScatterAddRows(dy.Contiguous(), _indices!, existing, RowLength(_weightShape));
        }
        else
        {
            dx.Add(0, Op.Apply(new EmbeddingBackward(_weightShape[0]), dy, _indices!), fresh: true);
        }
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int v = g.PositiveSize();
        Tensor weight = g.Tensor([v, .. g.Shape(maxRank: 2)]);
        Tensor indices = g.Indices(g.Shape(maxRank: 2), v);
        if (g.Chance()) indices = indices.To(DType.Int32);
        return g.Chance(4)
            ? OpSample.Of($"{weight.Shape} twice at {indices.Shape}", [weight, indices], t => t[0].Embedding(t[1]) * t[0].Sum(0) + t[0].Embedding(t[1]))
            : OpSample.Of($"{weight.Shape} at {indices.Shape}", [weight, indices], t => t[0].Embedding(t[1]));
    }

    /// <summary>The elements of one row of a tensor of this shape.</summary>
    internal static long RowLength(Shape shape) => Shape.ElementCount(shape.Span[1..]);
}

/// <summary>y[v] = Σ of rows[i…] over the places with index v: embedding turned round;  drows[i…] = dy[index[i…]].</summary>
internal sealed class EmbeddingBackward : Op, IOp
{
    private readonly int _count;
    private Tensor? _indices;

    internal EmbeddingBackward(int count) => _count = count;

    /// <inheritdoc/>
    public static string OpName => "embedding_backward";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor rows = inputs[0].Contiguous();
        _indices = Save(inputs[1].Contiguous());
        Tensor y = Tensor.Full([_count, .. rows.Sizes[_indices.Rank..]], 0, rows.DType, rows.Device);
        y.Device.Backend.ScatterAddRows(rows, _indices, y, EmbeddingOp.RowLength(y.Shape));
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (dx.Needs(0)) dx.Add(0, Op.Apply(new EmbeddingOp(), dy, _indices!), fresh: true);
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int v = g.PositiveSize();
        int[] places = g.Shape(maxRank: 2);
        Tensor rows = g.Tensor([.. places, .. g.Shape(maxRank: 2)]);
        Tensor indices = g.Indices(places, v);
        return OpSample.Of($"{rows.Shape} to {v} rows", [rows, indices], t => Op.Apply(new EmbeddingBackward(v), t[0], t[1]));
    }
}

internal partial interface IBackend
{
    /// <summary>Throws if an element of contiguous int64 indices is outside 0 … size − 1 and is not <paramref name="ignored"/>; returns how many are not ignored.</summary>
    /// <exception cref="ShapeException">Names the index, its position and the size.</exception>
    long? CheckRowIndices(string op, Tensor indices, long size, long? ignored);

    /// <summary>y[i] = weight[indices[i]] for rows of <paramref name="rowLength"/> elements of any dtype; all contiguous, indices int64 and checked.</summary>
    void GatherRows(Tensor weight, Tensor indices, Tensor y, long rowLength);

    /// <summary>y[indices[i]] += rows[i], in the order of i; all contiguous, indices int64 and checked.</summary>
    void ScatterAddRows(Tensor rows, Tensor indices, Tensor y, long rowLength);
}

public sealed partial class Tensor
{
    /// <summary>
    /// Looks up rows of this table: (V, …) at <paramref name="indices"/> of any shape S gives (S, …). The same as a product with one-hot vectors, at the
    /// cost of a copy.
    /// </summary>
    /// <param name="indices">int64 or int32, each in 0 … V − 1.</param>
    /// <exception cref="DTypeException">The indices are not integers.</exception>
    /// <exception cref="ShapeException">This is a scalar, or an index is out of range.</exception>
    public Tensor Embedding(Tensor indices)
    {
        if (Rank == 0) throw new ShapeException("embedding: the table is a scalar: it needs an axis of rows, (V, …)");
        if (indices.DType is not (DType.Int64 or DType.Int32))
            throw new DTypeException($"embedding: indices are {indices.DType.Name()} {indices.Shape}: they must be int64 or int32");
        return Op.Apply(new EmbeddingOp(), this, indices.To(DType.Int64));
    }
}
