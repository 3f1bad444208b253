using System.Buffers.Binary;

namespace TensorCore.Examples.Tests;

/// <summary>A temporary folder with a small data set in the four files of MNIST.</summary>
internal sealed class IdxFolder : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("idx-").FullName;

    /// <summary>Images whose class is the quarter of the image that is bright; every pixel is noisy.</summary>
    public static IdxFolder BrightQuarters(int train, int test, int side)
    {
        IdxFolder folder = new();
        folder.Write("train", train, side, 1);
        folder.Write("t10k", test, side, 2);
        return folder;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void Write(string name, int count, int side, int seed)
    {
        Random random = new(seed);
        byte[] images = new byte[count * side * side], labels = new byte[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = (byte)random.Next(4);
            for (int y = 0; y < side; y++)
            {
                for (int x = 0; x < side; x++)
                {
                    bool bright = (2 * x >= side ? 1 : 0) + (2 * y >= side ? 2 : 0) == labels[i];
                    images[(i * side + y) * side + x] = (byte)random.Next(bright ? 60 : 0, bright ? 256 : 180);
                }
            }
        }
        WriteFile($"{name}-images-idx3-ubyte", [count, side, side], images);
        WriteFile($"{name}-labels-idx1-ubyte", [count], labels);
    }

    private void WriteFile(string name, int[] shape, byte[] data)
    {
        byte[] header = new byte[4 + 4 * shape.Length];
        (header[2], header[3]) = (0x08, (byte)shape.Length);
        for (int i = 0; i < shape.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), shape[i]);
        File.WriteAllBytes(Path.Combine(Folder, name), [.. header, .. data]);
    }
}
