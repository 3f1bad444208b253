namespace TensorCore.Examples.Charts;

/// <summary>
/// A matrix as coloured cells with a colour bar: attention weights, confusion matrices, layer weights.
/// Signed data are shown on a diverging scale with zero in the middle unless another scale is asked for.
/// </summary>
public sealed class HeatMap : Panel
{
    private const double TickSize = 11;
    private const double BarWidth = 12;
    private const int MaxRects = 2500; // more cells than that become one raster

    private readonly double[,] _values;

    /// <summary>A heat map of <paramref name="values"/> (rows, columns), the first row on top.</summary>
    /// <exception cref="ArgumentException">The matrix is empty.</exception>
    public HeatMap(string? title, double[,] values)
        : base(title)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length == 0)
            throw new ArgumentException($"a heat map needs at least one cell; the matrix is {values.GetLength(0)}×{values.GetLength(1)}", nameof(values));
        _values = (double[,])values.Clone();
    }

    /// <summary>A heat map of a row-major matrix.</summary>
    /// <exception cref="ArgumentException">The sizes are not positive or do not match the number of values.</exception>
    public HeatMap(string? title, ReadOnlySpan<float> values, int rows, int columns)
        : this(title, Matrix(values, rows, columns))
    {
    }

    /// <summary>Names of the rows, from the top; null for none.</summary>
    public IReadOnlyList<string>? RowLabels { get; init; }

    /// <summary>Names of the columns; null for none.</summary>
    public IReadOnlyList<string>? ColumnLabels { get; init; }

    /// <summary>What the columns are.</summary>
    public string? XLabel { get; init; }

    /// <summary>What the rows are.</summary>
    public string? YLabel { get; init; }

    /// <summary>The colours; chosen by the data's signs when null.</summary>
    public ColorScale? Scale { get; init; }

    /// <summary>The value of the scale's first colour; by default the data's smallest.</summary>
    public double? Min { get; init; }

    /// <summary>The value of the scale's last colour; by default the data's largest.</summary>
    public double? Max { get; init; }

    /// <summary>Whether the values are written into the cells; by default where there is room for them.</summary>
    public bool? ShowValues { get; init; }

    /// <summary>Significant digits of the largest written value; the others show the same decimals.</summary>
    public int Digits { get; init; } = 2;

    private int Rows => _values.GetLength(0);

    private int Columns => _values.GetLength(1);

    private protected override void DrawBody(SvgWriter svg, Box box)
    {
        (double min, double max, ColorScale scale) = ChooseScale();
        double barLabels = TextMetrics.Width(Ticks.Number(max, 3), TickSize);
        barLabels = Math.Max(barLabels, TextMetrics.Width(Ticks.Number(min, 3), TickSize)) + 14;
        double rowLabels = LabelWidth(RowLabels);
        double left = (YLabel is null ? 0 : 18) + (rowLabels > 0 ? rowLabels + 7 : 0);
        double right = BarWidth + 14 + barLabels;
        double cellWidth = Math.Max(1, (box.Width - left - right) / Columns);
        bool rotated = ColumnLabels is not null && LabelWidth(ColumnLabels) + 3 > cellWidth;
        double columnLabels = ColumnLabels is null ? 0 : rotated ? 0.75 * LabelWidth(ColumnLabels) + 12 : 18;
        Box area = box.Inset(left, columnLabels + 2, right, XLabel is null ? 2 : 22);

        DrawCells(svg, area, min, max, scale);
        svg.Outline(area, Palette.Frame);
        DrawLabels(svg, area, rotated);
        DrawBar(svg, new(area.Right + 14, area.Y, BarWidth, area.Height), min, max, scale);
        if (XLabel is not null)
            svg.Text(area.CenterX, area.Bottom + 17, XLabel, 12, Palette.Muted, Anchor.Middle);
        if (YLabel is not null)
            svg.Text(box.X + 11, area.CenterY, YLabel, 12, Palette.Muted, Anchor.Middle, rotate: -90);
    }

    private (double Min, double Max, ColorScale Scale) ChooseScale()
    {
        (double low, double high) = Numbers.Range(_values.Cast<double>().ToArray());
        bool signed = low < 0 && high > 0;
        ColorScale scale = Scale ?? (signed ? ColorScale.Diverging : ColorScale.Sequential);
        if (ReferenceEquals(scale, ColorScale.Diverging))
        {
            double reach = Math.Max(Math.Abs(low), Math.Abs(high));
            (low, high) = (-reach, reach);
        }
        double min = Math.Clamp(Min ?? low, -1e300, 1e300), max = Math.Clamp(Max ?? high, -1e300, 1e300); // ticks lie a step beyond
        return max > min ? (min, max, scale) : (min, min + Math.Max(1e-9, Math.Abs(min) * 1e-3), scale);
    }

    private void DrawCells(SvgWriter svg, Box area, double min, double max, ColorScale scale)
    {
        double width = area.Width / Columns, height = area.Height / Rows;
        if (_values.Length > MaxRects)
        {
            byte[] pixels = new byte[3 * _values.Length];
            for (int at = 0; at < _values.Length; at++)
            {
                Rgb color = CellColor(_values[at / Columns, at % Columns], min, max, scale);
                (pixels[3 * at], pixels[3 * at + 1], pixels[3 * at + 2]) = (color.R, color.G, color.B);
            }
            svg.Image(area, Columns, Rows, pixels, smooth: false);
            return;
        }
        double size = Math.Clamp(Math.Min(height * 0.5, width * 0.36), 6, 13);
        bool texts = ShowValues ?? (size >= 8 && width >= 24);
        int decimals = Decimals();
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                double value = _values[row, column];
                Rgb color = CellColor(value, min, max, scale);
                // Half a pixel of overlap keeps the ground from shining through between neighbours.
                Box cell = new(area.X + column * width, area.Y + row * height, width + (column + 1 < Columns ? 0.5 : 0), height + (row + 1 < Rows ? 0.5 : 0));
                svg.Rect(cell, color);
                if (texts)
                {
                    string text = Ticks.Rounded(value, decimals);
                    double fit = Math.Min(size, size * (width - 3) / Math.Max(1, TextMetrics.Width(text, size)));
                    Rgb ink = value == 0 ? Palette.Frame : Rgb.Contrast(color, Palette.Ink) >= Rgb.Contrast(color, Palette.Canvas) ? Palette.Ink : Palette.Canvas;
                    svg.Text(cell.X + width / 2, cell.Y + height / 2 + fit * 0.36, text, fit, ink, Anchor.Middle);
                }
            }
        }
    }

    private int Decimals()
    {
        double largest = _values.Cast<double>().Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        bool integers = _values.Cast<double>().All(v => !double.IsFinite(v) || v == Math.Round(v));
        return integers || largest == 0 ? 0 : Math.Clamp(Digits - (int)Math.Ceiling(Math.Log10(largest)), 0, 9);
    }

    private static Rgb CellColor(double value, double min, double max, ColorScale scale) =>
        double.IsNaN(value) ? Palette.Frame : scale.At((value / 2 - min / 2) / (max / 2 - min / 2));

    private void DrawLabels(SvgWriter svg, Box area, bool rotated)
    {
        double width = area.Width / Columns, height = area.Height / Rows;
        int every = Math.Max(1, (int)Math.Ceiling((TickSize + 1) / height));
        for (int row = 0; RowLabels is not null && row < Math.Min(Rows, RowLabels.Count); row += every)
            svg.Text(area.X - 6, area.Y + (row + 0.5) * height + 4, Shortened(RowLabels[row]), TickSize, Palette.Muted, Anchor.End);
        every = Math.Max(1, rotated ? (int)Math.Ceiling((TickSize + 1) / width) : 1);
        for (int column = 0; ColumnLabels is not null && column < Math.Min(Columns, ColumnLabels.Count); column += every)
        {
            double x = area.X + (column + 0.5) * width;
            string text = Shortened(ColumnLabels[column]);
            if (rotated)
                svg.Text(x + 3, area.Y - 6, text, TickSize, Palette.Muted, rotate: -48);
            else
                svg.Text(x, area.Y - 7, text, TickSize, Palette.Muted, Anchor.Middle);
        }
    }

    private static void DrawBar(SvgWriter svg, Box bar, double min, double max, ColorScale scale)
    {
        byte[] pixels = new byte[3 * 256];
        for (int i = 0; i < 256; i++)
        {
            Rgb color = scale.At(1 - i / 255.0);
            (pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]) = (color.R, color.G, color.B);
        }
        svg.Image(bar, 1, 256, pixels, smooth: true);
        svg.Outline(bar, Palette.Frame);
        foreach (Ticks.Tick tick in Ticks.Linear(min, max, Math.Clamp((int)(bar.Height / 50), 2, 6)))
        {
            double y = bar.Bottom - (tick.Value / 2 - min / 2) / (max / 2 - min / 2) * bar.Height;
            svg.Line(bar.Right, y, bar.Right + 4, y, Palette.Frame);
            svg.Text(bar.Right + 7, y + 4, tick.Label, TickSize, Palette.Muted);
        }
    }

    private static string Shortened(string label) => TextMetrics.Fit(label, TickSize, 120);

    private static double LabelWidth(IReadOnlyList<string>? labels) =>
        labels is not { Count: > 0 } ? 0 : labels.Max(l => TextMetrics.Width(Shortened(l), TickSize));

    private static double[,] Matrix(ReadOnlySpan<float> values, int rows, int columns)
    {
        if (rows < 1 || columns < 1 || values.Length != (long)rows * columns)
            throw new ArgumentException($"a {rows}×{columns} matrix does not have {values.Length} values", nameof(values));
        double[,] matrix = new double[rows, columns];
        for (int i = 0; i < values.Length; i++)
            matrix[i / columns, i % columns] = values[i];
        return matrix;
    }
}
