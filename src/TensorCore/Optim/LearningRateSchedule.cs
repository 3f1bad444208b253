namespace TensorCore.Optim;

/// <summary>
/// The learning rate as a function of the step: <c>optimizer.LearningRate = schedule.At(optimizer.StepCount)</c> before each step. Steps count from 0. A schedule
/// has no state, so resuming at a step needs nothing saved.
/// </summary>
public abstract class LearningRateSchedule
{
    /// <summary>The learning rate of step <paramref name="step"/>, the first being 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    public double At(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return Rate(step);
    }

    /// <summary>Sets the optimizer's learning rate for the step it takes next.</summary>
    public void Apply(Optimizer optimizer) => optimizer.LearningRate = At(optimizer.StepCount);

    /// <summary>The rate of a step that is 0 or more.</summary>
    protected abstract double Rate(long step);

    /// <summary>From <paramref name="from"/> at t = 0 to <paramref name="to"/> at t = 1 along half a cosine.</summary>
    private protected static double CosineBetween(double from, double to, double t) =>
        to + ((from - to) * 0.5 * (1 + Math.Cos(Math.PI * Math.Clamp(t, 0, 1))));

    private protected static double Rate(double value, string name) => Optimizer.NotNegative(value, name);

    private protected static long Steps(long value, string name, long atLeast = 1) =>
        value >= atLeast ? value : throw new ArgumentException($"{name} is {value}: it must be at least {atLeast}");
}

/// <summary>Always the same.</summary>
public sealed class ConstantRate : LearningRateSchedule
{
    private readonly double _rate;

    /// <summary>Always <paramref name="rate"/>.</summary>
    /// <exception cref="ArgumentException">Negative or not a number.</exception>
    public ConstantRate(double rate) => _rate = Rate(rate, nameof(rate));

    /// <inheritdoc/>
    protected override double Rate(long step) => _rate;
}

/// <summary>rate·factor^⌊step/every⌋.</summary>
public sealed class StepDecay : LearningRateSchedule
{
    private readonly double _rate, _factor;
    private readonly long _every;

    /// <summary>Times <paramref name="factor"/> after every <paramref name="every"/> steps.</summary>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    public StepDecay(double rate, long every, double factor = 0.1) =>
        (_rate, _every, _factor) = (Rate(rate, nameof(rate)), Steps(every, nameof(every)), Rate(factor, nameof(factor)));

    /// <inheritdoc/>
    protected override double Rate(long step) => _rate * Math.Pow(_factor, step / _every);
}

/// <summary>
/// min + ½(max − min)(1 + cos(π·step/total)), and min from step <c>total</c> on.  (Loshchilov and Hutter 2016, arXiv:1608.03983, without restarts.)
/// </summary>
public sealed class CosineDecay : LearningRateSchedule
{
    private readonly double _max, _min;
    private readonly long _total;

    /// <summary>From <paramref name="max"/> down to <paramref name="min"/> in <paramref name="total"/> steps.</summary>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    public CosineDecay(long total, double max, double min = 0) =>
        (_total, _max, _min) = (Steps(total, nameof(total)), Rate(max, nameof(max)), Rate(min, nameof(min)));

    /// <inheritdoc/>
    protected override double Rate(long step) => CosineBetween(_max, _min, (double)step / _total);
}

/// <summary>
/// max·(step + 1)/(warmup + 1) during the warm-up, then half a cosine from max, reached at step <c>warmup</c>, down to min at step
/// <c>total</c> and after: the schedule that language models are trained with.
/// </summary>
public sealed class WarmupCosine : LearningRateSchedule
{
    private readonly double _max, _min;
    private readonly long _warmup, _total;

    /// <summary>Up to <paramref name="max"/> in <paramref name="warmup"/> steps, down to <paramref name="min"/> at step <paramref name="total"/>.</summary>
    /// <exception cref="ArgumentException">A setting out of range, or a warm-up longer than the whole.</exception>
    public WarmupCosine(long warmup, long total, double max, double min = 0)
    {
        (_warmup, _total, _max, _min) = (Steps(warmup, nameof(warmup), 0), Steps(total, nameof(total)), Rate(max, nameof(max)), Rate(min, nameof(min)));
        if (warmup > total) throw new ArgumentException($"a warm-up of {warmup} steps is longer than the {total} steps in all");
    }

    /// <inheritdoc/>
    protected override double Rate(long step) => step < _warmup
        ? _max * (step + 1) / (_warmup + 1)
        : CosineBetween(_max, _min, _total == _warmup ? 1 : (double)(step - _warmup) / (_total - _warmup));
}

/// <summary>
/// Half a cosine from max/start up to max in the first part of the steps, then one down to max/start/end.  (Smith and Topin 2017, arXiv:1708.07120, in the
/// form with cosines.)
/// </summary>
public sealed class OneCycle : LearningRateSchedule
{
    private readonly double _max, _rising, _start, _end;
    private readonly long _total;

    /// <summary>One cycle of <paramref name="total"/> steps.</summary>
    /// <param name="total">All steps.</param>
    /// <param name="max">The highest rate.</param>
    /// <param name="rising">The part of the steps in which the rate rises, between 0 and 1.</param>
    /// <param name="startDivisor">The first rate is max over this.</param>
    /// <param name="endDivisor">The last rate is the first over this.</param>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    public OneCycle(long total, double max, double rising = 0.3, double startDivisor = 25, double endDivisor = 1e4)
    {
        (_total, _max) = (Steps(total, nameof(total)), Rate(max, nameof(max)));
        if (rising is not (> 0 and < 1)) throw new ArgumentException($"rising is {rising}: it must lie between 0 and 1");
        if (!(startDivisor >= 1) || !(endDivisor >= 1)) throw new ArgumentException($"divisors {startDivisor} and {endDivisor}: they must be at least 1");
        (_rising, _start, _end) = (rising, max / startDivisor, max / startDivisor / endDivisor);
    }

    /// <inheritdoc/>
    protected override double Rate(long step)
    {
        // The last of the steps, total − 1, is the end of the cycle, as in PyTorch.
        double top = (_rising * _total) - 1, last = _total - 1;
        return step <= top ? CosineBetween(_start, _max, top <= 0 ? 1 : step / top) : CosineBetween(_max, _end, last <= top ? 1 : (step - top) / (last - top));
    }
}
