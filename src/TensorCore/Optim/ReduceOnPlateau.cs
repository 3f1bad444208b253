namespace TensorCore.Optim;

/// <summary>
/// Multiplies the learning rate by a factor when a measured value, such as the validation loss, has stopped getting smaller. Call <see cref="Report"/> after each
/// measurement and set the optimizer's rate to <see cref="Rate"/>. <see cref="State"/> goes into the checkpoint.
/// </summary>
public sealed class ReduceOnPlateau
{
    private readonly double _factor, _threshold, _minRate;
    private readonly int _patience;

    /// <summary>Starts at a rate.</summary>
    /// <param name="rate">The first learning rate.</param>
    /// <param name="factor">What it is multiplied by, below 1.</param>
    /// <param name="patience">Measurements without an improvement that are borne before that.</param>
    /// <param name="threshold">An improvement is a value below best − threshold·|best|.</param>
    /// <param name="minRate">The rate never falls below this.</param>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    public ReduceOnPlateau(double rate, double factor = 0.1, int patience = 10, double threshold = 1e-4, double minRate = 0)
    {
        Rate = Optimizer.NotNegative(rate, nameof(rate));
        _factor = Optimizer.Fraction(factor, nameof(factor));
        _patience = patience >= 0 ? patience : throw new ArgumentException($"patience is {patience}: it must be 0 or more");
        (_threshold, _minRate) = (Optimizer.NotNegative(threshold, nameof(threshold)), Optimizer.NotNegative(minRate, nameof(minRate)));
    }

    /// <summary>The learning rate now.</summary>
    public double Rate { get; private set; }

    /// <summary>The smallest value reported; +∞ before the first.</summary>
    public double Best { get; private set; } = double.PositiveInfinity;

    /// <summary>Measurements since the last improvement or reduction.</summary>
    public int Waited { get; private set; }

    /// <summary>All that changes: to save and to restore.</summary>
    public (double Rate, double Best, int Waited) State
    {
        get => (Rate, Best, Waited);
        set => (Rate, Best, Waited) = value;
    }

    /// <summary>Takes a measurement (smaller is better; NaN counts as no improvement) and returns the rate from now on.</summary>
    public double Report(double value)
    {
        double bar = double.IsFinite(Best) ? Best - (_threshold * Math.Abs(Best)) : Best;
        if (value < bar)
        {
            Best = value;
            Waited = 0;
        }
        else if (++Waited > _patience)
        {
            Rate = Math.Min(Rate, Math.Max(_minRate, Rate * _factor)); // a rate that starts below the limit stays
            Waited = 0;
        }
        return Rate;
    }
}
