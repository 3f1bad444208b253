using System.Globalization;
using System.Text;
using System.Xml;

namespace TensorCore.Examples.Charts;

/// <summary>A rectangle in SVG units; y grows downwards.</summary>
internal readonly record struct Box(double X, double Y, double Width, double Height)
{
    public double Right => X + Width;
    public double Bottom => Y + Height;
    public double CenterX => X + Width / 2;
    public double CenterY => Y + Height / 2;

    public Box Inset(double left, double top, double right, double bottom) =>
        new(X + left, Y + top, Math.Max(1, Width - left - right), Math.Max(1, Height - top - bottom));
}

/// <summary>An attribute's text, made from a string, a number (two decimals, invariant culture) or a colour.</summary>
internal readonly struct SvgValue
{
    private SvgValue(string text) => Text = text;

    public string Text { get; }

    public static implicit operator SvgValue(string text) => new(text);
    public static implicit operator SvgValue(double number) => new(Number(number));
    public static implicit operator SvgValue(Rgb color) => new(color.Hex);

    // Two decimals are a hundredth of a pixel at scale 1; the clamp keeps what a divergent curve does outside the plot drawable.
    public static string Number(double value)
    {
        string text = Math.Clamp(double.IsNaN(value) ? 0 : value, -1e6, 1e6).ToString("0.##", CultureInfo.InvariantCulture);
        return text == "-0" ? "0" : text;
    }
}

internal enum Anchor { Start, Middle, End }

/// <summary>Writes SVG elements. The XML writer escapes and nests, so the file is well-formed by construction.</summary>
internal sealed class SvgWriter : IDisposable
{
    private const string Namespace = "http://www.w3.org/2000/svg";
    private const string Fonts = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";

    private readonly StringBuilder _text = new();
    private readonly XmlWriter _xml;
    private int _ids;

    public SvgWriter(double width, double height, string title)
    {
        _xml = XmlWriter.Create(_text, new XmlWriterSettings { OmitXmlDeclaration = true, Indent = true, IndentChars = " ", NewLineChars = "\n" });
        _xml.WriteStartElement("svg", Namespace);
        Attributes(
            ("viewBox", $"0 0 {SvgValue.Number(width)} {SvgValue.Number(height)}"), ("width", width), ("height", height),
            ("role", "img"), ("font-family", Fonts));
        _xml.WriteElementString("title", Namespace, Printable(title));
    }

    /// <summary>Ends the document and returns it.</summary>
    public string Finish()
    {
        _xml.WriteEndElement();
        _xml.Flush();
        return _text.Append('\n').ToString();
    }

    public void Dispose() => _xml.Dispose();

    /// <summary>A name that no other element of this file has.</summary>
    public string NextId(string prefix) => prefix + (++_ids).ToString(CultureInfo.InvariantCulture);

    public void Leaf(string name, params ReadOnlySpan<(string Name, SvgValue Value)> attributes)
    {
        _xml.WriteStartElement(name, Namespace);
        Attributes(attributes);
        _xml.WriteEndElement();
    }

    public Element Group(params ReadOnlySpan<(string Name, SvgValue Value)> attributes) => Open("g", attributes);

    public Element Open(string name, params ReadOnlySpan<(string Name, SvgValue Value)> attributes)
    {
        _xml.WriteStartElement(name, Namespace);
        Attributes(attributes);
        return new(_xml);
    }

    /// <summary>A group whose content is cut off at <paramref name="box"/>.</summary>
    public Element Clip(Box box)
    {
        string id = NextId("clip");
        using (Open("clipPath", ("id", id)))
            Leaf("rect", ("x", box.X), ("y", box.Y), ("width", box.Width), ("height", box.Height));
        return Group(("clip-path", $"url(#{id})"));
    }

    public void Rect(Box box, Rgb fill, double radius = 0) =>
        Leaf("rect", ("x", box.X), ("y", box.Y), ("width", box.Width), ("height", box.Height), ("rx", radius), ("fill", fill));

    public void Outline(Box box, Rgb stroke, double width = 1, double radius = 0) =>
        Leaf("rect", ("x", box.X), ("y", box.Y), ("width", box.Width), ("height", box.Height), ("rx", radius),
            ("fill", "none"), ("stroke", stroke), ("stroke-width", width));

