namespace TensorCore;

internal partial interface IBackend
{
    /// <summary>
    /// For each row of contiguous float64 weights (rows, n) draws k positions (int64), using the uniform numbers u, float64: (rows, k) with replacement, (rows, n) without.
    /// </summary>
    void Multinomial(Tensor weights, Tensor u, Tensor y, long rows, long n, long k, bool replacement);

    /// <summary>Refuses float64 weights (rows, n) that are negative or not finite, or a row with fewer than <paramref name="needed"/> above 0; on a GPU it throws when a result is read, or before.</summary>
    void CheckWeights(Tensor weights, int rows, int n, int needed);
}

public sealed partial class Tensor
{
    /// <summary>
    /// Draws positions with probabilities proportional to the weights in the last axis: (n,) gives (samples,), (rows, n) gives (rows, samples), in int64. The weights need not add up to 1.
    /// A weight of 0 is never drawn. Without replacement no position is drawn twice, and the order is that of drawing one after the other.
    /// </summary>
    /// <remarks>
    /// With replacement: the inverse of the running sum, by binary search. Without: each position gets an exponential time of rate w, −ln(1 − u)/w, and the earliest
    /// are drawn (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006), which needs no renewed sums.
    /// </remarks>
    /// <param name="samples">How many to draw from each row.</param>
    /// <param name="replacement">Whether a position can be drawn again.</param>
    /// <param name="generator">Where the randomness comes from; the process's if left out.</param>
    /// <exception cref="ShapeException">Not one or two axes, or too few weights above 0.</exception>
    /// <exception cref="ArgumentException">A weight is negative, NaN or infinite, or all of a row are 0.</exception>
    public Tensor Multinomial(int samples, bool replacement = false, Generator? generator = null)
    {
        if (Rank is not (1 or 2)) throw new ShapeException($"multinomial: weights of shape {Shape}: they must have one or two axes");
        if (samples < 0) throw new ShapeException($"multinomial: {samples} samples");
        using (Autograd.NoGrad())
        {
            Tensor weights = Detach().To(DType.Float64).Contiguous();
            int n = Sizes[^1], rows = Rank == 2 ? Sizes[0] : 1;
            if (samples > 0 && rows > 0) Device.Backend.CheckWeights(weights, rows, n, replacement ? 1 : samples);
            Tensor y = Empty(Rank == 2 ? [rows, samples] : [samples], DType.Int64, Device);
            if (y.Count == 0) return y;
            Tensor u = Rand([rows, replacement ? samples : n], 0, 1, DType.Float64, generator, Device);
            Device.Backend.Multinomial(weights, u, y, rows, n, samples, replacement);
            return y;
        }
    }
}
