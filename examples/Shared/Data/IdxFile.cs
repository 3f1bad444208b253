using System.Buffers.Binary;
using System.IO.Compression;

namespace TensorCore.Examples.Data;

/// <summary>
/// An array of bytes from an IDX file, the format of MNIST and Fashion-MNIST, plain or gzipped:
/// two zero bytes, a type byte (0x08: unsigned bytes), the number of dimensions, each dimension as a big-endian 32-bit number, the data.
/// (Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".)
/// </summary>
public sealed class IdxFile
{
    private const int MaxRank = 8;
    private const long MaxBytes = 1L << 30;

    // Deflate cannot shrink data further than 1032 : 1 (a 258-byte match in two bits), so a gzip file bounds what is inside it.
    private const long MaxDeflateRatio = 1032;

    private IdxFile(int[] shape, byte[] data) => (Shape, Bytes) = (shape, data);

    /// <summary>The dimensions, the slowest first: (count, rows, columns) of images, (count) of labels.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The elements, row-major.</summary>
    public byte[] Bytes { get; }

    /// <summary>Reads a file of unsigned bytes; gzip is recognised by its content, not by the name.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not IDX of unsigned bytes, is truncated, has bytes left over, or claims absurd sizes.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IdxFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Span<byte> magic = stackalloc byte[2];
        bool gzip = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
        file.Position = 0;
        try
        {
            if (!gzip)
                return Read(file, path, file.Length);
            using GZipStream unzipped = new(file, CompressionMode.Decompress);
            return Read(unzipped, path, (file.Length + 1) * MaxDeflateRatio);
        }
        catch (InvalidDataException e) when (!e.Message.Contains(path, StringComparison.Ordinal))
        {
            throw Malformed(path, $"its gzip data are damaged ({e.Message})", e);
        }
    }

    private static IdxFile Read(Stream stream, string path, long bound)
    {
        Span<byte> header = stackalloc byte[4];
        if (stream.ReadAtLeast(header, 4, throwOnEndOfStream: false) < 4)
            throw Malformed(path, "it ends inside the 4-byte header");
        if (header[0] != 0 || header[1] != 0)
            throw Malformed(path, $"it begins with the bytes {header[0]:x2} {header[1]:x2}, not 00 00");
        if (header[2] != 0x08)
            throw Malformed(path, $"its element type is 0x{header[2]:x2}; only 0x08 (unsigned bytes) is supported");
        int rank = header[3];
        if (rank is 0 or > MaxRank)
            throw Malformed(path, $"it claims {rank} dimensions, not 1 to {MaxRank}");

        int[] shape = new int[rank];
        long count = 1;
        for (int i = 0; i < rank; i++)
        {
            if (stream.ReadAtLeast(header, 4, throwOnEndOfStream: false) < 4)
                throw Malformed(path, $"it ends inside dimension {i + 1} of {rank}");
            uint size = BinaryPrimitives.ReadUInt32BigEndian(header);
            // count stays below 2^30 and size below 2^32: the product cannot overflow.
            count *= size;
            if (size > int.MaxValue || count > MaxBytes)
                throw Malformed(path, $"dimension {i + 1} of {rank} is {size}, which makes more than {MaxBytes} elements");
            shape[i] = (int)size;
        }
        if (count > bound)
            throw Malformed(path, $"its dimensions {string.Join('×', shape)} need {count} bytes of data; the file cannot hold more than {bound}");
        byte[] data = ReadExactly(stream, path, (int)count);
        return new(shape, data);
    }

    // Grows with what really arrives: a small gzip file that claims a gigabyte costs no gigabyte.
    private static byte[] ReadExactly(Stream stream, string path, int count)
    {
        byte[] data = new byte[Math.Min(count, 1 << 20)];
        int filled = 0;
        while (filled < count)
        {
            if (filled == data.Length)
                Array.Resize(ref data, (int)Math.Min(count, 2L * data.Length));
            int read = stream.Read(data, filled, data.Length - filled);
            if (read == 0)
                throw Malformed(path, $"it is truncated: {count} bytes of data announced, {filled} found");
            filled += read;
        }
        if (stream.ReadByte() >= 0)
            throw Malformed(path, $"it has more data than the {count} bytes that its header announces");
        return data;
    }

    private static InvalidDataException Malformed(string path, string what, Exception? cause = null) =>
        new($"'{path}' is not a usable IDX file: {what}", cause);
}
