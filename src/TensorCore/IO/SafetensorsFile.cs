using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace TensorCore.IO;

/// <summary>
/// A safetensors file, open for reading. Opening reads and checks the header only; a tensor's data are read when they are asked for, as a
/// copy (<see cref="CopyTo(string, void*, long)"/>, <see cref="ToArray"/>) or as mapped memory (<see cref="View"/>). Safe to use from several threads.
/// </summary>
/// <remarks>
/// There is nothing to dispose: the file's handle closes when this object is no longer reachable. Until then, on
/// Windows, other programs cannot write to the file; <see cref="AtomicFile"/> (and so <see cref="SafetensorsWriter"/>) lets go of unreachable ones before it gives up.
/// The data are little-endian, and so must the machine be.
/// </remarks>
public sealed unsafe class SafetensorsFile
{
    /// <summary>Tensors may pass 2 GiB, spans may not: data go through in pieces of 16 MiB, whose calls cost nothing beside them.</summary>
    internal const int ChunkBytes = 1 << 24;

    private readonly SafeFileHandle _handle;
    private readonly long _length;
    private readonly SafetensorsHeader _header;
    private readonly Lock _mapLock = new();
    private SafeMemoryMappedViewHandle? _map;

    private SafetensorsFile(string path, SafeFileHandle handle, long length, SafetensorsHeader header)
    {
        Path = path;
        _handle = handle;
        _length = length;
        _header = header;
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>The tensors by name, in the header's order.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _header.Entries;

    /// <summary>The strings under <c>__metadata__</c>, in the header's order; empty if there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file, reads its header and checks it whole: names, shapes, sizes, and that the tensors cover the data without overlap or hole.</summary>
    /// <exception cref="SafetensorsException">The file is not a valid safetensors file.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireLittleEndian();
        path = System.IO.Path.GetFullPath(path);
        SafeFileHandle handle = OpenHandle(path);
        try
        {
            long length = LengthOf(handle, path);
            Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixLength];
            int headerLength = SafetensorsHeader.CheckLength(prefix[..ReadUpTo(handle, prefix, 0)], length, path);
            byte[] json = GC.AllocateUninitializedArray<byte>(headerLength);
            int read = ReadUpTo(handle, json, SafetensorsHeader.PrefixLength);
            if (read != headerLength) throw CutShort(path, length, SafetensorsHeader.PrefixLength + read);
            return new SafetensorsFile(path, handle, length, SafetensorsHeader.Parse(json, length, path));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Copies a tensor's bytes as they are stored, whatever their dtype.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="destination">Room for the data; no alignment needed.</param>
    /// <param name="bytes">The room's size, which must be the entry's <see cref="SafetensorsEntry.ByteLength"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is another number, or <paramref name="destination"/> is null.</exception>
    /// <exception cref="SafetensorsException">There is no such tensor, or the file was cut short since it was opened.</exception>
    public void CopyTo(string name, void* destination, long bytes)
    {
        SafetensorsEntry entry = Find(name);
        CheckRoom(entry, destination, bytes, entry.ByteLength, entry.DTypeName);
        Read(entry.Offset, destination, bytes);
    }

    /// <summary>
    /// Copies a tensor's elements as <paramref name="dtype"/>: the stored one, or <see cref="DType.Float32"/> for stored <c>F16</c>, which is converted exactly.
    /// </summary>
    /// <param name="name">The tensor.</param>
    /// <param name="dtype">The type of the elements to write.</param>
    /// <param name="destination">Room for the elements; no alignment needed.</param>
    /// <param name="bytes">The room's size: the number of elements times the size of <paramref name="dtype"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is another number, or <paramref name="destination"/> is null.</exception>
    /// <exception cref="SafetensorsException">There is no such tensor, it is stored as another type, a BOOL is neither 0 nor 1, or the file was cut short since it was opened.</exception>
    public void CopyTo(string name, DType dtype, void* destination, long bytes)
    {
        SafetensorsEntry entry = Find(name);
        bool convert = entry.DTypeName == SafetensorsDType.Float16 && dtype == DType.Float32;
        if (entry.DType != dtype && !convert)
        {
            string advice = entry.DType is null ? "this library has no such dtype; CopyTo without a dtype gives its bytes" : "read it as stored and convert it";
            throw new SafetensorsException($"{Path}: tensor {SafetensorsHeader.Quote(name)} is stored as {entry.DTypeName}, not as {dtype.Name()}: {advice}");
        }

        CheckRoom(entry, destination, bytes, entry.ElementCount * dtype.Size(), dtype.Name());
        if (convert)
        {
            ReadHalves(entry, (float*)destination);
            return;
        }

        Read(entry.Offset, destination, bytes);
        if (dtype == DType.Bool) CheckBools(entry, (byte*)destination);
    }

    /// <summary>A tensor's elements as a new array: of <c>float</c> (F32, F16), <c>double</c>, <c>int</c>, <c>long</c> or <c>bool</c>.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is none of these.</exception>
    /// <exception cref="SafetensorsException">There is no such tensor, it is stored as another type, or it has more elements than an array can hold.</exception>
    public T[] ToArray<T>(string name)
        where T : unmanaged
    {
        DType dtype = DTypes.Of<T>();
        SafetensorsEntry entry = Find(name);
        if (entry.ElementCount > Array.MaxLength)
        {
            throw new SafetensorsException($"{Path}: tensor {SafetensorsHeader.Quote(name)} has {entry.ElementCount} elements, more than the {Array.MaxLength} of an array; use CopyTo or View");
        }

        // An unknown dtype's shape is not bound to the file's size: refuse it before allocating for it.
        if (entry.DType is null && entry.DTypeName != SafetensorsDType.Float16) CopyTo(name, dtype, null, 0);
        T[] array = new T[entry.ElementCount];
        fixed (T* p = array)
        {
            CopyTo(name, dtype, p, (long)array.Length * sizeof(T));
        }

        return array;
    }

    /// <summary>A tensor's bytes as mapped memory: nothing is copied, pages are read when touched. The first call maps the file.</summary>
    /// <exception cref="SafetensorsException">There is no such tensor, or the file's length changed since it was opened.</exception>
    public SafetensorsView View(string name)
    {
        SafetensorsEntry entry = Find(name);
        if (entry.ByteLength == 0) return new SafetensorsView(entry, null, null);
        lock (_mapLock)
        {
            if (_map is null)
            {
                // Touching a page behind the end would end the process, so ask once more before mapping.
                long now = LengthOf(_handle, Path);
                if (now < _length) throw CutShort(Path, _length, now);
                _map = SafetensorsView.Map(_handle, _length);
            }

            return new SafetensorsView(entry, _map, (byte*)_map.DangerousGetHandle() + entry.Offset);
        }
    }

    internal static void RequireLittleEndian()
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("safetensors data are little-endian; this machine is not");
    }

