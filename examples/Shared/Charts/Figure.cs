using TensorCore.IO;

namespace TensorCore.Examples.Charts;

/// <summary>
/// Panels side by side, in rows, saved as one SVG file: <c>new Figure("title") { Columns = 2 }.Add(plot).Add(heatMap).Save("out/x.svg")</c>.
/// The file scales to any size and brings its own light background, so it reads the same on a dark page.
/// </summary>
public sealed class Figure
{
    private const double Padding = 22;
    private const double Gap = 30;
    private const double TitleSize = 18;
    private const double TitleLine = 24;
    private const double SubtitleSize = 12.5;
    private const double SubtitleLine = 17;

    private readonly List<Panel> _panels = [];

    /// <summary>An empty figure; <paramref name="subtitle"/> says in a sentence what to see.</summary>
    public Figure(string? title = null, string? subtitle = null) => (Title, Subtitle) = (title, subtitle);

    /// <summary>The figure's title, in the reader's language.</summary>
    public string? Title { get; }

    /// <summary>A sentence below the title.</summary>
    public string? Subtitle { get; }

    /// <summary>Panels in a row; 0 chooses up to three.</summary>
    public int Columns { get; init; }

    /// <summary>Every panel's width, in SVG units (pixels at scale 1).</summary>
    public double PanelWidth { get; init; } = 420;

    /// <summary>The height of panels that do not follow from their content.</summary>
    public double PanelHeight { get; init; } = 310;

    /// <summary>Appends a panel.</summary>
    public Figure Add(Panel panel)
    {
        ArgumentNullException.ThrowIfNull(panel);
        _panels.Add(panel);
        return this;
    }

    /// <summary>Writes the figure to <paramref name="path"/>, atomically, creating the folder.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.WriteAllText(path, ToSvg());
    }

    /// <summary>The figure as the text of an SVG file.</summary>
    public string ToSvg()
    {
        double panelWidth = Math.Clamp(PanelWidth, 80, 4000), panelHeight = Math.Clamp(PanelHeight, 60, 4000);
        int count = Math.Max(1, _panels.Count);
        int columns = Math.Clamp(Columns > 0 ? Columns : count == 4 ? 2 : 3, 1, count);
        double width = 2 * Padding + columns * panelWidth + (columns - 1) * Gap;
        IReadOnlyList<string> title = Title is null ? [] : TextMetrics.Wrap(Title, TitleSize, width - 2 * Padding, 2);
        IReadOnlyList<string> subtitle = Subtitle is null ? [] : TextMetrics.Wrap(Subtitle, SubtitleSize, width - 2 * Padding, 3);
        double header = title.Count * TitleLine + subtitle.Count * SubtitleLine;
        if (header > 0)
            header += 12;
        double[] rows = [.. _panels.Chunk(columns).Select(row => row.Max(p => p.HeightFor(panelWidth, panelHeight)))];
        double height = 2 * Padding + header + rows.Sum() + Math.Max(0, rows.Length - 1) * Gap;

        using SvgWriter svg = new(width, height, Title ?? _panels.FirstOrDefault()?.Title ?? "");
        Box card = new(0.5, 0.5, width - 1, height - 1);
        svg.Rect(card, Palette.Paper, radius: 10);
        svg.Outline(card, Palette.Grid, radius: 10);
        DrawHeader(svg, title, subtitle);
        double y = Padding + header;
        for (int i = 0; i < _panels.Count; i++)
        {
            int row = i / columns, column = i % columns;
            _panels[i].Draw(svg, new(Padding + column * (panelWidth + Gap), y, panelWidth, rows[row]));
            if (column == columns - 1)
                y += rows[row] + Gap;
        }
        return svg.Finish();
    }

    private static void DrawHeader(SvgWriter svg, IReadOnlyList<string> title, IReadOnlyList<string> subtitle)
    {
        double y = Padding - 6;
        foreach (string line in title)
            svg.Text(Padding, y += TitleLine, line, TitleSize, Palette.Ink, bold: true);
        y += 2;
        foreach (string line in subtitle)
            svg.Text(Padding, y += SubtitleLine, line, SubtitleSize, Palette.Muted);
    }
}
