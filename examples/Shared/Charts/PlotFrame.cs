using TensorCore.Examples.Charts.Layers;

namespace TensorCore.Examples.Charts;

/// <summary>Draws a plot: legend, grid, axes and the layers between.</summary>
internal static class PlotFrame
{
    private const double TickSize = 11;
    private const double LabelSize = 12;
    private const double LegendSize = 11.5;
    private const double LegendLine = 18;

    public static void Draw(SvgWriter svg, Box box, Plot plot, IReadOnlyList<Layer> layers, (double Min, double Max) x, (double Min, double Max) y)
    {
        LegendEntry[] legend = plot.ShowLegend ? [.. layers.SelectMany(l => l.Legend).DistinctBy(e => (e.Name, e.Color, e.Swatch))] : [];
        double legendHeight = DrawLegend(svg, box, legend);
        int yTarget = Math.Clamp((int)((box.Height - legendHeight) / 45), 2, 8);
        IReadOnlyList<Ticks.Tick> yTicks = plot.YAxis.ShowTicks ? Ticks.For(new(plot.YAxis, y.Min, y.Max, 1, 0), yTarget) : [];
        double yLabels = yTicks.Where(t => t.Major).Select(t => TextMetrics.Width(t.Label, TickSize)).DefaultIfEmpty(0).Max();
        bool crowded = Crowded(plot.XAxis, box.Width - yLabels - 30);
        double left = (plot.YAxis.Label is null ? 4 : 20) + (yLabels > 0 ? yLabels + 8 : 0);
        double bottom = (plot.XAxis.Label is null ? 4 : 20) + (plot.XAxis.ShowTicks ? crowded ? CategoryHeight(plot.XAxis) : 18 : 0);
        Box area = box.Inset(left, legendHeight + 8, 10, bottom);
        if (plot.EqualAspect)
            area = Square(area, x, y);

        AxisScale xScale = new(plot.XAxis, x.Min, x.Max, area.X, area.Right), yScale = new(plot.YAxis, y.Min, y.Max, area.Bottom, area.Y);
        double widest = Ticks.For(xScale, 6).Where(t => t.Major).Select(t => TextMetrics.Width(t.Label, TickSize)).DefaultIfEmpty(0).Max();
        IReadOnlyList<Ticks.Tick> xTicks = plot.XAxis.ShowTicks ? Ticks.For(xScale, Math.Clamp((int)(area.Width / Math.Max(60, widest + 20)), 2, 10)) : [];
        PlotCanvas canvas = new(svg, area, xScale, yScale);

        svg.Rect(area, Palette.Canvas);
        DrawGrid(canvas, xTicks, yTicks);
        using (svg.Clip(area))
        {
            foreach (Layer layer in layers)
                layer.Draw(canvas);
        }
        svg.Outline(area, Palette.Frame);
        foreach (Layer layer in layers)
            layer.DrawUnclipped(canvas);
        DrawTickLabels(canvas, xTicks, yTicks, crowded);
        if (plot.XAxis.Label is { } xLabel)
            svg.Text(area.CenterX, box.Bottom - 4, TextMetrics.Fit(xLabel, LabelSize, box.Width), LabelSize, Palette.Muted, Anchor.Middle);
        if (plot.YAxis.Label is { } yLabel)
            svg.Text(Math.Max(box.X, area.X - left) + 11, area.CenterY, TextMetrics.Fit(yLabel, LabelSize, box.Height), LabelSize, Palette.Muted, Anchor.Middle, rotate: -90);
    }

    private static double DrawLegend(SvgWriter svg, Box box, LegendEntry[] entries)
    {
        if (entries.Length == 0)
            return 0;
        double x = box.X, y = box.Y + 12;
        foreach (LegendEntry entry in entries)
        {
            string name = TextMetrics.Fit(entry.Name, LegendSize, box.Width - 30);
            double width = 24 + TextMetrics.Width(name, LegendSize) + 14;
            if (x > box.X && x + width - 14 > box.Right)
            {
                x = box.X;
                y += LegendLine;
            }
            DrawSwatch(svg, entry, x, y - 4);
            svg.Text(x + 24, y, name, LegendSize, Palette.Ink);
            x += width;
        }
        return y - box.Y + 4;
    }

