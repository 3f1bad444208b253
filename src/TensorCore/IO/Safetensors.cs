using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace TensorCore.IO;

/// <summary>Tensors in safetensors files, the format of today's published models: the data behind a JSON header, nothing that could run.</summary>
public static unsafe class Safetensors
{
    /// <summary>
    /// Opens a file as a dictionary of tensors. Only the header is read; a tensor is read anew each time it is asked for, so a file larger than memory can be
    /// gone through. F16 is read as float32.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="dtype">Converts floating-point tensors to this type; integers and bools stay as they are.</param>
    /// <exception cref="SafetensorsException">The file is malformed; the message says where.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="DTypeException"><paramref name="dtype"/> is not a floating-point type.</exception>
    public static SafetensorsDictionary Load(string path, DType? dtype = null)
    {
        if (dtype is DType d && !d.IsFloat()) throw new DTypeException($"safetensors: floating-point tensors cannot be loaded as {d.Name()}: choose float32, float64 or bfloat16");
        return new SafetensorsDictionary(SafetensorsFile.Open(path), dtype);
    }

    /// <summary>Writes tensors to a file, all or nothing: an old file stays as it is if anything goes wrong. Views are written as the values they show.</summary>
    /// <param name="path">The file; it is replaced.</param>
    /// <param name="tensors">The tensors by name, of any dtype; written in this order.</param>
    /// <param name="metadata">Strings for the header.</param>
    /// <exception cref="ArgumentException">A name or string is not valid Unicode, or reserved.</exception>
    /// <exception cref="IOException">The folder does not exist, or the disk is full.</exception>
    public static void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        SafetensorsWriter writer = new();
        foreach ((string name, Tensor tensor) in tensors)
        {
            long[] shape = Array.ConvertAll(tensor.Shape.ToArray(), s => (long)s);
            writer.Add(name, tensor.DType, shape, stream => Write(stream, tensor));
        }
        foreach ((string key, string value) in metadata ?? new Dictionary<string, string>()) writer.AddMetadata(key, value);
        writer.Save(path);
    }

    /// <summary>A contiguous copy lives only while it is being written.</summary>
    private static void Write(Stream stream, Tensor tensor)
    {
        using (Autograd.NoGrad())
        {
            Tensor c = tensor.Detach().Contiguous();
            Cpu.Operand data = c;
            long bytes = c.Count * c.DType.Size();
            for (long done = 0; done < bytes; done += SafetensorsFile.ChunkBytes)
                stream.Write(new ReadOnlySpan<byte>((byte*)data.P + done, (int)Math.Min(SafetensorsFile.ChunkBytes, bytes - done)));
            GC.KeepAlive(c);
        }
    }
}

/// <summary>The tensors of a safetensors file by name, read when asked for. Safe to use from several threads.</summary>
public sealed unsafe class SafetensorsDictionary : IReadOnlyDictionary<string, Tensor>
{
    private readonly DType? _dtype;

    internal SafetensorsDictionary(SafetensorsFile file, DType? dtype) => (File, _dtype) = (file, dtype);

    /// <summary>The file: its entries tell shapes and dtypes without reading data.</summary>
    public SafetensorsFile File { get; }

    /// <summary>The header's strings.</summary>
    public IReadOnlyDictionary<string, string> Metadata => File.Metadata;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => File.Entries.Keys;

    /// <inheritdoc/>
    public IEnumerable<Tensor> Values => Keys.Select(Read);

    /// <inheritdoc/>
    public int Count => File.Entries.Count;

    /// <summary>Reads a tensor.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    /// <exception cref="SafetensorsException">Its type has no dtype here, or the file was cut short.</exception>
    public Tensor this[string key] => ContainsKey(key) ? Read(key) : throw new KeyNotFoundException($"{File.Path}: there is no tensor '{key}'");

    /// <inheritdoc/>
    public bool ContainsKey(string key) => File.Entries.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Tensor value)
    {
        value = ContainsKey(key) ? Read(key) : null;
        return value is not null;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator() => Keys.Select(k => KeyValuePair.Create(k, Read(k))).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Tensor Read(string name)
    {
        SafetensorsEntry entry = File.Entries[name];
        DType stored = entry.DType ?? (entry.DTypeName == SafetensorsDType.Float16 ? DType.Float32
            : throw new SafetensorsException($"{File.Path}: tensor '{name}' is stored as {entry.DTypeName}, which has no dtype in this library; SafetensorsFile.CopyTo gives its bytes"));
        int[] sizes = new int[entry.Shape.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            if (entry.Shape[i] > int.MaxValue) throw new SafetensorsException($"{File.Path}: tensor '{name}' has an axis of size {entry.Shape[i]}, more than the {int.MaxValue} of a tensor here");
            sizes[i] = (int)entry.Shape[i];
        }
        Tensor y = Tensor.Empty(sizes, stored, Device.Cpu);
        Cpu.Operand data = y;
        File.CopyTo(name, stored, data.P, y.Count * stored.Size());
        GC.KeepAlive(y);
        using (Autograd.NoGrad()) return _dtype is DType wanted && stored.IsFloat() ? y.To(wanted) : y;
    }
}
