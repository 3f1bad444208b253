using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace TensorCore.IO;

/// <summary>
/// One tensor's bytes, mapped into memory: nothing is read before it is touched. The mapping lives as long as this object, so
/// hold on to it (a field, or <see cref="GC.KeepAlive"/> behind the last use) while its pointer or a span of it is in use.
/// </summary>
/// <remarks>
/// As with every mapping, a file that another program cuts short meanwhile ends the process on Unix when the missing
/// part is touched, and on Windows a mapped file cannot be replaced or deleted. <see cref="SafetensorsFile.CopyTo(string, void*, long)"/> has neither problem.
/// </remarks>
public sealed unsafe class SafetensorsView
{
    // The handle's own finalizer unmaps; AcquirePointer is not used because its reference count would keep that from ever happening.
    private readonly SafeMemoryMappedViewHandle? _map;

    internal SafetensorsView(SafetensorsEntry entry, SafeMemoryMappedViewHandle? map, byte* pointer)
    {
        Entry = entry;
        _map = map;
        Pointer = pointer;
    }

    /// <summary>What the header says about the tensor.</summary>
    public SafetensorsEntry Entry { get; }

    /// <summary>The first byte, or null for an empty tensor. It need not be aligned to the element size.</summary>
    public byte* Pointer { get; }

    /// <summary>The number of bytes.</summary>
    public long Length => Entry.ByteLength;

    /// <summary><paramref name="length"/> bytes from <paramref name="offset"/> on; tensors above 2 GiB are read in several such pieces.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The piece is not inside the tensor.</exception>
    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        if (offset < 0 || length < 0 || offset > Length - length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), $"bytes {offset} to {offset + length} are not inside the {Length} of tensor {SafetensorsHeader.Quote(Entry.Name)}");
        }

        return new ReadOnlySpan<byte>(Pointer + offset, length);
    }

    internal static SafeMemoryMappedViewHandle Map(SafeFileHandle file, long length)
    {
        using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        return map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read).SafeMemoryMappedViewHandle;
    }
}
