using System.Buffers.Binary;
using System.IO.Compression;

namespace TensorCore.Examples.Tests.Shared;

/// <summary>Reads what our PNG writer may produce (8 bits, grey or RGB, row filters 0 and 2) and checks everything else: lengths, order, checksums.</summary>
internal static class PngDecoder
{
    public sealed record Image(int Width, int Height, int Channels, byte[] Pixels);

    public static Image Decode(byte[] png)
    {
        Assert.Equal([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], png[..8]);
        int at = 8;
        byte[] header = Chunk(png, ref at, "IHDR"), data = Chunk(png, ref at, "IDAT");
        Assert.Empty(Chunk(png, ref at, "IEND"));
        Assert.Equal(png.Length, at);
        Assert.Equal(13, header.Length);
        int width = BinaryPrimitives.ReadInt32BigEndian(header), height = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4));
        Assert.Equal(8, header[8]);
        Assert.True(header[9] is 0 or 2, $"colour type {header[9]}");
        Assert.Equal([0, 0, 0], header[10..]);
        int channels = header[9] == 0 ? 1 : 3, stride = width * channels;

        using ZLibStream zlib = new(new MemoryStream(data), CompressionMode.Decompress);
        byte[] pixels = new byte[stride * height];
        for (int row = 0; row < height; row++)
        {
            int filter = zlib.ReadByte();
            Assert.True(filter is 0 or 2, $"row filter {filter}");
            zlib.ReadExactly(pixels, row * stride, stride);
            for (int i = 0; filter == 2 && row > 0 && i < stride; i++)
                pixels[row * stride + i] += pixels[(row - 1) * stride + i];
        }
        Assert.Equal(-1, zlib.ReadByte());
        return new(width, height, channels, pixels);
    }

    private static byte[] Chunk(byte[] png, ref int at, string type)
    {
        int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
        Assert.Equal(type, System.Text.Encoding.ASCII.GetString(png, at + 4, 4));
        byte[] data = png[(at + 8)..(at + 8 + length)];
        Assert.Equal(Crc32(png.AsSpan(at + 4, length + 4)), BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at + 8 + length)));
        at += 12 + length;
        return data;
    }

    // Bit by bit, from the definition: no table in common with the writer.
    private static uint Crc32(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }
        return ~crc;
    }
}