    public void Line(double x1, double y1, double x2, double y2, Rgb stroke, double width = 1, double opacity = 1, string? dash = null)
    {
        if (dash is null)
            Leaf("line", ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2), ("stroke", stroke), ("stroke-width", width), ("stroke-opacity", opacity));
        else
            Leaf("line", ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2), ("stroke", stroke), ("stroke-width", width), ("stroke-opacity", opacity), ("stroke-dasharray", dash));
    }

    public void Path(string data, Rgb? fill = null, Rgb? stroke = null, double width = 0, double opacity = 1, string? dash = null) =>
        Leaf("path", ("d", data), ("fill", fill?.Hex ?? "none"), ("stroke", stroke?.Hex ?? "none"), ("stroke-width", width),
            ("stroke-linejoin", "round"), ("stroke-linecap", dash is null ? "round" : "butt"), ("stroke-dasharray", dash ?? "none"), ("opacity", opacity));

    /// <summary>A raster of one (grey) or three (RGB) bytes a pixel, stretched over <paramref name="box"/>: interpolated, or with sharp pixels.</summary>
    public void Image(Box box, int width, int height, ReadOnlySpan<byte> pixels, bool smooth)
    {
        if (!smooth)
            (width, height, pixels) = Enlarge(width, height, pixels, (int)Math.Ceiling(2 * box.Width / width));
        Leaf("image", ("x", box.X), ("y", box.Y), ("width", box.Width), ("height", box.Height), ("preserveAspectRatio", "none"),
            ("style", smooth ? "image-rendering:auto" : "image-rendering:pixelated"), ("href", Png.DataUri(width, height, pixels)));
    }

    public void Text(double x, double y, string text, double size, Rgb fill, Anchor anchor = Anchor.Start, bool bold = false, double rotate = 0)
    {
        _xml.WriteStartElement("text", Namespace);
        Attributes(("x", x), ("y", y), ("font-size", size), ("fill", fill));
        if (anchor != Anchor.Start)
            Attributes(("text-anchor", anchor == Anchor.Middle ? "middle" : "end"));
        if (bold)
            Attributes(("font-weight", "600"));
        if (rotate != 0)
            Attributes(("transform", $"rotate({SvgValue.Number(rotate)} {SvgValue.Number(x)} {SvgValue.Number(y)})"));
        _xml.WriteString(Printable(text));
        _xml.WriteEndElement();
    }

    // Not every viewer knows "pixelated", so sharp pixels are made of several: about two a unit of the drawing.
    private static (int Width, int Height, byte[] Pixels) Enlarge(int width, int height, ReadOnlySpan<byte> pixels, int factor)
    {
        factor = Math.Clamp(factor, 1, 32);
        int channels = pixels.Length / (width * height), stride = width * factor * channels;
        byte[] large = new byte[stride * height * factor];
        for (int row = 0; row < height; row++)
        {
            Span<byte> first = large.AsSpan(row * factor * stride, stride);
            for (int at = 0; at < stride; at++)
                first[at] = pixels[(row * width + at / channels / factor) * channels + at % channels];
            for (int copy = 1; copy < factor; copy++)
                first.CopyTo(large.AsSpan((row * factor + copy) * stride));
        }
        return (width * factor, height * factor, large);
    }

    private void Attributes(params ReadOnlySpan<(string Name, SvgValue Value)> attributes)
    {
        foreach ((string name, SvgValue value) in attributes)
            _xml.WriteAttributeString(name, value.Text);
    }

    /// <summary>The text with what XML 1.0 cannot hold (control characters, halves of surrogate pairs) replaced: captions may show raw tokens.</summary>
    internal static string Printable(string text)
    {
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool allowed = rune.Value >= 0x20 && rune.Value is not 0xFFFE and not 0xFFFF;
            clean.Append(allowed ? rune : rune.Value is '\t' or '\n' or '\r' ? new Rune(' ') : Rune.ReplacementChar);
        }
        return clean.ToString();
    }

    internal readonly struct Element(XmlWriter xml) : IDisposable
    {
        public void Dispose() => xml.WriteEndElement();
    }
}
