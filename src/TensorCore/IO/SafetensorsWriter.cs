using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TensorCore.IO;

/// <summary>
/// Writes a safetensors file: add the tensors, then <see cref="Save"/>. Data are not copied when added but streamed when saved, so a
/// file larger than memory is no problem. The same calls write the same bytes.
/// </summary>
/// <remarks>
/// The header lists the tensors in the order they were added, and is padded with spaces to a multiple of 8 bytes. The data are laid out by element
/// size, largest first, and by order of addition within a size: so every tensor is aligned without a gap, which
/// the format forbids and readers that map the file (PyTorch's among them) rely on. A file of one dtype is laid out as added.
/// </remarks>
public sealed unsafe class SafetensorsWriter
{
    private readonly OrderedDictionary<string, Item> _items = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, string> _metadata = new(StringComparer.Ordinal);

    /// <summary>Adds a tensor whose data a callback writes at <see cref="Save"/>: exactly shape × dtype bytes, little-endian, C order.</summary>
    /// <returns>This writer.</returns>
    /// <exception cref="ArgumentException">The name is taken, reserved or not valid Unicode, or the shape is negative or overflows.</exception>
    public SafetensorsWriter Add(string name, DType dtype, ReadOnlySpan<long> shape, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        CheckText(name, "a tensor's name");
        if (name == SafetensorsHeader.MetadataKey) throw new ArgumentException($"{name} is the format's reserved key: use AddMetadata", nameof(name));
        _ = SafetensorsDType.NameOf(dtype);
        var item = new Item(name, dtype, ImmutableArray.Create(shape), ByteLength(name, dtype, shape), write);
        if (!_items.TryAdd(name, item)) throw new ArgumentException($"tensor {SafetensorsHeader.Quote(name)} was already added", nameof(name));
        return this;
    }

    /// <summary>Adds a tensor whose data lie at <paramref name="data"/> until <see cref="Save"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="dtype">Its element type.</param>
    /// <param name="shape">Its sizes; empty for a scalar.</param>
    /// <param name="data">shape × dtype bytes in C order; may be null if that is 0.</param>
    /// <param name="owner">The object that keeps the memory valid; it is held on to as long as this writer.</param>
    /// <returns>This writer.</returns>
    /// <exception cref="ArgumentException">The name is taken, reserved or not valid Unicode, the shape is negative or overflows, or the pointer is null.</exception>
    public SafetensorsWriter Add(string name, DType dtype, ReadOnlySpan<long> shape, void* data, object? owner = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        long bytes = ByteLength(name, dtype, shape);
        if (data is null && bytes > 0) throw new ArgumentNullException(nameof(data), $"tensor {SafetensorsHeader.Quote(name)} has {bytes} bytes, but no data");
        nint address = (nint)data;
        return Add(name, dtype, shape, stream =>
        {
            WriteMemory(stream, (byte*)address, bytes);
            GC.KeepAlive(owner);
        });
    }

    /// <summary>Adds a tensor of <c>float</c>, <c>double</c>, <c>int</c>, <c>long</c> or <c>bool</c> elements; they are read at <see cref="Save"/>.</summary>
    /// <returns>This writer.</returns>
    /// <exception cref="ArgumentException">The name is taken, reserved or not valid Unicode, the shape does not have as many elements as <paramref name="data"/>, or the element type is another.</exception>
    public SafetensorsWriter Add<T>(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<T> data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(name);
        DType dtype = DTypes.Of<T>();
        if (ByteLength(name, dtype, shape) != (long)data.Length * sizeof(T))
        {
            throw new ArgumentException($"tensor {SafetensorsHeader.Quote(name)} of shape {Show(shape)} needs {ByteLength(name, dtype, shape) / sizeof(T)} elements, but got {data.Length}", nameof(data));
        }

        return Add(name, dtype, shape, stream =>
        {
            fixed (T* p = data.Span)
            {
                WriteMemory(stream, (byte*)p, (long)data.Length * sizeof(T));
            }
        });
    }

    /// <summary>Adds a tensor from an array; see <see cref="Add{T}(string, ReadOnlySpan{long}, ReadOnlyMemory{T})"/>.</summary>
    /// <returns>This writer.</returns>
    /// <exception cref="ArgumentException">The name is taken, reserved or not valid Unicode, the shape does not have as many elements as <paramref name="data"/>, or the element type is another.</exception>
    public SafetensorsWriter Add<T>(string name, ReadOnlySpan<long> shape, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        return Add(name, shape, new ReadOnlyMemory<T>(data));
    }

    /// <summary>Adds a string to the file's <c>__metadata__</c>.</summary>
    /// <returns>This writer.</returns>
    /// <exception cref="ArgumentException">The key is taken, or a string is not valid Unicode.</exception>
    public SafetensorsWriter AddMetadata(string key, string value)
    {
        CheckText(key, "a metadata key");
        CheckText(value, "a metadata value");
        if (!_metadata.TryAdd(key, value)) throw new ArgumentException($"metadata key {SafetensorsHeader.Quote(key)} was already added", nameof(key));
        return this;
    }

