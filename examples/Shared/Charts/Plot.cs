using System.Numerics;
using TensorCore.Examples.Charts.Layers;

namespace TensorCore.Examples.Charts;

/// <summary>How a line is drawn; the colour is the next of the palette unless given.</summary>
public sealed record LineStyle(Rgb? Color = null, double Width = 2, bool Dashed = false, double Opacity = 1);

/// <summary>
/// Two axes with layers of lines, points, bars, decision regions: <c>new Plot("Loss") { XAxis = { Label = "step" } }.Line("training", losses)</c>.
/// Values that cannot be drawn (NaN, infinite, not positive on a logarithmic axis) are left out, with a gap.
/// Arrays may be of any number type; they are copied.
/// </summary>
public sealed class Plot : Panel
{
    private readonly List<Layer> _layers = [];
    private int _colors;

    /// <summary>An empty plot.</summary>
    public Plot(string? title = null)
        : base(title)
    {
    }

    /// <summary>The horizontal axis.</summary>
    public Axis XAxis { get; } = new();

    /// <summary>The vertical axis.</summary>
    public Axis YAxis { get; } = new();

    /// <summary>Whether one unit is as long along x as along y (for points of the plane).</summary>
    public bool EqualAspect { get; init; }

    /// <summary>Whether named layers are listed above the plot.</summary>
    public bool ShowLegend { get; init; } = true;

    /// <summary>A line over 0, 1, 2, ….</summary>
    public Plot Line<T>(string? name, ReadOnlySpan<T> ys, LineStyle? style = null)
        where T : INumberBase<T> =>
        AddLine(name, Numbers.Count(ys.Length), Numbers.Of(ys), style);

    /// <summary>A line through the points (xs[i], ys[i]).</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public Plot Line<TX, TY>(string? name, ReadOnlySpan<TX> xs, ReadOnlySpan<TY> ys, LineStyle? style = null)
        where TX : INumberBase<TX>
        where TY : INumberBase<TY> =>
        AddLine(name, Numbers.Of(xs), Numbers.Of(ys), style);

