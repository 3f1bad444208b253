using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;

namespace TensorCore.IO;

/// <summary>
/// The header of a safetensors file, parsed and proven consistent with the file's length. Nothing here trusts a number
/// before it was compared with that length, so memory is bounded by the header's own bytes.
/// </summary>
/// <remarks>Source: the format's description and the checks of its reference implementation (safetensors 0.6, tensor.rs).</remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The 8 bytes (little-endian) that say how long the JSON is.</summary>
    public const int PrefixLength = 8;

    /// <summary>The reference implementation's cap on the JSON's length.</summary>
    public const int MaxLength = 100_000_000;

    /// <summary>The only key that is not a tensor's name.</summary>
    public const string MetadataKey = "__metadata__";

    private SafetensorsHeader(OrderedDictionary<string, SafetensorsEntry> entries, OrderedDictionary<string, string> metadata)
    {
        Entries = entries;
        Metadata = metadata;
    }

    public OrderedDictionary<string, SafetensorsEntry> Entries { get; }

    public OrderedDictionary<string, string> Metadata { get; }

    /// <summary>The JSON's length, read from the file's first bytes (at most 8 of them) and checked against the file's length.</summary>
    public static int CheckLength(ReadOnlySpan<byte> prefix, long fileLength, string file)
    {
        if (fileLength < PrefixLength || prefix.Length < PrefixLength)
        {
            throw new SafetensorsException($"{file}: the file has {fileLength} bytes, too few for the 8 that give the header's length");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxLength)
        {
            throw new SafetensorsException($"{file}: the header's length is {length} bytes, above the format's limit of {MaxLength}; is this a safetensors file?");
        }

        if ((long)length > fileLength - PrefixLength)
        {
            throw new SafetensorsException($"{file}: the header's length is {length} bytes, but only {fileLength - PrefixLength} follow; the file was cut short or is no safetensors file");
        }

        return (int)length;
    }

    /// <summary>Parses the JSON; <paramref name="fileLength"/> − 8 − its length bytes of data follow it.</summary>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long fileLength, string file)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
        {
            string found = json.IsEmpty ? "it is empty" : $"it begins with byte 0x{json[0]:X2}";
            throw new SafetensorsException($"{file}: the header must be a JSON object and begin with '{{', but {found}");
        }

        if (!Utf8.IsValid(json))
        {
            throw new SafetensorsException($"{file}: the header is not valid UTF-8");
        }

        long dataStart = PrefixLength + (long)json.Length;
        var parser = new Parser(json, dataStart, fileLength - dataStart, file);
        try
        {
            parser.Run();
        }
        catch (JsonException e)
        {
            throw new SafetensorsException($"{file}: the header is not valid JSON: {e.Message}", e);
        }

        CheckCoverage(parser.Entries, dataStart, fileLength, file);
        return new SafetensorsHeader(parser.Entries, parser.Metadata);
    }

    /// <summary>A name for an error message: quoted, shortened, control characters escaped.</summary>
    public static string Quote(string name)
    {
        const int Longest = 100;
        string shown = name.Length <= Longest ? name : string.Concat(name.AsSpan(0, Longest), "…");
        return "'" + string.Concat(shown.Select(c => char.IsControl(c) ? $"\\u{(int)c:X4}" : c.ToString())) + "'";
    }

    // The data must be covered once and completely: no overlap, no hole, nothing behind the last tensor. (A hole can hide
    // foreign bytes, an overlap lets a small file claim a huge model.)
    private static void CheckCoverage(OrderedDictionary<string, SafetensorsEntry> entries, long dataStart, long fileLength, string file)
    {
        SafetensorsEntry[] sorted = [.. entries.Values];
        Array.Sort(sorted, static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.ByteLength.CompareTo(b.ByteLength));
        long end = dataStart;
        SafetensorsEntry? previous = null;
        foreach (SafetensorsEntry entry in sorted)
        {
            if (entry.Offset < end)
            {
                throw new SafetensorsException($"{file}: tensors {Range(previous!, dataStart)} and {Range(entry, dataStart)} overlap");
            }

            if (entry.Offset > end)
            {
                throw new SafetensorsException($"{file}: no tensor covers the {entry.Offset - end} bytes of data before tensor {Range(entry, dataStart)}");
            }

            end = entry.Offset + entry.ByteLength;
            previous = entry;
        }

        if (end != fileLength)
        {
            throw new SafetensorsException($"{file}: {fileLength - end} trailing bytes follow the last tensor, which ends at byte {end} of {fileLength}");
        }
    }

    private static string Range(SafetensorsEntry entry, long dataStart) =>
        $"{Quote(entry.Name)} [{entry.Offset - dataStart}, {entry.Offset - dataStart + entry.ByteLength})";

    /// <summary>One pass over the tokens: no document tree, no numbers kept but the checked ones.</summary>
    private ref struct Parser
    {
        // NumPy and PyTorch stop at 64 dimensions; a cap keeps the sizes on the stack.
        private const int MaxRank = 64;

        private readonly long _dataStart;
        private readonly long _dataLength;
        private readonly string _file;
        private Utf8JsonReader _reader;

        public Parser(ReadOnlySpan<byte> json, long dataStart, long dataLength, string file)
        {
            // The format nests three deep (header, entry, shape); the reader itself refuses more than 8.
            _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            _dataStart = dataStart;
            _dataLength = dataLength;
            _file = file;
            Entries = new OrderedDictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
            Metadata = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        }

        public OrderedDictionary<string, SafetensorsEntry> Entries { get; }

        public OrderedDictionary<string, string> Metadata { get; }

        public void Run()
        {
            bool metadataSeen = false;
            _reader.Read(); // the '{' that Parse has seen
            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = Text("a tensor's name");
                _reader.Read();
                if (name == MetadataKey)
                {
                    if (metadataSeen) throw Error($"{MetadataKey} appears twice in the header");
                    metadataSeen = true;
                    ReadMetadata();
                }
                else if (!Entries.TryAdd(name, ReadEntry(name)))
                {
                    throw Error($"tensor {Quote(name)} appears twice in the header");
                }
            }

            _reader.Read(); // throws if anything but white space follows the object
        }

        private void ReadMetadata()
        {
            if (_reader.TokenType != JsonTokenType.StartObject) throw Error($"{MetadataKey} must be an object of strings, not {Kind()}");
            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                string key = Text("a key of __metadata__");
                _reader.Read();
                if (_reader.TokenType != JsonTokenType.String) throw Error($"{MetadataKey}: the value of {Quote(key)} must be a string, not {Kind()}");
                if (!Metadata.TryAdd(key, Text("a value of __metadata__"))) throw Error($"{MetadataKey}: key {Quote(key)} appears twice");
            }
        }

        private SafetensorsEntry ReadEntry(string name)
        {
            if (_reader.TokenType != JsonTokenType.StartObject) throw Error($"tensor {Quote(name)} must be an object with dtype, shape and data_offsets, not {Kind()}");
            SafetensorsDType? dtype = null;
            long[]? shape = null, offsets = null;
            Span<long> numbers = stackalloc long[MaxRank];
            while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            {
                string field = Text("a field's name", name);
                switch (field)
                {
                    case "dtype" when dtype is null:
                        dtype = ReadDType(name);
                        break;
                    case "shape" when shape is null:
                        shape = numbers[..ReadSizes(name, field, numbers)].ToArray();
                        break;
                    case "data_offsets" when offsets is null:
                        int count = ReadSizes(name, field, numbers);
                        if (count != 2) throw Error($"tensor {Quote(name)}: data_offsets must be [begin, end], but has {count} numbers");
                        offsets = numbers[..2].ToArray();
                        break;
                    default:
                        throw Error($"tensor {Quote(name)}: {(field is "dtype" or "shape" or "data_offsets" ? "repeated" : "unknown")} field {Quote(field)}");
                }
            }

            string? missing = dtype is null ? "dtype" : shape is null ? "shape" : offsets is null ? "data_offsets" : null;
            if (missing is not null) throw Error($"tensor {Quote(name)}: the field {missing} is missing");
            return Check(name, dtype!.Value, shape!, offsets![0], offsets[1]);
        }

        private readonly SafetensorsEntry Check(string name, SafetensorsDType dtype, long[] shape, long begin, long end)
        {
            if (begin > end) throw Error($"tensor {Quote(name)}: data_offsets [{begin}, {end}] end before they begin");
            if (end > _dataLength) throw Error($"tensor {Quote(name)}: data_offsets [{begin}, {end}] run past the {_dataLength} bytes of data in the file");

            // Zeros are left out of the overflow check, so that [0, 2⁶², 2⁶²] is as absurd as [2⁶², 2⁶², 0]: strides would overflow.
            UInt128 product = 1;
            bool empty = false;
            foreach (long size in shape)
            {
                if (size == 0) empty = true;
                else product *= (ulong)size;
                if (product * 64 > long.MaxValue) throw Error($"tensor {Quote(name)}: shape [{string.Join(", ", shape)}] has too many elements");
            }

            long count = empty ? 0 : (long)product;
            if (dtype.Bits != 0 && (count * dtype.Bits % 8 != 0 || count * dtype.Bits / 8 != end - begin))
            {
                throw Error($"tensor {Quote(name)}: {dtype.Name} of shape [{string.Join(", ", shape)}] takes {count * (dtype.Bits / 8.0):0.###} bytes, but data_offsets [{begin}, {end}] hold {end - begin}");
            }

            return new SafetensorsEntry(name, dtype.Name, dtype.DType, ImmutableArray.Create(shape), count, _dataStart + begin, end - begin);
        }

        private SafetensorsDType ReadDType(string name)
        {
            _reader.Read();
            if (_reader.TokenType != JsonTokenType.String) throw Error($"tensor {Quote(name)}: dtype must be a string, not {Kind()}");
            string dtype = Text("dtype", name);
            foreach (SafetensorsDType known in SafetensorsDType.Known)
            {
                if (known.Name == dtype) return known;
            }

            return new SafetensorsDType(dtype, 0, null);
        }

        private int ReadSizes(string name, string field, scoped Span<long> numbers)
        {
            _reader.Read();
            if (_reader.TokenType != JsonTokenType.StartArray) throw Error($"tensor {Quote(name)}: {field} must be an array of whole numbers, not {Kind()}");
            int count = 0;
            while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
            {
                if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt64(out long value) || value < 0)
                {
                    throw Error($"tensor {Quote(name)}: {field} must hold whole numbers from 0 to 2^63 - 1, but element {count} is {Kind()}");
                }

                if (count == numbers.Length) throw Error($"tensor {Quote(name)}: {field} has more than {MaxRank} numbers");
                numbers[count++] = value;
            }

            return count;
        }

        // GetString (and ValueTextEquals) refuse escapes such as \ud800 that are half a character.
        private readonly string Text(string what, string? tensor = null)
        {
            try
            {
                return _reader.GetString()!;
            }
            catch (InvalidOperationException e)
            {
                string where = tensor is null ? what : $"tensor {Quote(tensor)}: {what}";
                throw new SafetensorsException($"{_file}: {where}, at byte {_reader.TokenStartIndex} of the header, is not valid Unicode", e);
            }
        }

        private readonly string Kind() => _reader.TokenType switch
        {
            JsonTokenType.StartObject => "an object",
            JsonTokenType.StartArray => "an array",
            JsonTokenType.String => "a string",
            JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(_reader.ValueSpan[..Math.Min(_reader.ValueSpan.Length, 40)]),
            JsonTokenType.True => "true",
            JsonTokenType.False => "false",
            _ => "null",
        };

        private readonly SafetensorsException Error(string message) => new($"{_file}: {message}");
    }
}
