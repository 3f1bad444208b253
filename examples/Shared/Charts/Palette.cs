namespace TensorCore.Examples.Charts;

/// <summary>
/// The colours of every chart. A chart brings its own light background, so it reads the same on a light and on a dark
/// page. The series colours keep a contrast of at least 3:1 on it and follow the hues that stay apart under the
/// common kinds of colour blindness (Okabe and Ito, "Color Universal Design", 2008), darkened where theirs are too pale for lines.
/// </summary>
public static class Palette
{
    /// <summary>The card behind the panels.</summary>
    public static readonly Rgb Paper = Rgb.Parse("#fbfbf9");

    /// <summary>The ground inside a plot.</summary>
    public static readonly Rgb Canvas = Rgb.Parse("#ffffff");

    /// <summary>Titles and values.</summary>
    public static readonly Rgb Ink = Rgb.Parse("#1c2230");

    /// <summary>Tick labels, axis labels, captions.</summary>
    public static readonly Rgb Muted = Rgb.Parse("#565e6c");

    /// <summary>Axis lines and frames.</summary>
    public static readonly Rgb Frame = Rgb.Parse("#a9afba");

    /// <summary>Grid lines.</summary>
    public static readonly Rgb Grid = Rgb.Parse("#e6e8ec");

    /// <summary>What is wrong or needs the eye: a misclassified image, a value that could not be computed.</summary>
    public static readonly Rgb Alert = Rgb.Parse("#c0392b");

    private static readonly Rgb[] _series =
    [
        Rgb.Parse("#0072b2"), Rgb.Parse("#d55e00"), Rgb.Parse("#008f68"), Rgb.Parse("#a8428f"), Rgb.Parse("#a87600"),
        Rgb.Parse("#2a93c7"), Rgb.Parse("#5a5f6b"), Rgb.Parse("#7b3f1e"), Rgb.Parse("#5b4bb7"), Rgb.Parse("#c2456b"),
    ];

    /// <summary>How many series colours differ; further ones repeat.</summary>
    public static int Count => _series.Length;

    /// <summary>The colour of series or class number <paramref name="index"/> (from 0, repeating after <see cref="Count"/>).</summary>
    public static Rgb Of(int index) => _series[(int)((uint)index % (uint)_series.Length)];
}

/// <summary>A colour for every number in [0, 1], interpolated between anchors.</summary>
public sealed class ColorScale
{
    /// <summary>Pale to dark blue, with falling luminance: magnitudes, counts, probabilities.</summary>
    public static readonly ColorScale Sequential = new("#f8faf5", "#cfe8dc", "#83c8cb", "#3592c2", "#215b9f", "#152a63");

    /// <summary>Blue, white in the middle, orange: signed values such as weights.</summary>
    public static readonly ColorScale Diverging = new("#0a4a82", "#4d92c9", "#b9d6ea", "#f7f7f5", "#f3c6a6", "#dd7f45", "#9a3a00");

    /// <summary>Black to white, as in a photograph.</summary>
    public static readonly ColorScale Grey = new("#000000", "#ffffff");

    /// <summary>White to black, as ink on paper.</summary>
    public static readonly ColorScale InvertedGrey = new("#ffffff", "#000000");

    private readonly Rgb[] _anchors;

    /// <summary>A scale through <paramref name="anchors"/> ("#rrggbb"), equally spaced.</summary>
    /// <exception cref="ArgumentException">Fewer than two anchors.</exception>
    public ColorScale(params string[] anchors)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        if (anchors.Length < 2)
            throw new ArgumentException($"a colour scale needs at least two anchors, not {anchors.Length}", nameof(anchors));
        _anchors = [.. anchors.Select(Rgb.Parse)];
    }

    /// <summary>The colour at <paramref name="t"/>; outside [0, 1] the nearest end's, for NaN the first.</summary>
    public Rgb At(double t)
    {
        double at = Math.Clamp(double.IsNaN(t) ? 0 : t, 0, 1) * (_anchors.Length - 1);
        int left = Math.Min((int)at, _anchors.Length - 2);
        return Rgb.Mix(_anchors[left], _anchors[left + 1], at - left);
    }
}
