using System.Numerics;

namespace TensorCore;

/// <summary>
/// Rotary position embedding (Su et al. 2021, RoFormer, arXiv:2104.09864, section 3.2): the pair i of features at position p is turned by the angle
/// φ = p·θ^(−2i/D):  y₁ = x₁·cos φ − x₂·sin φ, y₂ = x₁·sin φ + x₂·cos φ. The inverse of a rotation is its transpose, so dx is dy turned by −φ.
/// </summary>
internal sealed class RotaryEmbedding : Op, IOp
{
    private readonly Tensor _table;
    private readonly long[] _positions;
    private readonly bool _interleaved, _inverse;

    internal RotaryEmbedding(Tensor table, long[] positions, bool interleaved, bool inverse) =>
        (_table, _positions, _interleaved, _inverse) = (table, positions, interleaved, inverse);

    /// <inheritdoc/>
    public static string OpName => "rotary_embedding";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor y = Tensor.EmptyLike(inputs[0]);
        y.Device.Backend.Rotate(inputs[0], _table, _positions, _interleaved, _inverse, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx) =>
        dx.Add(0, Apply(new RotaryEmbedding(_table, _positions, _interleaved, !_inverse), dy), fresh: true);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int positions = g.Size(), pairs = g.Choose(5);
        int[] lead = g.Shape(maxRank: 2);
        Tensor x = g.Tensor([.. lead, positions, 2 * pairs]);
        bool interleaved = g.Chance(), given = g.Chance();
        double theta = g.OneOf(10000.0, 100);
        int offset = g.Choose(20);
        Tensor p = g.Indices(g.Chance() ? [positions] : [.. lead, positions], 50);
        return OpSample.Of($"{x.Shape} offset {(given ? p.Shape.ToString() : offset)}, theta {theta}, interleaved {interleaved}", [x],
            t => given ? t[0].RotaryEmbedding(p, theta, interleaved) : t[0].RotaryEmbedding(offset, theta, interleaved));
    }
}

/// <summary>
/// cos φ and sin φ for positions 0, 1, …, computed in double precision and kept for each (D, θ, dtype): the angle of position 1,000 in float32
/// would already be wrong in the fifth digit, and the cosines of a table take longer than the rotation.
/// </summary>
internal static class RotaryTable
{
    private const int MaxKept = 8;
    private static readonly Lock _lock = new();
    private static readonly Dictionary<(int D, double Theta, DType DType), Tensor> _tables = [];

    /// <summary>A table (at least <paramref name="positions"/>, D): D/2 cosines, then D/2 sines.</summary>
    public static Tensor Get(int positions, int d, double theta, DType dtype)
    {
        lock (_lock)
        {
            if (_tables.TryGetValue((d, theta, dtype), out Tensor? table) && table.Sizes[0] >= positions) return table;
            // Doubling, so that decoding token by token seldom makes a new one.
            int rows = Math.Max(64, (int)BitOperations.RoundUpToPowerOf2((uint)positions));
            if (_tables.Count >= MaxKept) _tables.Clear();
            return _tables[(d, theta, dtype)] = Compute(rows, d, theta, dtype);
        }
    }

    private static Tensor Compute(int positions, int d, double theta, DType dtype)
    {
        int half = d / 2;
        double[] values = new double[checked((long)positions * d)];
        for (int i = 0; i < half; i++)
        {
            double frequency = Math.Pow(theta, -2.0 * i / d);
            for (int p = 0; p < positions; p++) (values[((long)p * d) + half + i], values[((long)p * d) + i]) = Math.SinCos(p * frequency);
        }
        using (Autograd.NoGrad())
        {
            Tensor table = Tensor.From(values, [positions, d]).To(dtype);
            TensorScope.Forget(table);
            return table;
        }
    }
}

internal partial interface IBackend
{
    /// <summary>
    /// Turns the pairs of features of each row of x (…, T, D) by the angles of its position; y contiguous. positions: T, or one for each row;
    /// table (positions, D): D/2 cosines, then D/2 sines.
    /// </summary>
    void Rotate(Tensor x, Tensor table, long[] positions, bool interleaved, bool inverse, Tensor y);
}

public sealed partial class Tensor
{
    /// <summary>
    /// Rotary position embedding of x (…, T, D): row t is at position <paramref name="offset"/> + t, and its pair i of features is turned by the angle
    /// position·<paramref name="theta"/>^(−2i/D). Dot products of rows then depend on the distance of their positions only.
    /// </summary>
    /// <param name="offset">The position of the first row: the number of tokens before, when decoding.</param>
    /// <param name="theta">The base of the frequencies.</param>
    /// <param name="interleaved">True: pair i is features 2i and 2i + 1, as in the paper; false: i and i + D/2, as GPT-NeoX and Llama's checkpoints have it.</param>
    /// <exception cref="ShapeException">Fewer than two axes, or an odd D.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A negative offset, or a theta that is not positive.</exception>
    public Tensor RotaryEmbedding(int offset = 0, double theta = 10000, bool interleaved = false)
    {
        CheckRotary(theta);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        long[] positions = new long[Sizes[^2]];
        for (int i = 0; i < positions.Length; i++) positions[i] = (long)offset + i;
        return Rotate(positions, theta, interleaved);
    }

    /// <summary>The same with a position for each row: <see cref="RotaryEmbedding(int, double, bool)"/>.</summary>
    /// <param name="positions">int32 or int64, 0 or more, broadcast to (…, T).</param>
    /// <param name="theta">The base of the frequencies.</param>
    /// <param name="interleaved">How the features are paired.</param>
    /// <exception cref="ShapeException">Fewer than two axes, an odd D, or positions that do not fit.</exception>
    /// <exception cref="DTypeException">Positions that are not integers.</exception>
    public Tensor RotaryEmbedding(Tensor positions, double theta = 10000, bool interleaved = false)
    {
        CheckRotary(theta);
        if (positions.DType is not (DType.Int32 or DType.Int64)) throw new DTypeException($"rotary embedding: positions are {positions.DType.Name()}: int32 or int64 is needed");
        Shape rows = new(Sizes[..^1].ToArray());
        if (Shape.Broadcast(positions.Shape, rows, "rotary embedding") != rows)
            throw new ShapeException($"rotary embedding: positions {positions.Shape} do not broadcast to the rows {rows} of x {Shape}");
        Tensor all = positions.Rank <= 1 ? positions.Expand(Sizes[^2]) : positions.Expand(rows);
        return Rotate(all.To(DType.Int64).ToArray<long>(), theta, interleaved);
    }

    private void CheckRotary(double theta)
    {
        RequireFloat("rotary embedding");
        if (Rank < 2 || Sizes[^1] % 2 != 0) throw new ShapeException($"rotary embedding: x {Shape}: (…, positions, features) with an even number of features is needed");
        if (!(theta > 0) || !double.IsFinite(theta)) throw new ArgumentOutOfRangeException(nameof(theta), theta, "rotary embedding: theta must be a positive number");
    }

    private Tensor Rotate(long[] positions, double theta, bool interleaved)
    {
        const int Most = 1 << 20; // a table of 2²⁰ positions of 128 features takes half a gigabyte
        long last = 0;
        foreach (long p in positions)
        {
            if (p is < 0 or >= Most) throw new ArgumentOutOfRangeException(nameof(positions), p, $"rotary embedding: positions must be 0 to {Most - 1}");
            last = Math.Max(last, p);
        }
        Tensor table = TensorCore.RotaryTable.Get((int)last + 1, Sizes[^1], theta, DType);
        return Op.Apply(new RotaryEmbedding(table, positions, interleaved, inverse: false), this);
    }
}
