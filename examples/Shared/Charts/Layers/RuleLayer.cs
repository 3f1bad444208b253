namespace TensorCore.Examples.Charts.Layers;

/// <summary>A labelled dashed line across the plot at one value: a target, a baseline, a moment.</summary>
internal sealed class RuleLayer(double value, string? label, bool vertical) : Layer
{
    public override void Measure(DataRange x, DataRange y) => (vertical ? x : y).Include(value);

    public override void Draw(PlotCanvas canvas)
    {
        Box area = canvas.Area;
        AxisScale scale = vertical ? canvas.X : canvas.Y;
        if (!scale.Shows(value))
            return;
        double at = scale.Map(value);
        if (vertical)
            canvas.Svg.Line(at, area.Y, at, area.Bottom, Palette.Muted, 1.2, 0.9, "4 4");
        else
            canvas.Svg.Line(area.X, at, area.Right, at, Palette.Muted, 1.2, 0.9, "4 4");
        if (label is null)
            return;
        if (vertical)
        {
            bool left = at + TextMetrics.Width(label, 11) + 8 > area.Right;
            canvas.Svg.Text(left ? at - 5 : at + 5, area.Y + 13, label, 11, Palette.Muted, left ? Anchor.End : Anchor.Start);
        }
        else
        {
            bool under = at < area.Y + 16;
            canvas.Svg.Text(area.Right - 5, under ? at + 13 : at - 5, label, 11, Palette.Muted, Anchor.End);
        }
    }
}
