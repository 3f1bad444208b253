namespace TensorCore;

/// <summary>The element type of a tensor.</summary>
public enum DType
{
    /// <summary>32-bit IEEE floating point; the default.</summary>
    Float32,

    /// <summary>64-bit IEEE floating point; gradient checks run in it.</summary>
    Float64,

    /// <summary>16-bit brain floating point: storage only on the CPU, converted with <c>To</c>.</summary>
    BFloat16,

    /// <summary>32-bit signed integer.</summary>
    Int32,

    /// <summary>64-bit signed integer; the type of indices.</summary>
    Int64,

    /// <summary>One byte, 0 or 1.</summary>
    Bool,
}

/// <summary>Facts about the element types.</summary>
public static class DTypes
{
    /// <summary>Bytes one element takes.</summary>
    public static int Size(this DType dtype) => dtype switch
    {
        DType.Float32 or DType.Int32 => 4,
        DType.Float64 or DType.Int64 => 8,
        DType.BFloat16 => 2,
        DType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "not a dtype"),
    };

    /// <summary>True for the types a gradient can have: float32 and float64 (and bfloat16, which is storage).</summary>
    public static bool IsFloat(this DType dtype) => dtype is DType.Float32 or DType.Float64 or DType.BFloat16;

    /// <summary>The lower-case name, as NumPy writes it: <c>float32</c>, <c>int64</c>, <c>bool</c>.</summary>
    public static string Name(this DType dtype) => dtype switch
    {
        DType.Float32 => "float32",
        DType.Float64 => "float64",
        DType.BFloat16 => "bfloat16",
        DType.Int32 => "int32",
        DType.Int64 => "int64",
        DType.Bool => "bool",
        _ => dtype.ToString(),
    };

    /// <summary>The dtype of a .NET element type: float, double, int, long, bool.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> has no dtype.</exception>
    public static DType Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return DType.Float32;
        if (typeof(T) == typeof(double)) return DType.Float64;
        if (typeof(T) == typeof(int)) return DType.Int32;
        if (typeof(T) == typeof(long)) return DType.Int64;
        if (typeof(T) == typeof(bool)) return DType.Bool;
        throw new ArgumentException($"no dtype for {typeof(T).Name}: use float, double, int, long or bool");
    }
}
