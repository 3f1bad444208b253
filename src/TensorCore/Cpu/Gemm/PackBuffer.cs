namespace TensorCore.Cpu;

/// <summary>
/// Native memory that a thread keeps between products for packed panels: it grows to the largest that was needed.
/// </summary>
internal sealed unsafe class PackBuffer
{
    [ThreadStatic]
    private static PackBuffer? t_shared;

    [ThreadStatic]
    private static PackBuffer? t_local;

    private byte* _memory;
    private nuint _size;

    ~PackBuffer() => NativePages.Free(_memory);

    /// <summary>The buffer that the calling thread fills and all threads read during one product.</summary>
    public static byte* Shared(nint bytes) => (t_shared ??= new()).Reserve(bytes);

    /// <summary>The buffer that only the thread itself uses, inside one piece.</summary>
    public static byte* Local(nint bytes) => (t_local ??= new()).Reserve(bytes);

    private byte* Reserve(nint bytes)
    {
        if ((nuint)bytes <= _size) return _memory;
        NativePages.Free(_memory);
        _memory = null;
        _size = 0;
        nuint wanted = Math.Max((nuint)bytes, 64 << 10);
        _memory = (byte*)NativePages.Allocate((long)wanted);
        _size = wanted;
        return _memory;
    }
}
