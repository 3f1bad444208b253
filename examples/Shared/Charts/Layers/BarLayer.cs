namespace TensorCore.Examples.Charts.Layers;

/// <summary>Bars from zero, for numbered places or for the intervals of a histogram; values are written above while there is room.</summary>
internal sealed class BarLayer(string? name, double[] lefts, double[] rights, double[] values, Rgb color, bool labelled) : Layer
{
    public override IEnumerable<LegendEntry> Legend => name is null ? [] : [new(name, color, Swatch.Block)];

    public override void Measure(DataRange x, DataRange y)
    {
        y.Include(0);
        for (int i = 0; i < values.Length; i++)
        {
            x.Include(lefts[i]);
            x.Include(rights[i]);
            y.Include(values[i]);
        }
    }

    public override void Draw(PlotCanvas canvas)
    {
        double zero = canvas.Y.Axis.Log ? canvas.Area.Bottom : canvas.Y.Map(Math.Clamp(0, canvas.Y.Min, canvas.Y.Max));
        for (int i = 0; i < values.Length; i++)
        {
            if (!canvas.Y.Shows(values[i]))
                continue;
            double left = canvas.X.Map(lefts[i]), right = canvas.X.Map(rights[i]), end = canvas.Y.Map(values[i]);
            double gap = Math.Min(1, (right - left) * 0.1);
            canvas.Svg.Rect(new(left + gap, Math.Min(end, zero), Math.Max(0.5, right - left - 2 * gap), Math.Abs(end - zero)), color);
        }
    }

    public override void DrawUnclipped(PlotCanvas canvas)
    {
        for (int i = 0; labelled && i < values.Length; i++)
        {
            double left = canvas.X.Map(lefts[i]), right = canvas.X.Map(rights[i]);
            string text = Ticks.Number(values[i], 3);
            if (TextMetrics.Width(text, 10.5) > (right - left) * 1.3)
                continue;
            double end = canvas.Y.Shows(values[i]) ? Math.Max(canvas.Y.Map(values[i]), canvas.Area.Y) : canvas.Area.Bottom;
            // Where there is no room beyond the bar's end, inside it.
            bool below = values[i] < 0, full = below ? end + 13 > canvas.Area.Bottom : end - 13 < canvas.Area.Y;
            bool inside = full && TextMetrics.Width(text, 10.5) <= right - left;
            double y = below == inside ? end - 4 : end + 12;
            Rgb ink = !double.IsFinite(values[i]) ? Palette.Alert : inside ? Palette.Canvas : Palette.Ink;
            canvas.Svg.Text((left + right) / 2, y, text, 10.5, ink, Anchor.Middle);
        }
    }
}
