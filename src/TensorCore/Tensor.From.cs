using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TensorCore;

// Tensors out of .NET's spans and arrays. All of these copy.
public sealed partial class Tensor
{
    /// <summary>A copy of <paramref name="values"/>, in row-major order, as a tensor of <paramref name="shape"/>; its dtype is the element type's.</summary>
    /// <exception cref="ShapeException">The number of values is not the shape's.</exception>
    public static unsafe Tensor From<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> shape, Device? device = null)
        where T : unmanaged
    {
        Shape s = Shape.Create(shape);
        if (s.Count != values.Length) throw new ShapeException($"{values.Length} values do not fill shape {s} of {s.Count}");
        Tensor y = Empty(s, DTypes.Of<T>(), device ?? Device.Cpu);
        if (y.Device.Gpu is { } gpu)
        {
            fixed (T* source = values) gpu.Staging.Upload((nint)y.Pointer, source, (long)values.Length * sizeof(T));
        }
        else
        {
            values.CopyTo(new Span<T>(y.Pointer, values.Length));
        }
        GC.KeepAlive(y);
        return y;
    }

    /// <summary>A copy of an array as a tensor of <paramref name="shape"/>.</summary>
    /// <exception cref="ShapeException">The number of values is not the shape's.</exception>
    public static Tensor From<T>(T[] values, ReadOnlySpan<int> shape, Device? device = null)
        where T : unmanaged => From((ReadOnlySpan<T>)values, shape, device);

    /// <summary>A copy of memory as a tensor of <paramref name="shape"/>.</summary>
    /// <exception cref="ShapeException">The number of values is not the shape's.</exception>
    public static Tensor From<T>(ReadOnlyMemory<T> values, ReadOnlySpan<int> shape, Device? device = null)
        where T : unmanaged => From(values.Span, shape, device);

    /// <summary>A copy of an array as a vector.</summary>
    public static Tensor From<T>(T[] values)
        where T : unmanaged => From((ReadOnlySpan<T>)values, [values.Length]);

    /// <summary>A copy of a span as a vector.</summary>
    public static Tensor From<T>(ReadOnlySpan<T> values)
        where T : unmanaged => From(values, [values.Length]);

    /// <summary>A copy of a two-dimensional array.</summary>
    public static Tensor From<T>(T[,] values)
        where T : unmanaged => FromBlock<T>(values);

    /// <summary>A copy of a three-dimensional array.</summary>
    public static Tensor From<T>(T[,,] values)
        where T : unmanaged => FromBlock<T>(values);

    /// <summary>A copy of a four-dimensional array.</summary>
    public static Tensor From<T>(T[,,,] values)
        where T : unmanaged => FromBlock<T>(values);

    /// <summary>A copy of an array of rows, all of one length.</summary>
    /// <exception cref="ShapeException">A row has another length than the first.</exception>
    public static Tensor From<T>(T[][] values)
        where T : unmanaged
    {
        int columns = values.Length == 0 ? 0 : values[0].Length;
        T[] flat = new T[checked(values.Length * columns)];
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i].Length != columns) throw new ShapeException($"rows of different lengths: row {i} has {values[i].Length} values and row 0 has {columns}");
            values[i].CopyTo(flat.AsSpan(i * columns));
        }
        return From(flat, [values.Length, columns]);
    }

    /// <summary>A copy of an array of arrays of rows; all rows of one length, all groups of one size.</summary>
    /// <exception cref="ShapeException">A group or row has another size than the first.</exception>
    public static Tensor From<T>(T[][][] values)
        where T : unmanaged
    {
        if (values.Length == 0) return From<T>([], [0, 0, 0]);
        Tensor[] groups = new Tensor[values.Length];
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = From(values[i]);
            if (groups[i].Shape != groups[0].Shape) throw new ShapeException($"groups of different shapes: group {i} has {groups[i].Shape} and group 0 has {groups[0].Shape}");
        }
        return Stack(groups);
    }

    /// <summary>A copy of an array of any rank whose elements are float, double, int, long or bool; the tensor has its rank and sizes.</summary>
    /// <exception cref="ArgumentException">Another element type.</exception>
    public static Tensor From(Array values) => values.GetType().GetElementType() switch
    {
        Type t when t == typeof(float) => FromBlock<float>(values),
        Type t when t == typeof(double) => FromBlock<double>(values),
        Type t when t == typeof(int) => FromBlock<int>(values),
        Type t when t == typeof(long) => FromBlock<long>(values),
        Type t when t == typeof(bool) => FromBlock<bool>(values),
        Type t => throw new ArgumentException($"an array of {t.Name} as a tensor: its elements must be float, double, int, long or bool", nameof(values)),
        null => throw new ArgumentNullException(nameof(values)),
    };

    private static Tensor FromBlock<T>(Array values)
        where T : unmanaged
    {
        int[] sizes = new int[values.Rank];
        for (int i = 0; i < sizes.Length; i++) sizes[i] = values.GetLength(i);
        // A multidimensional array is one block in row-major order.
        return From(AsBlock<T>(values), sizes);
    }

    private static Span<T> AsBlock<T>(Array values)
        where T : unmanaged => values.Length == 0 ? [] : MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(values)), values.Length);

    /// <summary>
    /// A copy of strided data in the form that System.Numerics.Tensors uses: lengths and strides, in elements, over a flat span. A stride of 0 repeats.
    /// </summary>
    /// <exception cref="ShapeException">Lengths and strides differ in number, one is negative, or they reach beyond the data.</exception>
    public static unsafe Tensor From<T>(ReadOnlySpan<T> data, ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides)
        where T : unmanaged
    {
        int[] sizes = CheckStrided(data.Length, lengths, strides);
        fixed (T* p = data)
        {
            Tensor y = Empty(sizes, DTypes.Of<T>(), Device.Cpu);
            WalkStrided((T*)y.Pointer, p, sizes, strides, read: true);
            GC.KeepAlive(y);
            return y;
        }
    }

    private static int[] CheckStrided(int available, ReadOnlySpan<nint> lengths, ReadOnlySpan<nint> strides)
    {
        string form = $"lengths ({string.Join(", ", lengths.ToArray())}) and strides ({string.Join(", ", strides.ToArray())})";
        if (lengths.Length != strides.Length) throw new ShapeException($"{form}: there must be as many of each");
        int[] sizes = new int[lengths.Length];
        Int128 last = 0;
        bool empty = false;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (lengths[i] < 0 || strides[i] < 0 || lengths[i] > int.MaxValue) throw new ShapeException($"{form}: they must be 0 or more, lengths at most {int.MaxValue}");
            sizes[i] = (int)lengths[i];
            last += (Int128)(lengths[i] - 1) * strides[i];
            empty |= lengths[i] == 0;
        }
        if (!empty && last >= available) throw new ShapeException($"{form} reach element {last} of a span of {available}");
        return sizes;
    }

    private static unsafe void WalkStrided<T>(T* dense, T* strided, int[] sizes, ReadOnlySpan<nint> strides, bool read)
        where T : unmanaged
    {
        long count = Shape.ElementCount(sizes);
        int[] at = new int[sizes.Length];
        nint offset = 0;
        for (long i = 0; i < count; i++)
        {
            if (read) dense[i] = strided[offset];
            else strided[offset] = dense[i];
            for (int axis = sizes.Length - 1; axis >= 0; axis--)
            {
                offset += strides[axis];
                if (++at[axis] < sizes[axis]) break;
                offset -= strides[axis] * sizes[axis];
                at[axis] = 0;
            }
        }
    }

    /// <summary>A bfloat16 tensor of the given bit patterns (the upper halves of float32's).</summary>
    /// <exception cref="ShapeException">The number of values is not the shape's.</exception>
    public static unsafe Tensor FromBFloat16Bits(ReadOnlySpan<ushort> bits, ReadOnlySpan<int> shape)
    {
        Shape s = Shape.Create(shape);
        if (s.Count != bits.Length) throw new ShapeException($"{bits.Length} values do not fill shape {s} of {s.Count}");
        Tensor y = Empty(s, DType.BFloat16, Device.Cpu);
        bits.CopyTo(new Span<ushort>(y.Pointer, bits.Length));
        GC.KeepAlive(y);
        return y;
    }
}
