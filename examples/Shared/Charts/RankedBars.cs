namespace TensorCore.Examples.Charts;

/// <summary>
/// Horizontal bars with a label before and the value behind, from top to bottom: the most probable next tokens,
/// the scores of answers. Values are taken as shares of <see cref="Max"/>.
/// </summary>
public sealed class RankedBars : Panel
{
    private const double Size = 12;
    private const double Line = 22;

    private readonly (string Label, double Value)[] _bars;

    /// <summary>Bars in the order given.</summary>
    public RankedBars(string? title, IEnumerable<(string Label, double Value)> bars)
        : base(title)
    {
        ArgumentNullException.ThrowIfNull(bars);
        _bars = [.. bars];
    }

    /// <summary>The value of a full bar; by default the largest. Set 1 to compare several panels of probabilities.</summary>
    public double? Max { get; init; }

    /// <summary>The colour of the bars.</summary>
    public Rgb Color { get; init; } = Palette.Of(0);

    /// <summary>Whether values are written as percentages.</summary>
    public bool Percent { get; init; }

    internal override double HeightFor(double width, double usual) => TitleHeight(width) + Math.Max(1, _bars.Length) * Line;

    private protected override void DrawBody(SvgWriter svg, Box box)
    {
        double labels = Math.Min(box.Width * 0.4, _bars.Select(b => TextMetrics.Width(b.Label, Size)).DefaultIfEmpty(0).Max());
        double values = _bars.Select(b => TextMetrics.Width(Written(b.Value), Size)).DefaultIfEmpty(0).Max();
        double room = Math.Max(10, box.Width - labels - values - 20);
        double full = Max ?? Numbers.Range([.. _bars.Select(b => b.Value)]).Max;
        for (int i = 0; i < _bars.Length; i++)
        {
            (string label, double value) = _bars[i];
            double y = box.Y + i * Line, share = double.IsFinite(value) && full > 0 ? Math.Clamp(value / full, 0, 1) : 0;
            svg.Text(box.X + labels, y + 15, TextMetrics.Fit(label, Size, labels + 1), Size, Palette.Ink, Anchor.End);
            svg.Rect(new(box.X + labels + 9, y + 3, room, Line - 7), Palette.Grid, radius: 2);
            if (share > 0)
                svg.Rect(new(box.X + labels + 9, y + 3, Math.Max(1, share * room), Line - 7), Color, radius: 2);
            svg.Text(box.Right, y + 15, Written(value), Size, Palette.Muted, Anchor.End);
        }
    }

    private string Written(double value) => Percent && double.IsFinite(value) ? Ticks.Number(value * 100, 3) + " %" : Ticks.Number(value, 3);
}
