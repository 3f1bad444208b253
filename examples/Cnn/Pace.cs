namespace TensorCore.Examples.Cnn;

/// <summary>
/// How far a training is, from 0 to 1: by its steps as long as they will all fit into the time, which gives the same training on every machine
/// that is fast enough; by the clock from the moment on when they will not, so that the learning rate's cycle still comes to its end.
/// </summary>
public sealed class Pace(long steps, double limitSeconds)
{
    // The first steps compile code and fill caches; a few more are measured before they are judged.
    private const long WarmUp = 10, Measured = 30;
    private const double MeasuredSeconds = 5;

    private double _warm;
    private (double Fraction, double Seconds)? _late;

    /// <summary>Whether the time turned out too short for all steps.</summary>
    public bool IsLate => _late is not null;

    /// <summary>The share done after <paramref name="done"/> steps and <paramref name="seconds"/>; call it after each step. 1 ends the training.</summary>
    public double Fraction(long done, double seconds)
    {
        double bySteps = (double)done / steps;
        if (done <= WarmUp)
            _warm = seconds;
        if (seconds >= limitSeconds || done >= steps)
            return 1;
        if (_late is null && done >= WarmUp + Measured && seconds - _warm >= MeasuredSeconds)
        {
            double perStep = (seconds - _warm) / (done - WarmUp);
            if (seconds + perStep * (steps - done) > limitSeconds)
                _late = (bySteps, seconds);
        }
        return _late is var (fraction, since)
            ? Math.Max(bySteps, fraction + (1 - fraction) * (seconds - since) / (limitSeconds - since))
            : bySteps;
    }
}
