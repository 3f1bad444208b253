namespace TensorCore.Examples.Data;

/// <summary>Grey images with their labels.</summary>
public sealed class ImageSet
{
    internal ImageSet(byte[] images, byte[] labels, int height, int width) =>
        (Images, Labels, Height, Width) = (images, labels, height, width);

    /// <summary>The pixels, one byte each, (Count, Height, Width) row-major.</summary>
    public byte[] Images { get; }

    /// <summary>The class of each image, from 0.</summary>
    public byte[] Labels { get; }

    /// <summary>Rows of pixels in an image.</summary>
    public int Height { get; }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>How many images there are.</summary>
    public int Count => Labels.Length;

    /// <summary>The pixels of one image.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public ReadOnlySpan<byte> Image(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return Images.AsSpan(index * Height * Width, Height * Width);
    }
}

/// <summary>A data set of grey images in the form in which MNIST and Fashion-MNIST are published: four IDX files.</summary>
public sealed class ImageDataset
{
    private ImageDataset(ImageSet train, ImageSet test) => (Train, Test) = (train, test);

    /// <summary>The images to learn from.</summary>
    public ImageSet Train { get; }

    /// <summary>The images to be judged by.</summary>
    public ImageSet Test { get; }

    /// <summary>Pixel rows of every image.</summary>
    public int Height => Train.Height;

    /// <summary>Pixels in a row of every image.</summary>
    public int Width => Train.Width;

    /// <summary>One more than the largest label.</summary>
    public int Classes => Math.Max(Train.Labels.Max(), Test.Labels.Max()) + 1;

    /// <summary>
    /// Loads <c>{train,t10k}-{images-idx3,labels-idx1}-ubyte</c> from a folder; each may end in <c>.gz</c> and may be spelled
    /// <c>train-images.idx3-ubyte</c>.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file is missing; the message names it.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, or two do not fit together.</exception>
    public static ImageDataset Load(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"there is no folder '{folder}' with the data set");
        ImageSet train = LoadSet(folder, "train"), test = LoadSet(folder, "t10k");
        if ((train.Height, train.Width) != (test.Height, test.Width))
            throw new InvalidDataException($"the images in '{folder}' do not fit together: training {train.Height}×{train.Width}, test {test.Height}×{test.Width}");
        return new(train, test);
    }

    private static ImageSet LoadSet(string folder, string name)
    {
        string imagePath = Find(folder, name + "-images", "idx3-ubyte"), labelPath = Find(folder, name + "-labels", "idx1-ubyte");
        IdxFile images = IdxFile.Read(imagePath), labels = IdxFile.Read(labelPath);
        if (images.Shape.Count != 3 || images.Bytes.Length == 0)
            throw new InvalidDataException($"'{imagePath}' has the shape {string.Join('×', images.Shape)}; images need count×height×width, none of them 0");
        if (labels.Shape.Count != 1)
            throw new InvalidDataException($"'{labelPath}' has the shape {string.Join('×', labels.Shape)}; labels have one dimension");
        if (labels.Shape[0] != images.Shape[0])
            throw new InvalidDataException($"'{imagePath}' has {images.Shape[0]} images but '{labelPath}' {labels.Shape[0]} labels");
        return new(images.Bytes, labels.Bytes, images.Shape[1], images.Shape[2]);
    }

    private static string Find(string folder, string start, string end)
    {
        string[] names = [$"{start}-{end}", $"{start}.{end}", $"{start}-{end}.gz", $"{start}.{end}.gz"];
        return names.Select(n => Path.Combine(folder, n)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"the folder '{folder}' has no file {names[0]} (or {string.Join(", ", names[1..])})", Path.Combine(folder, names[0]));
    }
}
