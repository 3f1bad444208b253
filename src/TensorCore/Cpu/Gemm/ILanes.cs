using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TensorCore.Cpu;

/// <summary>
/// The few operations of the micro-kernel on bare hardware vectors instead of <see cref="ISimd{V}"/> structs. Why: the JIT
/// (.NET 10) sees an accumulator inside a struct through a temporary, then picks the form of the multiply-add that overwrites the
/// broadcast, and adds a register move per row; 68 instructions per step of k instead of 54.
/// Measured interleaved, eight times 400 runs: 2 to 6 % in the median. On bare vectors it emits
/// vfmadd231 into the accumulator.
/// </summary>
/// <typeparam name="T">The vector: Vector512, Vector256, Vector128 of float or double, or the number itself.</typeparam>
internal unsafe interface ILanes<T>
    where T : unmanaged
{
    static abstract T Zero { get; }

    /// <summary>Element i at <paramref name="p"/> in every lane.</summary>
    static abstract T Broadcast(byte* p, int i);

    /// <summary>Vector number i at <paramref name="p"/>.</summary>
    static abstract T Load(byte* p, int i);

    /// <summary>Stores to the place of vector number i at <paramref name="p"/>.</summary>
    static abstract void Store(T v, byte* p, int i);

    /// <summary>a·b + c, in one rounding where the hardware has it.</summary>
    static abstract T MultiplyAdd(T a, T b, T c);

    static abstract T Add(T a, T b);
}

internal readonly unsafe struct Lanes512<E> : ILanes<Vector512<E>>
    where E : unmanaged
{
    public static Vector512<E> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<E>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<E> Broadcast(byte* p, int i) => Vector512.Create(((E*)p)[i]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<E> Load(byte* p, int i) => Vector512.Load((E*)(p + (i * 64)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<E> v, byte* p, int i) => v.Store((E*)(p + (i * 64)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<E> MultiplyAdd(Vector512<E> a, Vector512<E> b, Vector512<E> c) => typeof(E) == typeof(float)
        ? Vector512.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, E>()
        : Vector512.MultiplyAddEstimate(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, E>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<E> Add(Vector512<E> a, Vector512<E> b) => a + b;
}

internal readonly unsafe struct Lanes256<E> : ILanes<Vector256<E>>
    where E : unmanaged
{
    public static Vector256<E> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<E>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<E> Broadcast(byte* p, int i) => Vector256.Create(((E*)p)[i]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<E> Load(byte* p, int i) => Vector256.Load((E*)(p + (i * 32)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<E> v, byte* p, int i) => v.Store((E*)(p + (i * 32)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<E> MultiplyAdd(Vector256<E> a, Vector256<E> b, Vector256<E> c) => typeof(E) == typeof(float)
        ? Vector256.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, E>()
        : Vector256.MultiplyAddEstimate(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, E>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<E> Add(Vector256<E> a, Vector256<E> b) => a + b;
}

internal readonly unsafe struct Lanes128<E> : ILanes<Vector128<E>>
    where E : unmanaged
{
    public static Vector128<E> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128<E>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<E> Broadcast(byte* p, int i) => Vector128.Create(((E*)p)[i]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<E> Load(byte* p, int i) => Vector128.Load((E*)(p + (i * 16)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<E> v, byte* p, int i) => v.Store((E*)(p + (i * 16)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<E> MultiplyAdd(Vector128<E> a, Vector128<E> b, Vector128<E> c) => typeof(E) == typeof(float)
        ? Vector128.MultiplyAddEstimate(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, E>()
        : Vector128.MultiplyAddEstimate(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, E>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<E> Add(Vector128<E> a, Vector128<E> b) => a + b;
}

/// <summary>One number, float or double.</summary>
internal readonly unsafe struct Lanes1<E> : ILanes<E>
    where E : unmanaged, IFloatingPointIeee754<E>
{
    public static E Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => E.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static E Broadcast(byte* p, int i) => ((E*)p)[i];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static E Load(byte* p, int i) => ((E*)p)[i];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(E v, byte* p, int i) => ((E*)p)[i] = v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static E MultiplyAdd(E a, E b, E c) => E.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static E Add(E a, E b) => a + b;
}
