namespace TensorCore.Nn;

/// <summary>
/// While training, sets each element to 0 with probability p and multiplies the others by 1/(1 − p), so that the mean stays; in evaluation
/// it does nothing.  (Srivastava et al. 2014.)
/// </summary>
public sealed class Dropout : Module<Tensor, Tensor>
{
    private readonly Generator? _generator;

    /// <summary>Dropout with probability <paramref name="p"/>.</summary>
    /// <param name="p">At least 0 and below 1.</param>
    /// <param name="generator">
    /// Draws the masks; save its state with a checkpoint for bit-identical resuming. By default <c>Generator.Default</c>, as it is at each call.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is out of range.</exception>
    public Dropout(double p = 0.5, Generator? generator = null)
    {
        if (p is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(p), p, "dropout: p must be at least 0 and below 1");
        P = p;
        _generator = generator;
    }

    /// <summary>The probability that an element is dropped.</summary>
    public double P { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Training && P > 0 ? x.Dropout(P, _generator ?? Generator.Default) : x;
}
