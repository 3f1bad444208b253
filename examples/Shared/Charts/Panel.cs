namespace TensorCore.Examples.Charts;

/// <summary>Something that a <see cref="Figure"/> can place: a plot, a heat map, a grid of images, ranked bars.</summary>
public abstract class Panel
{
    private const double TitleSize = 13.5;
    private const double TitleLine = 18;

    private protected Panel(string? title) => Title = title;

    /// <summary>The panel's title, in the reader's language.</summary>
    public string? Title { get; }

    /// <summary>Saves this panel alone as an SVG file, atomically, creating the folder.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path, double width = 640, double height = 400) =>
        new Figure { PanelWidth = width, PanelHeight = height }.Add(this).Save(path);

    /// <summary>The height wanted at a given width, title included; <paramref name="usual"/> is what the figure offers.</summary>
    internal virtual double HeightFor(double width, double usual) => usual;

    internal void Draw(SvgWriter svg, Box box)
    {
        double top = TitleHeight(box.Width);
        if (Title is not null)
        {
            double y = box.Y + 13;
            foreach (string line in TextMetrics.Wrap(Title, TitleSize, box.Width, 2))
            {
                svg.Text(box.X, y, line, TitleSize, Palette.Ink, bold: true);
                y += TitleLine;
            }
        }
        DrawBody(svg, box.Inset(0, top, 0, 0));
    }

    private protected double TitleHeight(double width) =>
        Title is null ? 0 : TextMetrics.Wrap(Title, TitleSize, width, 2).Count * TitleLine + 6;

    private protected abstract void DrawBody(SvgWriter svg, Box box);
}
