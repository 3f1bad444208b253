namespace TensorCore.Examples.Cnn;

/// <summary>
/// A data set that is drawn instead of downloaded: lines of four directions, circles and squares, at random places, in random sizes, thicknesses and
/// brightnesses, under noise.
/// </summary>
public static class SyntheticShapes
{
    /// <summary>Pixels along each side.</summary>
    public const int Side = 20;

    private const int Classes = 6;

    /// <summary>Training and test images, drawn from different streams of one seed.</summary>
    public static ImageTask Create(ulong seed, int train = 3000, int test = 600, bool english = true)
    {
        Generator generator = new(seed);
        string[] names = english
            ? ["horizontal", "vertical", "rising", "falling", "circle", "square"]
            : ["horizontal", "vertical", "subindo", "descendo", "círculo", "quadrado"];
        return new(Draw(train, generator), Draw(test, generator), names);
    }

    private static LabelledImages Draw(int count, Generator generator)
    {
        // Per image: centre x, centre y, size, thickness, brightness.
        float[] random = Tensor.Rand([count, 5], generator: generator).ToArray<float>();
        float[] noise = Tensor.RandN([count, Side, Side], std: 40, generator: generator).ToArray<float>();
        byte[] pixels = new byte[count * Side * Side], labels = new byte[count];
        for (int i = 0; i < count; i++)
        {
            int label = i % Classes;
            labels[i] = (byte)label;
            ReadOnlySpan<float> r = random.AsSpan(5 * i, 5);
            double centreX = 7 + 6 * r[0], centreY = 7 + 6 * r[1], size = 4 + 2.5 * r[2], half = 0.5 + 0.7 * r[3], brightness = 140 + 115 * r[4];
            for (int y = 0; y < Side; y++)
            {
                for (int x = 0; x < Side; x++)
                {
                    int at = (i * Side + y) * Side + x;
                    double cover = Math.Clamp(half + 0.5 - Distance(label, x - centreX, centreY - y, size), 0, 1); // 1 inside the stroke, falling to 0 over a pixel
                    pixels[at] = (byte)Math.Clamp(40 + cover * (brightness - 40) + noise[at], 0, 255);
                }
            }
        }
        return new(pixels, labels, Side, Side);
    }

    // How far (x, y), with y upwards, lies from the middle of the shape's stroke.
    private static double Distance(int label, double x, double y, double size)
    {
        const double Diagonal = 0.70710678118654752; // 1/√2
        return label switch
        {
            0 => Segment(x, y, size),
            1 => Segment(y, x, size),
            2 => Segment((x + y) * Diagonal, (x - y) * Diagonal, size),
            3 => Segment((x - y) * Diagonal, (x + y) * Diagonal, size),
            4 => Math.Abs(Math.Sqrt(x * x + y * y) - size),
            _ => Math.Abs(Math.Max(Math.Abs(x), Math.Abs(y)) - 0.85 * size),
        };
    }

    private static double Segment(double along, double across, double size)
    {
        double beyond = Math.Max(0, Math.Abs(along) - size);
        return Math.Sqrt(beyond * beyond + across * across);
    }
}
