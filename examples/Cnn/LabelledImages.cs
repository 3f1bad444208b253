using TensorCore.Examples.Data;

namespace TensorCore.Examples.Cnn;

/// <summary>Grey images of one byte a pixel, (Count, Height, Width) row-major, with the class of each.</summary>
public sealed record LabelledImages(byte[] Pixels, byte[] Labels, int Height, int Width)
{
    /// <summary>How many there are.</summary>
    public int Count => Labels.Length;

    /// <summary>The pixels of one image.</summary>
    public ReadOnlySpan<byte> Image(int index) => Pixels.AsSpan(index * Height * Width, Height * Width);

    /// <summary>(N, 1, H, W), shifted by <paramref name="mean"/> and scaled by 1/<paramref name="std"/>.</summary>
    public Tensor ToTensor(float mean, float std) => Tensor.From(Array.ConvertAll(Pixels, p => (p - mean) / std), [Count, 1, Height, Width]);

    /// <summary>(N,), int64.</summary>
    public Tensor Classes() => Tensor.From(Array.ConvertAll(Labels, l => (long)l));

    /// <summary>Mean and standard deviation of all pixels.</summary>
    public (float Mean, float Std) Statistics()
    {
        double sum = 0, squares = 0;
        foreach (byte p in Pixels)
            (sum, squares) = (sum + p, squares + p * p);
        double mean = sum / Pixels.Length, variance = squares / Pixels.Length - mean * mean;
        return ((float)mean, variance > 0 ? (float)Math.Sqrt(variance) : 1);
    }
}

/// <summary>Images to learn from and images to be judged by, with the names of the classes.</summary>
public sealed record ImageTask(LabelledImages Train, LabelledImages Test, IReadOnlyList<string> Names)
{
    private static readonly string[] _fashionPt = ["camiseta", "calça", "suéter", "vestido", "casaco", "sandália", "camisa", "tênis", "bolsa", "bota"];
    private static readonly string[] _fashionEn = ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"];

    /// <summary>A folder with MNIST, Fashion-MNIST or other such files. Where "fashion" is in its path the classes get the names of clothes, else their numbers.</summary>
    public static ImageTask Load(string folder, bool english)
    {
        ImageDataset data = ImageDataset.Load(folder);
        bool fashion = data.Classes == 10 && Path.GetFullPath(folder).Contains("fashion", StringComparison.OrdinalIgnoreCase);
        string[] names = fashion ? (english ? _fashionEn : _fashionPt) : [.. Enumerable.Range(0, data.Classes).Select(c => $"{c}")];
        return new(Of(data.Train), Of(data.Test), names);
    }

    private static LabelledImages Of(ImageSet set) => new(set.Images, set.Labels, set.Height, set.Width);
}
