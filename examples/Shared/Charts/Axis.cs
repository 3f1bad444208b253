namespace TensorCore.Examples.Charts;

/// <summary>One axis of a <see cref="Plot"/>. What is not set is chosen from the data.</summary>
public sealed class Axis
{
    /// <summary>What is measured, with its unit, in the reader's language.</summary>
    public string? Label { get; set; }

    /// <summary>Whether the axis is logarithmic; values that are not positive are then left out.</summary>
    public bool Log { get; set; }

    /// <summary>The smallest value shown; by default the data's.</summary>
    public double? Min { get; set; }

    /// <summary>The largest value shown; by default the data's.</summary>
    public double? Max { get; set; }

    /// <summary>
    /// The largest value that the automatic range may reach. A curve that diverges then leaves through the top edge,
    /// with an arrow, instead of flattening all others.
    /// </summary>
    public double? Limit { get; set; }

    /// <summary>Whether values are marked along the axis.</summary>
    public bool ShowTicks { get; set; } = true;

    /// <summary>The names of positions 0, 1, 2, …, instead of numbers (set by bar layers).</summary>
    internal IReadOnlyList<string>? Categories { get; set; }

    /// <summary>Whether the axis can show <paramref name="value"/> at all.</summary>
    internal bool Shows(double value) => double.IsFinite(value) && (!Log || value > 0);
}

/// <summary>The extent of the data along one axis, gathered value by value.</summary>
internal sealed class DataRange(Axis axis)
{
    private double _min = double.PositiveInfinity;
    private double _max = double.NegativeInfinity;

    /// <summary>Whether the ends are kept as they are: a raster or a category fills its axis without a margin.</summary>
    public bool Tight { get; set; }

    public void Include(double value)
    {
        if (!axis.Shows(value))
            return;
        double limited = Math.Min(value, axis.Limit ?? value);
        _min = Math.Min(_min, limited);
        _max = Math.Max(_max, limited);
    }

    /// <summary>The range to show: the data's with a margin of <paramref name="margin"/> on each side, or what the axis asks for. Always finite and not empty.</summary>
    public (double Min, double Max) Resolve(double margin)
    {
        bool any = _min <= _max;
        double min = axis.Log ? Math.Log10(any ? _min : 1) : any ? _min : 0;
        double max = axis.Log ? Math.Log10(any ? _max : 10) : any ? _max : 1;
        if (max - min <= 1e-12 * Math.Max(1e-290, Math.Max(Math.Abs(min), Math.Abs(max))))
        {
            double half = min == 0 || axis.Log ? 0.5 : Math.Abs(min) * 0.1;
            (min, max) = (min - half, max + half);
        }
        else if (!Tight)
        {
            double pad = margin * (max - min);
            // Data that never go below zero get no axis below zero.
            min = !axis.Log && min >= 0 && min - pad < 0 ? 0 : min - pad;
            max += pad;
        }
        if (axis.Log)
            (min, max) = (Math.Pow(10, Math.Max(min, -300)), Math.Pow(10, Math.Min(max, 300))); // clear of denormal and infinite ends
        min = Usable(axis.Min) ?? Math.Clamp(min, -1e300, 1e300);
        max = Usable(axis.Max) ?? Math.Clamp(max, -1e300, 1e300);
        if (max > min)
            return (min, max);
        return axis.Log ? (min, min * 10) : (min, min + Math.Max(1, Math.Abs(min) * 1e-3));
    }

    private double? Usable(double? end) => end is { } value && axis.Shows(value) ? value : null;
}

/// <summary>Maps an axis' values to SVG coordinates.</summary>
internal readonly struct AxisScale(Axis axis, double min, double max, double from, double to)
{
    public Axis Axis { get; } = axis;
    public double Min { get; } = min;
    public double Max { get; } = max;

    public bool Shows(double value) => Axis.Shows(value);

    public double Map(double value)
    {
        // Halved before subtracting: max − min of the full double range would overflow.
        double t = Axis.Log
            ? (Math.Log10(value) - Math.Log10(Min)) / (Math.Log10(Max) - Math.Log10(Min))
            : (value / 2 - Min / 2) / (Max / 2 - Min / 2);
        return from + t * (to - from);
    }
}
