using System.Collections.Immutable;

namespace TensorCore.IO;

/// <summary>What a safetensors header says about one tensor; its data stay in the file until asked for.</summary>
public sealed class SafetensorsEntry
{
    internal SafetensorsEntry(string name, string dtypeName, DType? dtype, ImmutableArray<long> shape, long elementCount, long offset, long byteLength)
    {
        Name = name;
        DTypeName = dtypeName;
        DType = dtype;
        Shape = shape;
        ElementCount = elementCount;
        Offset = offset;
        ByteLength = byteLength;
    }

    /// <summary>The tensor's name, such as <c>h.0.mlp.c_fc.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The element type as the file writes it: <c>F32</c>, <c>BF16</c>, <c>F16</c>, …</summary>
    public string DTypeName { get; }

    /// <summary>The element type here, or null for one this library does not have (<c>F16</c>, <c>U8</c>, …).</summary>
    public DType? DType { get; }

    /// <summary>The sizes, outermost first; empty for a scalar. Rows are contiguous (C order).</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>The product of <see cref="Shape"/>.</summary>
    public long ElementCount { get; }

    /// <summary>Where the data begin, in bytes from the start of the file. Not necessarily a multiple of the element size.</summary>
    public long Offset { get; }

    /// <summary>The length of the data in bytes.</summary>
    public long ByteLength { get; }

    /// <summary>Name, dtype and shape on one line.</summary>
    public override string ToString() => $"{Name}: {DTypeName} [{string.Join(", ", Shape)}]";
}
