using System.Globalization;

namespace TensorCore.Examples.Charts;

/// <summary>A colour of 8-bit sRGB components.</summary>
public readonly record struct Rgb(byte R, byte G, byte B)
{
    /// <summary>"#rrggbb", as SVG wants it.</summary>
    public string Hex => $"#{R:x2}{G:x2}{B:x2}";

    /// <summary>Reads "#rrggbb".</summary>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static Rgb Parse(string hex)
    {
        ArgumentNullException.ThrowIfNull(hex);
        if (hex.Length != 7 || hex[0] != '#' || !int.TryParse(hex.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int v))
            throw new FormatException($"'{hex}' is not a colour of the form #rrggbb");
        return new((byte)(v >> 16), (byte)(v >> 8), (byte)v);
    }

    /// <summary>a + t·(b − a) per component, t clamped to [0, 1].</summary>
    public static Rgb Mix(Rgb a, Rgb b, double t)
    {
        t = Math.Clamp(double.IsNaN(t) ? 0 : t, 0, 1);
        return new(Component(a.R, b.R, t), Component(a.G, b.G, t), Component(a.B, b.B, t));
    }

    /// <summary>Relative luminance in [0, 1] (WCAG 2.1, "relative luminance").</summary>
    public double Luminance => 0.2126 * Linear(R) + 0.7152 * Linear(G) + 0.0722 * Linear(B);

    /// <summary>Contrast of two colours, 1 (the same) to 21 (black on white) (WCAG 2.1, "contrast ratio").</summary>
    public static double Contrast(Rgb a, Rgb b)
    {
        double x = a.Luminance, y = b.Luminance;
        return (Math.Max(x, y) + 0.05) / (Math.Min(x, y) + 0.05);
    }

    private static byte Component(byte a, byte b, double t) => (byte)Math.Round(a + t * (b - a));

    private static double Linear(byte component)
    {
        double c = component / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
    }
}
