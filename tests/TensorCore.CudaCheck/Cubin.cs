using System.Buffers.Binary;
using System.Text;

namespace TensorCore.CudaCheck;

/// <summary>What a compiled image says of its kernels' launches: an ELF file with a section of attributes for each.</summary>
internal static class Cubin
{
    private const string Section = ".nv.info.";
    private const byte SizedValue = 4, MaxThreads = 5; // EIFMT_SVAL, EIATTR_MAX_THREADS

    /// <summary>The threads per block of each kernel, from its <c>__launch_bounds__</c>.</summary>
    public static Dictionary<string, int> ThreadsPerBlock(ReadOnlySpan<byte> image)
    {
        // The ELF header: the table of sections at byte 40, its entries' size, their number, and which of them holds the names at 58, 60, 62.
        int table = (int)BinaryPrimitives.ReadInt64LittleEndian(image[40..]), size = Half(image, 58), count = Half(image, 60), names = Place(image, table + Half(image, 62) * size).Offset;
        Dictionary<string, int> threads = [];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> text = image[(names + BinaryPrimitives.ReadInt32LittleEndian(image[(table + i * size)..]))..];
            string name = Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]);
            if (!name.StartsWith(Section, StringComparison.Ordinal)) continue;
            (int offset, int length) = Place(image, table + i * size);
            if (Attribute(image.Slice(offset, length)) is int product) threads[name[Section.Length..]] = product;
        }
        return threads;
    }

    /// <summary>Where a section lies, given its entry in the table.</summary>
    private static (int Offset, int Length) Place(ReadOnlySpan<byte> image, int entry) =>
        ((int)BinaryPrimitives.ReadInt64LittleEndian(image[(entry + 24)..]), (int)BinaryPrimitives.ReadInt64LittleEndian(image[(entry + 32)..]));

    /// <summary>The largest block among a kernel's attributes: a byte of format, a byte of kind, and 16 bits of value or of the following value's size.</summary>
    private static int? Attribute(ReadOnlySpan<byte> attributes)
    {
        while (attributes.Length >= 4)
        {
            int length = attributes[0] == SizedValue ? Half(attributes, 2) : 0;
            ReadOnlySpan<byte> value = attributes[4..];
            if (attributes[0] == SizedValue && attributes[1] == MaxThreads)
                return BinaryPrimitives.ReadInt32LittleEndian(value) * BinaryPrimitives.ReadInt32LittleEndian(value[4..]) * BinaryPrimitives.ReadInt32LittleEndian(value[8..]);
            attributes = value[length..];
        }
        return null;
    }

    private static int Half(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
}
