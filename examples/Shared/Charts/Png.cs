using System.Buffers.Binary;
using System.IO.Compression;

namespace TensorCore.Examples.Charts;

/// <summary>Writes 8-bit PNG images (W3C "Portable Network Graphics", third edition), for the rasters inside our SVG files.</summary>
public static class Png
{
    private static readonly byte[] _signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];
    private static readonly uint[] _crcTable = MakeCrcTable();

    /// <summary>Encodes <paramref name="pixels"/>, row by row from the top: one byte a pixel (grey) or three (red, green, blue).</summary>
    /// <exception cref="ArgumentException">The sizes are not positive, or the pixels are neither width·height nor 3·width·height bytes.</exception>
    public static byte[] Encode(int width, int height, ReadOnlySpan<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        long area = (long)width * height;
        if (pixels.Length != area && pixels.Length != 3 * area)
            throw new ArgumentException($"a {width}×{height} image has {area} grey or {3 * area} RGB bytes, not {pixels.Length}", nameof(pixels));
        int channels = pixels.Length == area ? 1 : 3;

        using MemoryStream png = new();
        png.Write(_signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8;                               // bits a channel
        header[9] = (byte)(channels == 1 ? 0 : 2);   // colour type: grey or RGB; then deflate, filter method 0, not interlaced
        WriteChunk(png, "IHDR"u8, header);
        // Row filter 0 (none) suits flat areas, 2 (the difference to the row above) enlarged pixels, whose rows repeat: keep the shorter.
        byte[] plain = Compress(width * channels, pixels, filter: 0), up = Compress(width * channels, pixels, filter: 2);
        WriteChunk(png, "IDAT"u8, plain.Length <= up.Length ? plain : up);
        WriteChunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    /// <summary>The image as a data URI for an SVG or HTML attribute.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Encode"/>.</exception>
    public static string DataUri(int width, int height, ReadOnlySpan<byte> pixels) =>
        "data:image/png;base64," + Convert.ToBase64String(Encode(width, height, pixels));

    private static byte[] Compress(int stride, ReadOnlySpan<byte> pixels, byte filter)
    {
        using MemoryStream data = new();
        using (ZLibStream zlib = new(data, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            byte[] row = new byte[stride + 1];
            row[0] = filter;
            for (int at = 0; at < pixels.Length; at += stride)
            {
                for (int i = 0; i < stride; i++)
                    row[i + 1] = (byte)(pixels[at + i] - (filter == 0 || at == 0 ? 0 : pixels[at + i - stride]));
                zlib.Write(row);
            }
        }
        return data.ToArray();
    }

    private static void WriteChunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        png.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (byte b in data)
            crc = _crcTable[(byte)(crc ^ b)] ^ (crc >> 8);
        return crc;
    }

    // CRC-32 with the reflected polynomial 0xEDB88320 (PNG, annex D).
    private static uint[] MakeCrcTable()
    {
        uint[] table = new uint[256];
        for (uint n = 0; n < 256; n++)
        {
            uint c = n;
            for (int bit = 0; bit < 8; bit++)
                c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            table[n] = c;
        }
        return table;
    }
}
