namespace TensorCore.IO;

/// <summary>
/// One of the format's element types. The list is the reference implementation's; a name outside it is still listed
/// (new types are added every year), only its size cannot be checked against its shape.
/// </summary>
internal readonly record struct SafetensorsDType(string Name, int Bits, DType? DType)
{
    public const string Float16 = "F16";

    private static readonly SafetensorsDType[] _known =
    [
        new("F32", 32, TensorCore.DType.Float32),
        new("F64", 64, TensorCore.DType.Float64),
        new("BF16", 16, TensorCore.DType.BFloat16),
        new("I32", 32, TensorCore.DType.Int32),
        new("I64", 64, TensorCore.DType.Int64),
        new("BOOL", 8, TensorCore.DType.Bool),
        new(Float16, 16, null),
        new("U8", 8, null),
        new("I8", 8, null),
        new("U16", 16, null),
        new("I16", 16, null),
        new("U32", 32, null),
        new("U64", 64, null),
        new("C64", 64, null),
        new("F8_E4M3", 8, null),
        new("F8_E5M2", 8, null),
        new("F8_E8M0", 8, null),
        new("F6_E2M3", 6, null),
        new("F6_E3M2", 6, null),
        new("F4", 4, null),
    ];

    /// <summary>All element types whose size is known.</summary>
    public static ReadOnlySpan<SafetensorsDType> Known => _known;

    /// <summary>The format's name of one of our dtypes.</summary>
    public static string NameOf(DType dtype)
    {
        foreach (SafetensorsDType known in _known)
        {
            if (known.DType == dtype) return known.Name;
        }

        throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "safetensors has no such dtype");
    }
}
