namespace TensorCore.Examples.Charts.Layers;

/// <summary>
/// The class that a model decides for at every point of the plane, paler where it is less sure, with the borders
/// between classes drawn. The probabilities are interpolated to a finer raster, so that borders come out smooth.
/// </summary>
internal sealed class RegionLayer(DecisionGrid grid, double[] probabilities, int classes) : Layer
{
    private const int Bands = 8; // steps of confidence: they read like the lines of a map, and compress well

    public override void Measure(DataRange x, DataRange y)
    {
        x.Tight = y.Tight = true;
        x.Include(grid.XMin);
        x.Include(grid.XMax);
        y.Include(grid.YMin);
        y.Include(grid.YMax);
    }

    public override void Draw(PlotCanvas canvas)
    {
        int scale = Math.Clamp(600 / Math.Max(grid.Columns, grid.Rows), 1, 12);
        int width = grid.Columns * scale, height = grid.Rows * scale;
        (byte[] winners, byte[] shares) = Decide(width, height, scale);
        byte[] pixels = new byte[width * height * 3];
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                int at = row * width + column;
                Put(pixels, at, Color(winners[at], shares[at]));
            }
        }
        DrawBorders(pixels, winners, width, height);
        double left = canvas.X.Map(grid.XMin), right = canvas.X.Map(grid.XMax), top = canvas.Y.Map(grid.YMax), bottom = canvas.Y.Map(grid.YMin);
        canvas.Svg.Image(new(left, top, right - left, bottom - top), width, height, pixels, smooth: true);
    }

    private const byte Undecided = byte.MaxValue;

    // winners: the most probable class of each pixel; shares: its probability above chance, in bands.
    private (byte[] Winners, byte[] Shares) Decide(int width, int height, int scale)
    {
        byte[] winners = new byte[width * height], shares = new byte[width * height];
        int shown = Math.Max(2, classes);
        for (int row = 0; row < height; row++)
        {
            // Rows of the raster go down, those of the grid up.
            double v = Math.Clamp((height - 1 - row + 0.5) / scale - 0.5, 0, grid.Rows - 1);
            for (int column = 0; column < width; column++)
            {
                double u = Math.Clamp((column + 0.5) / scale - 0.5, 0, grid.Columns - 1);
                int best = 0;
                double top = double.NegativeInfinity;
                for (int c = 0; c < shown; c++)
                {
                    double p = classes > 1 ? At(u, v, c) : c == 1 ? At(u, v, 0) : 1 - At(u, v, 0);
                    if (p > top)
                        (best, top) = (c, p);
                }
                int at = row * width + column;
                winners[at] = double.IsFinite(top) ? (byte)Math.Min(best, Undecided - 1) : Undecided;
                double share = (top - 1.0 / shown) / (1 - 1.0 / shown);
                shares[at] = double.IsFinite(top) ? (byte)Math.Clamp(share * Bands, 0, Bands - 1) : (byte)0;
            }
        }
        return (winners, shares);
    }

    private double At(double u, double v, int c)
    {
        int u0 = (int)u, v0 = (int)v, u1 = Math.Min(u0 + 1, grid.Columns - 1), v1 = Math.Min(v0 + 1, grid.Rows - 1);
        double fu = u - u0, fv = v - v0;
        return (1 - fv) * ((1 - fu) * P(u0, v0, c) + fu * P(u1, v0, c)) + fv * ((1 - fu) * P(u0, v1, c) + fu * P(u1, v1, c));
    }

    private double P(int column, int row, int c) => probabilities[(row * grid.Columns + column) * classes + c];

    private static Rgb Color(byte winner, byte band) => winner == Undecided
        ? Palette.Grid
        : Rgb.Mix(Palette.Canvas, Palette.Of(winner), 0.12 + 0.43 * band / (Bands - 1));

    private static void DrawBorders(byte[] pixels, byte[] winners, int width, int height)
    {
        for (int row = 0; row + 1 < height; row++)
        {
            for (int column = 0; column + 1 < width; column++)
            {
                int at = row * width + column;
                if (winners[at] == winners[at + 1] && winners[at] == winners[at + width])
                    continue;
                Put(pixels, at, Palette.Ink);
                Put(pixels, at + 1, Palette.Ink);
                Put(pixels, at + width, Palette.Ink);
            }
        }
    }

    private static void Put(byte[] pixels, int at, Rgb color) =>
        (pixels[3 * at], pixels[3 * at + 1], pixels[3 * at + 2]) = (color.R, color.G, color.B);
}
