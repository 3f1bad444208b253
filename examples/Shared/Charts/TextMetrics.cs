using System.Text;

namespace TensorCore.Examples.Charts;

/// <summary>
/// Estimates of text sizes: an SVG names fonts but cannot measure them. The widths are those of a wide sans-serif
/// (DejaVu Sans), so that a text fits wherever the file is opened.
/// </summary>
internal static class TextMetrics
{
    public static double Width(string text, double size)
    {
        double ems = 0;
        foreach (Rune rune in text.EnumerateRunes())
            ems += Ems(rune);
        return ems * size;
    }

    /// <summary>The longest start of the text that fits, with "…" when something is left out.</summary>
    public static string Fit(string text, double size, double width)
    {
        if (Width(text, size) <= width)
            return text;
        StringBuilder kept = new();
        double ems = 0.9; // the ellipsis
        foreach (Rune rune in text.EnumerateRunes())
        {
            ems += Ems(rune);
            if (ems * size > width)
                break;
            kept.Append(rune);
        }
        return kept.ToString().TrimEnd() + "…";
    }

    /// <summary>Breaks the text at spaces into at most <paramref name="maxLines"/> lines; the last one is shortened to fit.</summary>
    public static IReadOnlyList<string> Wrap(string text, double size, double width, int maxLines)
    {
        List<string> lines = [];
        StringBuilder line = new();
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            bool fits = line.Length == 0 || Width($"{line} {word}", size) <= width;
            if (!fits && lines.Count < maxLines - 1)
            {
                lines.Add(line.ToString());
                line.Clear();
            }
            if (line.Length > 0)
                line.Append(' ');
            line.Append(word);
        }
        lines.Add(line.ToString());
        return [.. lines.Select(l => Fit(l, size, width))];
    }

    private static double Ems(Rune rune) => rune.Value switch
    {
        'i' or 'j' or 'l' or 'I' or '.' or ',' or ':' or ';' or '\'' or '|' or '!' or ' ' => 0.34,
        'f' or 't' or 'r' or '(' or ')' or '[' or ']' or '-' or '"' or '/' => 0.42,
        'm' or 'w' or 'M' or 'W' or '@' or '%' => 0.95,
        >= 'A' and <= 'Z' => 0.72,
        '\u2009' or '\u202f' => 0.2,
        >= 0x1100 => 1.0, // CJK, emoji
        _ => 0.63,
    };
}
