namespace TensorCore.Examples.Charts;

/// <summary>Small images in rows, with captions: digits and clothes from a data set, a network's filters, its feature maps.</summary>
public sealed class ImageGrid : Panel
{
    private const double CaptionSize = 11;
    private const double CaptionLine = 15;
    private const double Gap = 8;

    private readonly List<(int Width, int Height, byte[] Rgb, string? Caption, bool Alert)> _images = [];

    /// <summary>An empty grid.</summary>
    public ImageGrid(string? title = null)
        : base(title)
    {
    }

    /// <summary>Images in a row; 0 chooses.</summary>
    public int Columns { get; init; }

    /// <summary>The largest side of an image, in SVG units.</summary>
    public double MaxImageSize { get; init; } = 110;

    /// <summary>
    /// Appends a grey image of one byte a pixel, row by row. <paramref name="alert"/> frames it and colours its caption: a wrong answer.
    /// </summary>
    /// <exception cref="ArgumentException">The number of pixels is not width·height.</exception>
    public ImageGrid Add(int width, int height, ReadOnlySpan<byte> grey, string? caption = null, bool alert = false, ColorScale? scale = null)
    {
        double[] values = new double[grey.Length];
        for (int i = 0; i < grey.Length; i++)
            values[i] = grey[i];
        return Append(width, height, values, 0, 255, scale ?? ColorScale.Grey, caption, alert);
    }

    /// <summary>
    /// Appends a map of numbers. Signed ones use the diverging scale with zero in the middle, others grey; <paramref name="min"/> and
    /// <paramref name="max"/> fix the ends, for several maps that are to be compared.
    /// </summary>
    /// <exception cref="ArgumentException">The number of values is not width·height.</exception>
    public ImageGrid Add(int width, int height, ReadOnlySpan<float> values, string? caption = null, bool alert = false, ColorScale? scale = null, double? min = null, double? max = null)
    {
        double[] numbers = Numbers.Of(values);
        (double low, double high) = Numbers.Range(numbers);
        ColorScale colors = scale ?? (low < 0 && high > 0 ? ColorScale.Diverging : ColorScale.Grey);
        if (ReferenceEquals(colors, ColorScale.Diverging))
            (low, high) = (-Math.Max(Math.Abs(low), Math.Abs(high)), Math.Max(Math.Abs(low), Math.Abs(high)));
        return Append(width, height, numbers, min ?? low, max ?? high, colors, caption, alert);
    }

    private ImageGrid Append(int width, int height, double[] values, double low, double high, ColorScale scale, string? caption, bool alert)
    {
        if (width < 1 || height < 1 || values.Length != (long)width * height)
            throw new ArgumentException($"a {width}×{height} image does not have {values.Length} pixels");
        byte[] rgb = new byte[3 * values.Length];
        double span = high > low ? high - low : 1;
        for (int i = 0; i < values.Length; i++)
        {
            Rgb color = double.IsNaN(values[i]) ? Palette.Alert : scale.At((values[i] - low) / span);
            (rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]) = (color.R, color.G, color.B);
        }
        _images.Add((width, height, rgb, caption, alert));
        return this;
    }

    internal override double HeightFor(double width, double usual)
    {
        (int columns, double size) = Layout(width);
        int rows = (_images.Count + columns - 1) / columns;
        return TitleHeight(width) + Math.Max(20, rows * (RowHeight(size) + Gap) - Gap);
    }

    private protected override void DrawBody(SvgWriter svg, Box box)
    {
        (int columns, double size) = Layout(box.Width);
        for (int i = 0; i < _images.Count; i++)
        {
            (int width, int height, byte[] rgb, string? caption, bool alert) = _images[i];
            double x = box.X + i % columns * (size + Gap), y = box.Y + i / columns * (RowHeight(size) + Gap);
            // Images of other proportions keep them, centred in their square.
            double unit = size / Math.Max(width, height);
            Box image = new(x + (size - unit * width) / 2, y + (size - unit * height) / 2, unit * width, unit * height);
            svg.Image(image, width, height, rgb, smooth: false);
            svg.Outline(image, alert ? Palette.Alert : Palette.Grid, alert ? 2 : 1);
            if (caption is not null)
                svg.Text(x + size / 2, y + size + 12, TextMetrics.Fit(caption, CaptionSize, size + Gap - 2), CaptionSize, alert ? Palette.Alert : Palette.Muted, Anchor.Middle);
        }
    }

    private (int Columns, double Size) Layout(double width)
    {
        int columns = Columns > 0 ? Columns : Math.Clamp((int)((width + Gap) / (Math.Min(MaxImageSize, 64) + Gap)), 1, Math.Max(1, _images.Count));
        return (columns, Math.Clamp((width + Gap) / columns - Gap, 4, MaxImageSize));
    }

    private double RowHeight(double size) => size + (_images.Any(i => i.Caption is not null) ? CaptionLine : 0);
}