    private static void DrawSwatch(SvgWriter svg, LegendEntry entry, double x, double y)
    {
        switch (entry.Swatch)
        {
            case Swatch.Block:
                svg.Rect(new(x + 4, y - 5, 12, 10), entry.Color, radius: 2);
                break;
            case Swatch.Marker:
                ScatterLayer.Marker(svg, x + 10, y, 4.5, entry.Marker, entry.Color);
                break;
            default:
                svg.Line(x, y, x + 18, y, entry.Color, 2.6, dash: entry.Swatch == Swatch.DashedLine ? "6 4" : null);
                break;
        }
    }

    private static void DrawGrid(PlotCanvas canvas, IReadOnlyList<Ticks.Tick> xTicks, IReadOnlyList<Ticks.Tick> yTicks)
    {
        foreach (Ticks.Tick tick in xTicks)
        {
            if (canvas.X.Axis.Categories is null)
                canvas.Svg.Line(canvas.X.Map(tick.Value), canvas.Area.Y, canvas.X.Map(tick.Value), canvas.Area.Bottom, Palette.Grid, tick.Major ? 1 : 0.5);
        }
        foreach (Ticks.Tick tick in yTicks)
        {
            bool zero = tick.Value == 0 && canvas.Y.Min < 0;
            canvas.Svg.Line(canvas.Area.X, canvas.Y.Map(tick.Value), canvas.Area.Right, canvas.Y.Map(tick.Value), zero ? Palette.Frame : Palette.Grid, tick.Major ? 1 : 0.5);
        }
    }

    private static void DrawTickLabels(PlotCanvas canvas, IReadOnlyList<Ticks.Tick> xTicks, IReadOnlyList<Ticks.Tick> yTicks, bool crowded)
    {
        foreach (Ticks.Tick tick in yTicks.Where(t => t.Major))
            canvas.Svg.Text(canvas.Area.X - 7, canvas.Y.Map(tick.Value) + 4, tick.Label, TickSize, Palette.Muted, Anchor.End);
        foreach (Ticks.Tick tick in xTicks.Where(t => t.Major))
        {
            double x = canvas.X.Map(tick.Value);
            if (x < canvas.Area.X - 0.5 || x > canvas.Area.Right + 0.5)
                continue;
            if (crowded)
                canvas.Svg.Text(x + 4, canvas.Area.Bottom + 12, TextMetrics.Fit(tick.Label, TickSize, 130), TickSize, Palette.Muted, Anchor.End, rotate: -40);
            else
                canvas.Svg.Text(x, canvas.Area.Bottom + 16, tick.Label, TickSize, Palette.Muted, Anchor.Middle);
        }
    }

    private static bool Crowded(Axis axis, double width) =>
        axis.Categories is { Count: > 0 } names && names.Max(n => TextMetrics.Width(n, TickSize)) + 6 > width / names.Count;

    private static double CategoryHeight(Axis axis) =>
        axis.Categories is { } names ? 14 + 0.65 * Math.Min(130, names.Max(n => TextMetrics.Width(n, TickSize))) : 18;

    // The largest area with one scale for both axes, in the middle of the space.
    private static Box Square(Box area, (double Min, double Max) x, (double Min, double Max) y)
    {
        double unit = Math.Min(area.Width / (x.Max - x.Min), area.Height / (y.Max - y.Min));
        double width = Math.Max(20, unit * (x.Max - x.Min)), height = Math.Max(20, unit * (y.Max - y.Min));
        return new(area.CenterX - width / 2, area.Y, width, height);
    }
}