    private static SafeFileHandle OpenHandle(string path)
    {
        const FileShare Share = FileShare.Read | FileShare.Delete;
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, Share);
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            // Too many open files, perhaps: those that nobody holds any more close when they are finalized.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, Share);
        }
    }

    private static long LengthOf(SafeFileHandle handle, string path)
    {
        try
        {
            return RandomAccess.GetLength(handle);
        }
        catch (NotSupportedException e)
        {
            throw new SafetensorsException($"{path}: a pipe or device, not a file", e);
        }
    }

    private static int ReadUpTo(SafeFileHandle handle, Span<byte> destination, long offset)
    {
        int total = 0;
        while (total < destination.Length)
        {
            int read = RandomAccess.Read(handle, destination[total..], offset + total);
            if (read == 0) break;
            total += read;
        }

        return total;
    }

    private static SafetensorsException CutShort(string path, long expected, long found) =>
        new($"{path}: the file had {expected} bytes when it was opened, and now ends at byte {found}");

    private SafetensorsEntry Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _header.Entries.TryGetValue(name, out SafetensorsEntry? entry) ? entry
            : throw new SafetensorsException($"{Path}: there is no tensor {SafetensorsHeader.Quote(name)} among the {_header.Entries.Count} ({string.Join(", ", _header.Entries.Keys.Take(5).Select(SafetensorsHeader.Quote))}{(_header.Entries.Count > 5 ? ", …" : "")})");
    }

    private void CheckRoom(SafetensorsEntry entry, void* destination, long bytes, long needed, string dtype)
    {
        if (bytes != needed)
        {
            throw new ArgumentException($"{Path}: tensor {SafetensorsHeader.Quote(entry.Name)}, {dtype} of shape [{string.Join(", ", entry.Shape)}], takes {needed} bytes, but the destination has {bytes}", nameof(bytes));
        }

        if (destination is null && bytes > 0) throw new ArgumentNullException(nameof(destination));
    }

    // Positional reads instead of a copy from the mapping: as fast, and a file cut short meanwhile is an exception, not a bus error.
    private void Read(long offset, void* destination, long bytes)
    {
        for (long done = 0; done < bytes;)
        {
            int wanted = (int)Math.Min(ChunkBytes, bytes - done);
            int read = ReadUpTo(_handle, new Span<byte>((byte*)destination + done, wanted), offset + done);
            if (read != wanted) throw CutShort(Path, _length, offset + done + read);
            done += read;
        }
    }

    private void ReadHalves(SafetensorsEntry entry, float* destination)
    {
        Half[] halves = new Half[Math.Min(entry.ElementCount, 16 * 1024)];
        fixed (Half* p = halves)
        {
            for (long done = 0; done < entry.ElementCount;)
            {
                int count = (int)Math.Min(halves.Length, entry.ElementCount - done);
                Read(entry.Offset + (done * sizeof(Half)), p, (long)count * sizeof(Half));
                for (int i = 0; i < count; i++) Unsafe.WriteUnaligned(destination + done + i, (float)p[i]);
                done += count;
            }
        }
    }

    // A .NET bool that is neither 0 nor 1 is undefined behaviour: equal to true and yet not.
    private void CheckBools(SafetensorsEntry entry, byte* data)
    {
        for (long done = 0; done < entry.ByteLength; done += ChunkBytes)
        {
            var chunk = new ReadOnlySpan<byte>(data + done, (int)Math.Min(ChunkBytes, entry.ByteLength - done));
            int bad = chunk.IndexOfAnyExceptInRange((byte)0, (byte)1);
            if (bad >= 0) throw new SafetensorsException($"{Path}: tensor {SafetensorsHeader.Quote(entry.Name)}: element {done + bad} of a BOOL is {chunk[bad]}, neither 0 nor 1");
        }
    }
}
