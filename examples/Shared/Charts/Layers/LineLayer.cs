using System.Text;

namespace TensorCore.Examples.Charts.Layers;

/// <summary>
/// A polyline. Points that the axes cannot show (NaN, infinite, not positive on a logarithmic axis) leave a gap;
/// a point alone between two gaps is drawn as a dot.
/// </summary>
internal sealed class LineLayer(string? name, double[] xs, double[] ys, LineStyle style, Rgb color) : Layer
{
    public override IEnumerable<LegendEntry> Legend =>
        name is null ? [] : [new(name, color, style.Dashed ? Swatch.DashedLine : Swatch.Line)];

    public override void Measure(DataRange x, DataRange y)
    {
        for (int i = 0; i < xs.Length; i++)
        {
            // A point counts only if both coordinates can be shown: NaN losses must not widen the x range, nor the reverse.
            if (double.IsFinite(xs[i]) && double.IsFinite(ys[i]))
            {
                x.Include(xs[i]);
                y.Include(ys[i]);
            }
        }
    }

    public override void Draw(PlotCanvas canvas)
    {
        StringBuilder path = new();
        for (int i = 0; i < xs.Length;)
        {
            if (!Shown(canvas, i))
            {
                i++;
                continue;
            }
            int start = i;
            while (i < xs.Length && Shown(canvas, i))
                i++;
            if (i - start == 1)
                canvas.Svg.Leaf("circle", ("cx", canvas.X.Map(xs[start])), ("cy", canvas.Y.Map(ys[start])), ("r", style.Width + 0.6), ("fill", color), ("opacity", style.Opacity));
            else
                AppendRun(path, canvas, start, i);
        }
        if (path.Length > 0)
            canvas.Svg.Path(path.ToString(), stroke: color, width: style.Width, opacity: style.Opacity, dash: style.Dashed ? "6 4" : null);
    }

    /// <summary>An arrow where the curve first leaves through the top edge.</summary>
    public override void DrawUnclipped(PlotCanvas canvas)
    {
        for (int i = 1; i < xs.Length; i++)
        {
            if (!Shown(canvas, i) || !Shown(canvas, i - 1) || ys[i] <= canvas.Y.Max || ys[i - 1] > canvas.Y.Max)
                continue;
            double x0 = canvas.X.Map(xs[i - 1]), x1 = canvas.X.Map(xs[i]), y0 = canvas.Y.Map(ys[i - 1]), y1 = canvas.Y.Map(ys[i]);
            double x = x0 + (x1 - x0) * (canvas.Area.Y - y0) / (y1 - y0), y = canvas.Area.Y;
            if (x < canvas.Area.X || x > canvas.Area.Right)
                continue;
            canvas.Svg.Path($"M{N(x - 5)} {N(y + 6)}L{N(x)} {N(y - 4)}L{N(x + 5)} {N(y + 6)}Z", fill: color, stroke: Palette.Canvas, width: 1);
            return;
        }
    }

    private bool Shown(PlotCanvas canvas, int i) => canvas.X.Shows(xs[i]) && canvas.Y.Shows(ys[i]);

    // Beyond four points a pixel a run is reduced to first, lowest, highest and last of each pixel column: 100,000 training
    // steps look the same and take kilobytes instead of megabytes. Only for growing x, where columns come in order.
    private void AppendRun(StringBuilder path, PlotCanvas canvas, int start, int end)
    {
        bool dense = end - start > 4 * canvas.Area.Width;
        for (int i = start + 1; dense && i < end; i++)
            dense = xs[i] >= xs[i - 1];
        path.Append('M');
        if (!dense)
        {
            for (int i = start; i < end; i++)
                AppendPoint(path, canvas, i);
            return;
        }
        for (int i = start; i < end;)
        {
            double column = Math.Floor(canvas.X.Map(xs[i]));
            int first = i, low = i, high = i;
            for (; i < end && Math.Floor(canvas.X.Map(xs[i])) == column; i++)
            {
                low = ys[i] < ys[low] ? i : low;
                high = ys[i] > ys[high] ? i : high;
            }
            int last = i - 1, a = Math.Min(low, high), b = Math.Max(low, high);
            AppendPoint(path, canvas, first);
            if (a != first)
                AppendPoint(path, canvas, a);
            if (b != a && b != last)
                AppendPoint(path, canvas, b);
            if (last != first && last != a)
                AppendPoint(path, canvas, last);
        }
    }

    private void AppendPoint(StringBuilder path, PlotCanvas canvas, int i) =>
        path.Append(path[^1] == 'M' ? "" : "L").Append(N(canvas.X.Map(xs[i]))).Append(' ').Append(N(canvas.Y.Map(ys[i])));

    private static string N(double value) => SvgValue.Number(value);
}