    /// <summary>Writes the file through <see cref="AtomicFile"/>: on any error the old file stays as it was.</summary>
    /// <exception cref="SafetensorsException">A callback wrote more or fewer bytes than its tensor has, or the header exceeds the format's 100 MB.</exception>
    /// <exception cref="IOException">The folder does not exist, the disk is full, or the old file cannot be replaced.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the old file may not be written to, or the path is a folder.</exception>
    public void Save(string path)
    {
        SafetensorsFile.RequireLittleEndian();
        Item[] layout = [.. _items.Values.OrderByDescending(item => item.DType.Size())]; // stable
        var begins = new Dictionary<string, long>(layout.Length, StringComparer.Ordinal);
        long end = 0;
        foreach (Item item in layout)
        {
            begins.Add(item.Name, end);
            end = checked(end + item.Bytes);
        }

        byte[] header = Header(path, begins);
        AtomicFile.Write(path, checked(header.Length + end), this, (stream, _) =>
        {
            stream.Write(header);
            foreach (Item item in layout)
            {
                var bounded = new BoundedStream(stream, item.Bytes, $"{path}: tensor {SafetensorsHeader.Quote(item.Name)}");
                item.Write(bounded);
                bounded.CheckFull();
            }
        });
    }

    private static long ByteLength(string name, DType dtype, ReadOnlySpan<long> shape)
    {
        // Zeros are left out of the overflow check, as the reader does.
        UInt128 product = 1;
        bool empty = false;
        foreach (long size in shape)
        {
            if (size < 0) throw new ArgumentException($"tensor {SafetensorsHeader.Quote(name)}: shape {Show(shape)} has a negative size", nameof(shape));
            if (size == 0) empty = true;
            else product *= (ulong)size;
            if (product * 64 > long.MaxValue) throw new ArgumentException($"tensor {SafetensorsHeader.Quote(name)}: shape {Show(shape)} has too many elements", nameof(shape));
        }

        return empty ? 0 : (long)product * dtype.Size();
    }

    private static string Show(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";

    private static void CheckText(string text, string what)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!IsWellFormed(text)) throw new ArgumentException($"{what} has half a surrogate pair: {SafetensorsHeader.Quote(text)}");
    }

    private static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (char.IsSurrogate(text[i])) return false;
        }

        return true;
    }

    private static void WriteMemory(Stream stream, byte* data, long bytes)
    {
        for (long done = 0; done < bytes; done += SafetensorsFile.ChunkBytes)
        {
            stream.Write(new ReadOnlySpan<byte>(data + done, (int)Math.Min(SafetensorsFile.ChunkBytes, bytes - done)));
        }
    }

    // The 8 bytes of length, the JSON, and spaces up to a multiple of 8.
    private byte[] Header(string path, Dictionary<string, long> begins)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.GetSpan(SafetensorsHeader.PrefixLength)[..SafetensorsHeader.PrefixLength].Clear();
        buffer.Advance(SafetensorsHeader.PrefixLength);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteMetadata(json);
            foreach (Item item in _items.Values)
            {
                json.WriteStartObject(item.Name);
                json.WriteString("dtype", SafetensorsDType.NameOf(item.DType));
                json.WriteStartArray("shape");
                foreach (long size in item.Shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(begins[item.Name]);
                json.WriteNumberValue(begins[item.Name] + item.Bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.WrittenCount % 8 != 0) buffer.Write(" "u8);
        byte[] header = buffer.WrittenSpan.ToArray();
        int length = header.Length - SafetensorsHeader.PrefixLength;
        if (length > SafetensorsHeader.MaxLength) throw new SafetensorsException($"{path}: the header would take {length} bytes, above the format's limit of {SafetensorsHeader.MaxLength}");
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)length);
        return header;
    }

    private void WriteMetadata(Utf8JsonWriter json)
    {
        if (_metadata.Count == 0) return;
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach ((string key, string value) in _metadata) json.WriteString(key, value);
        json.WriteEndObject();
    }

    private sealed record Item(string Name, DType DType, ImmutableArray<long> Shape, long Bytes, Action<Stream> Write);

    /// <summary>Passes writes on and counts them, so that a callback cannot shift the tensors behind its own.</summary>
    private sealed class BoundedStream(Stream inner, long limit, string what) : Stream
    {
        private long _written;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _written;
            set => throw new NotSupportedException();
        }

        public void CheckFull()
        {
            if (_written != limit) throw new SafetensorsException($"{what} has {limit} bytes, but its callback wrote {_written}");
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (buffer.Length > limit - _written) throw new SafetensorsException($"{what} has {limit} bytes, but its callback wrote at least {_written + buffer.Length}");
            inner.Write(buffer);
            _written += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            ValidateBufferArguments(buffer, offset, count);
            Write(buffer.AsSpan(offset, count));
        }

        public override void WriteByte(byte value) => Write([value]);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
