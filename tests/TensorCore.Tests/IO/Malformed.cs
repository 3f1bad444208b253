using System.Buffers.Binary;
using System.Text;

namespace TensorCore.Tests.IO;

/// <summary>Writes safetensors files from parts, right or wrong.</summary>
internal static class Malformed
{
    public static byte[] Bytes(string json, byte[] data) => Bytes(Encoding.UTF8.GetBytes(json), data);

    public static byte[] Bytes(byte[] json, byte[] data)
    {
        byte[] bytes = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + json.Length);
        return bytes;
    }

    public static void Write(string path, string json, byte[] data) => File.WriteAllBytes(path, Bytes(json, data));
}