    /// <summary>A noisy line, pale, under its moving average over <paramref name="window"/> points around each.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or the window is not positive.</exception>
    public Plot SmoothedLine<TX, TY>(string? name, ReadOnlySpan<TX> xs, ReadOnlySpan<TY> ys, int window)
        where TX : INumberBase<TX>
        where TY : INumberBase<TY>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        double[] x = Numbers.Of(xs), y = Numbers.Of(ys);
        Rgb color = Palette.Of(_colors);
        AddLine(null, x, y, new(color, 1, Opacity: 0.3));
        return AddLine(name, x, Numbers.MovingAverage(y, window), new(color, 2.2));
    }

    /// <summary>Points of several classes, each with a colour and a shape of its own.</summary>
    /// <exception cref="ArgumentException">The lengths differ, or a class is negative.</exception>
    public Plot Scatter<TX, TY>(ReadOnlySpan<TX> xs, ReadOnlySpan<TY> ys, ReadOnlySpan<int> classes, IReadOnlyList<string>? names = null, double size = 4)
        where TX : INumberBase<TX>
        where TY : INumberBase<TY>
    {
        double[] x = Numbers.Of(xs), y = Numbers.Of(ys);
        int[] of = classes.ToArray();
        CheckLengths(x, y);
        if (of.Length != x.Length)
            throw new ArgumentException($"{x.Length} points but {of.Length} classes", nameof(classes));
        if (of.Any(c => c < 0))
            throw new ArgumentException($"classes are numbered from 0; found {of.Min()}", nameof(classes));
        foreach (int c in of.Distinct().Order())
        {
            int[] members = [.. Enumerable.Range(0, of.Length).Where(i => of[i] == c)];
            string? name = names is not null && c < names.Count ? names[c] : null;
            _layers.Add(new ScatterLayer(name, [.. members.Select(i => x[i])], [.. members.Select(i => y[i])], Palette.Of(c), c, size));
        }
        return this;
    }

    /// <summary>Points of one kind.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public Plot Scatter<TX, TY>(string? name, ReadOnlySpan<TX> xs, ReadOnlySpan<TY> ys, Rgb? color = null, double size = 3.5)
        where TX : INumberBase<TX>
        where TY : INumberBase<TY>
    {
        double[] x = Numbers.Of(xs), y = Numbers.Of(ys);
        CheckLengths(x, y);
        int marker = _layers.OfType<ScatterLayer>().Count();
        _layers.Add(new ScatterLayer(name, x, y, color ?? NextColor(), marker, size));
        return this;
    }

    /// <summary>
    /// What a model decides at every point of <paramref name="grid"/>. <paramref name="probabilities"/> is (grid.Count, classes), row-major, in
    /// the order of <see cref="DecisionGrid.Points"/>; with one class it is the probability of class 1 against class 0.
    /// </summary>
    /// <exception cref="ArgumentException">The number of probabilities is not grid.Count · classes.</exception>
    public Plot Regions<T>(DecisionGrid grid, ReadOnlySpan<T> probabilities, int classes = 1)
        where T : INumberBase<T>
    {
        ArgumentNullException.ThrowIfNull(grid);
        if (classes < 1 || probabilities.Length != (long)grid.Count * classes)
            throw new ArgumentException($"a {grid.Columns}×{grid.Rows} grid with {classes} classes needs {(long)grid.Count * classes} probabilities, not {probabilities.Length}", nameof(probabilities));
        _layers.Add(new RegionLayer(grid, Numbers.Of(probabilities), classes));
        return this;
    }

    /// <summary>One neuron's decision line as it moved: the older, the paler, the last one in full with an arrow to its positive side.</summary>
    public Plot DecisionLines(string? name, IEnumerable<DecisionLine> lines, Rgb? color = null)
    {
        ArgumentNullException.ThrowIfNull(lines);
        _layers.Add(new DecisionLinesLayer(name, [.. lines], color ?? Palette.Ink));
        return this;
    }

    /// <summary>Bars for named categories, one group of bars for each, one bar of each series in a group.</summary>
    /// <exception cref="ArgumentException">A series has not one value for each category.</exception>
    public Plot Bars(IReadOnlyList<string> categories, params (string? Name, double[] Values)[] series)
    {
        ArgumentNullException.ThrowIfNull(categories);
        ArgumentNullException.ThrowIfNull(series);
        XAxis.Categories = categories;
        double width = 0.8 / Math.Max(1, series.Length);
        for (int s = 0; s < series.Length; s++)
        {
            (string? name, double[] values) = series[s];
            if (values.Length != categories.Count)
                throw new ArgumentException($"{categories.Count} categories but {values.Length} values in series '{name}'", nameof(series));
            double[] lefts = [.. values.Select((_, i) => i - 0.4 + s * width)];
            _layers.Add(new BarLayer(name, lefts, [.. lefts.Select(l => l + width)], [.. values], NextColor(), labelled: true));
        }
        return this;
    }

    /// <summary>How often values fall into each of <paramref name="bins"/> equal intervals between the smallest and the largest; non-finite ones are left out.</summary>
    public Plot Histogram<T>(string? name, ReadOnlySpan<T> values, int bins = 30)
        where T : INumberBase<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        double[] finite = [.. Numbers.Of(values).Where(double.IsFinite)];
        double min = finite.Length == 0 ? 0 : finite.Min(), max = finite.Length == 0 ? 1 : finite.Max();
        if (max <= min)
            (min, max) = (min - 0.5, min + 0.5);
        double step = max / bins - min / bins;
        double[] counts = new double[bins];
        foreach (double value in finite)
            counts[Math.Clamp((int)((value - min) / step), 0, bins - 1)]++;
        double[] lefts = [.. counts.Select((_, i) => min + i * step)];
        _layers.Add(new BarLayer(name, lefts, [.. lefts.Select(l => l + step)], counts, NextColor(), labelled: false));
        return this;
    }

    /// <summary>A dashed line across the plot at y = <paramref name="value"/> (or x, if <paramref name="vertical"/>): a target, a baseline.</summary>
    public Plot Rule(double value, string? label = null, bool vertical = false)
    {
        _layers.Add(new RuleLayer(value, label, vertical));
        return this;
    }

    private protected override void DrawBody(SvgWriter svg, Box box)
    {
        DataRange x = new(XAxis), y = new(YAxis);
        foreach (Layer layer in _layers)
            layer.Measure(x, y);
        // Lines run from edge to edge; points and bars keep clear of the frame.
        bool lines = _layers.All(l => l is LineLayer or RuleLayer);
        PlotFrame.Draw(svg, box, this, _layers, x.Resolve(lines ? 0 : XAxis.Categories is null ? 0.05 : 0.02), y.Resolve(0.06));
    }

    private Plot AddLine(string? name, double[] xs, double[] ys, LineStyle? style)
    {
        CheckLengths(xs, ys);
        LineStyle drawn = style ?? new();
        _layers.Add(new LineLayer(name, xs, ys, drawn, drawn.Color ?? Palette.Of(_colors)));
        // The pale half of a smoothed line has no name and shares its colour with the next.
        if (drawn.Color is null || name is not null)
            _colors++;
        return this;
    }

    private Rgb NextColor() => Palette.Of(_colors++);

    private static void CheckLengths(double[] xs, double[] ys)
    {
        if (xs.Length != ys.Length)
            throw new ArgumentException($"{xs.Length} x values but {ys.Length} y values");
    }
}
