namespace TensorCore.Examples.Charts.Layers;

/// <summary>A neuron's decision line at successive moments: the older, the paler; the last in full, with an arrow towards its positive side.</summary>
internal sealed class DecisionLinesLayer(string? name, DecisionLine[] lines, Rgb color) : Layer
{
    public override IEnumerable<LegendEntry> Legend => name is null ? [] : [new(name, color, Swatch.Line)];

    // Lines have no ends: the points beside them set the range.
    public override void Measure(DataRange x, DataRange y)
    {
    }

    public override void Draw(PlotCanvas canvas)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            if (Cross(lines[i], canvas.X, canvas.Y) is not { } ends)
                continue;
            bool last = i == lines.Length - 1;
            double age = (i + 1.0) / lines.Length;
            double x1 = canvas.X.Map(ends.X1), y1 = canvas.Y.Map(ends.Y1), x2 = canvas.X.Map(ends.X2), y2 = canvas.Y.Map(ends.Y2);
            canvas.Svg.Line(x1, y1, x2, y2, color, last ? 2.6 : 1.3, last ? 1 : 0.10 + 0.6 * age * age);
            if (last)
                DrawArrow(canvas, lines[i], (x1 + x2) / 2, (y1 + y2) / 2, Math.Atan2(y2 - y1, x2 - x1));
        }
    }

    // The arrow stands perpendicular to the line as drawn, on the side where w·x + b grows.
    private void DrawArrow(PlotCanvas canvas, DecisionLine line, double x, double y, double angle)
    {
        const double Length = 22, Head = 7;
        double nx = -Math.Sin(angle), ny = Math.Cos(angle);
        // A step along +n in pixels is (nx, −ny) in data directions, up to the positive scales.
        double sx = canvas.X.Map(canvas.X.Max) - canvas.X.Map(canvas.X.Min), sy = canvas.Y.Map(canvas.Y.Min) - canvas.Y.Map(canvas.Y.Max);
        double growth = line.W1 * nx * (canvas.X.Max - canvas.X.Min) / sx - line.W2 * ny * (canvas.Y.Max - canvas.Y.Min) / sy;
        if (growth < 0)
            (nx, ny) = (-nx, -ny);
        double tipX = x + nx * Length, tipY = y + ny * Length;
        double baseX = tipX - nx * Head, baseY = tipY - ny * Head;
        canvas.Svg.Line(x, y, baseX, baseY, color, 2);
        string path = $"M{N(tipX)} {N(tipY)}L{N(baseX - ny * 4.5)} {N(baseY + nx * 4.5)}L{N(baseX + ny * 4.5)} {N(baseY - nx * 4.5)}Z";
        canvas.Svg.Path(path, fill: color);
    }

    // Where w1·x + w2·y + b = 0 crosses the shown rectangle (Liang–Barsky on a segment far longer than the diagonal would lose digits: solve on the nearer axis).
    private static (double X1, double Y1, double X2, double Y2)? Cross(DecisionLine line, AxisScale x, AxisScale y)
    {
        double width = x.Max - x.Min, height = y.Max - y.Min;
        bool steep = Math.Abs(line.W1) * width > Math.Abs(line.W2) * height;
        double main = steep ? line.W1 : line.W2, other = steep ? line.W2 : line.W1;
        if (!double.IsFinite(line.W1) || !double.IsFinite(line.W2) || !double.IsFinite(line.B) || main == 0)
            return null;
        (double from, double to, double low, double high) = steep ? (y.Min, y.Max, x.Min, x.Max) : (x.Min, x.Max, y.Min, y.Max);
        double a = -(line.B + other * from) / main, b = -(line.B + other * to) / main;
        if (Math.Max(a, b) < low || Math.Min(a, b) > high)
            return null;
        (double p, double q) = (Position(low), Position(high));
        if (a != b)
        {
            double enter = Math.Max(0, Math.Min(p, q)), leave = Math.Min(1, Math.Max(p, q));
            (a, b, from, to) = (a + enter * (b - a), a + leave * (b - a), from + enter * (to - from), from + leave * (to - from));
        }
        return steep ? (a, from, b, to) : (from, a, to, b);

        double Position(double at) => a == b ? 0 : (at - a) / (b - a);
    }

    private static string N(double value) => SvgValue.Number(value);
}
