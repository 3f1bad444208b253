namespace TensorCore.Examples.Charts.Layers;

/// <summary>Points of one class. The shape tells classes apart as well as the colour does.</summary>
internal sealed class ScatterLayer(string? name, double[] xs, double[] ys, Rgb color, int marker, double size) : Layer
{
    public override IEnumerable<LegendEntry> Legend => name is null ? [] : [new(name, color, Swatch.Marker, marker)];

    public override void Measure(DataRange x, DataRange y)
    {
        for (int i = 0; i < xs.Length; i++)
        {
            if (double.IsFinite(xs[i]) && double.IsFinite(ys[i]))
            {
                x.Include(xs[i]);
                y.Include(ys[i]);
            }
        }
    }

    public override void Draw(PlotCanvas canvas)
    {
        for (int i = 0; i < xs.Length; i++)
        {
            if (canvas.X.Shows(xs[i]) && canvas.Y.Shows(ys[i]))
                Marker(canvas.Svg, canvas.X.Map(xs[i]), canvas.Y.Map(ys[i]), size, marker, color);
        }
    }

    public static void Marker(SvgWriter svg, double x, double y, double r, int marker, Rgb color)
    {
        // Areas are equal, so that no class looks heavier: a square's half side is r·√π/2, and so on.
        switch (marker % 5)
        {
            case 0:
                svg.Leaf("circle", ("cx", x), ("cy", y), ("r", r), ("fill", color), ("stroke", Palette.Canvas), ("stroke-width", 0.9));
                break;
            case 1:
                Polygon(svg, color, (x - 0.89 * r, y - 0.89 * r), (x + 0.89 * r, y - 0.89 * r), (x + 0.89 * r, y + 0.89 * r), (x - 0.89 * r, y + 0.89 * r));
                break;
            case 2:
                Polygon(svg, color, (x, y - 1.45 * r), (x + 1.3 * r, y + 0.85 * r), (x - 1.3 * r, y + 0.85 * r));
                break;
            case 3:
                Polygon(svg, color, (x, y - 1.3 * r), (x + 1.3 * r, y), (x, y + 1.3 * r), (x - 1.3 * r, y));
                break;
            default:
                Polygon(svg, color, (x, y + 1.45 * r), (x + 1.3 * r, y - 0.85 * r), (x - 1.3 * r, y - 0.85 * r));
                break;
        }
    }

    private static void Polygon(SvgWriter svg, Rgb color, params (double X, double Y)[] points) =>
        svg.Path("M" + string.Join('L', points.Select(p => $"{SvgValue.Number(p.X)} {SvgValue.Number(p.Y)}")) + "Z", fill: color, stroke: Palette.Canvas, width: 0.9);
}
