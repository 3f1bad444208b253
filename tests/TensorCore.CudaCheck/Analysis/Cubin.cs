using System.Buffers.Binary;
using System.Text;

namespace TensorCore.CudaCheck;

/// <summary>
/// As much of a cubin (64-bit ELF) as is needed: each kernel's instructions, section <c>.text.NAME</c>, and the block size of its <c>__launch_bounds__</c>, an attribute in
/// section <c>.nv.info.NAME</c>.
/// </summary>
internal sealed class Cubin
{
    // An attribute: format, number, then two bytes of value or, in format 4, of the length of the value that follows.
    private const byte SizedFormat = 4, MaxThreadsAttribute = 5;
    private const int SectionHeaderBytes = 64;

    private readonly byte[] _file;
    private readonly Dictionary<string, Range> _sections = [];

    public Cubin(byte[] file)
    {
        _file = file;
        if (!file.AsSpan().StartsWith("\x7f"u8) || !file.AsSpan(1).StartsWith("ELF"u8)) throw new InvalidDataException("not a cubin: its first bytes are not ELF's");
        long headers = Int64(0x28);
        int count = Int16(0x3C);
        long names = SectionAt(headers, Int16(0x3E)).Start.Value;
        for (int i = 0; i < count; i++)
        {
            int at = (int)names + Int32((int)headers + (i * SectionHeaderBytes));
            int length = file.AsSpan(at).IndexOf((byte)0);
            _sections[Encoding.ASCII.GetString(file, at, length)] = SectionAt(headers, i);
        }
    }

    /// <summary>A kernel's instructions.</summary>
    public byte[] Code(string kernel) => Section($".text.{kernel}").ToArray();

    /// <summary>The most threads of a block that a kernel may be launched with.</summary>
    public int MaxThreads(string kernel)
    {
        ReadOnlySpan<byte> info = Section($".nv.info.{kernel}");
        while (info.Length >= 4)
        {
            byte format = info[0], attribute = info[1];
            int value = BinaryPrimitives.ReadUInt16LittleEndian(info[2..]);
            info = info[4..];
            if (format != SizedFormat) continue;
            if (attribute == MaxThreadsAttribute)
            {
                return BinaryPrimitives.ReadInt32LittleEndian(info) * BinaryPrimitives.ReadInt32LittleEndian(info[4..]) * BinaryPrimitives.ReadInt32LittleEndian(info[8..]);
            }
            info = info[value..];
        }
        throw new InvalidDataException($"kernel {kernel} has no __launch_bounds__");
    }

    private ReadOnlySpan<byte> Section(string name) => _sections.TryGetValue(name, out Range range) ? _file.AsSpan(range) : throw new InvalidDataException($"the cubin has no section {name}");

    private Range SectionAt(long headers, int index)
    {
        const int Type = 4, Offset = 0x18, Size = 0x20, NoBits = 8; // a section without bytes in the file
        int header = (int)headers + (index * SectionHeaderBytes), start = (int)Int64(header + Offset);
        return start..(start + (Int32(header + Type) == NoBits ? 0 : (int)Int64(header + Size)));
    }

    private int Int16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(at));

    private int Int32(int at) => BinaryPrimitives.ReadInt32LittleEndian(_file.AsSpan(at));

    private long Int64(int at) => BinaryPrimitives.ReadInt64LittleEndian(_file.AsSpan(at));
}
