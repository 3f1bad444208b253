namespace TensorCore;

// Tensors to .NET's arrays and spans. What copies says so; a span over the tensor's own memory is only to be had where it cannot dangle by accident.
public sealed partial class Tensor
{
    /// <summary>The sizes of the axes as System.Numerics.Tensors gives them.</summary>
    public ReadOnlySpan<nint> Lengths => Array.ConvertAll(_sizes, n => (nint)n);

    /// <summary>A copy of the elements in row-major order. <typeparamref name="T"/> must be the dtype's own type.</summary>
    /// <exception cref="DTypeException">Another element type.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        RequireElement<T>();
        T[] values = new T[checked((int)Count)];
        CopyTo<T>(values);
        return values;
    }

    /// <summary>Copies the elements in row-major order to the start of <paramref name="destination"/>.</summary>
    /// <exception cref="DTypeException">Another element type than the dtype's own.</exception>
    /// <exception cref="ShapeException">The destination is too short.</exception>
    public unsafe void CopyTo<T>(Span<T> destination)
        where T : unmanaged
    {
        RequireElement<T>();
        if (destination.Length < Count) throw new ShapeException($"copy of {Shape}, {Count} elements, to a span of {destination.Length}");
        Tensor c = HostValues();
        new ReadOnlySpan<T>(c.Pointer, (int)Count).CopyTo(destination);
        GC.KeepAlive(c);
    }

    /// <summary>Copies the elements to the places that <paramref name="strides"/> (in elements, one for each axis) give them, as System.Numerics.Tensors lays data out.</summary>
    /// <exception cref="DTypeException">Another element type than the dtype's own.</exception>
    /// <exception cref="ShapeException">Not one stride for each axis, a negative one, or they reach beyond the destination.</exception>
    public unsafe void CopyTo<T>(Span<T> destination, ReadOnlySpan<nint> strides)
        where T : unmanaged
    {
        RequireElement<T>();
        CheckStrided(destination.Length, Lengths, strides);
        Tensor c = HostValues();
        fixed (T* p = destination) WalkStrided((T*)c.Pointer, p, _sizes, strides, read: false);
        GC.KeepAlive(c);
    }

    /// <summary>A copy of a matrix.</summary>
    /// <exception cref="DTypeException">Another element type than the dtype's own.</exception>
    /// <exception cref="ShapeException">The tensor has not two axes.</exception>
    public T[,] ToArray2D<T>()
        where T : unmanaged => Rank == 2 ? (T[,])ToMultiArray<T>() : throw new ShapeException($"a two-dimensional array of a tensor of shape {Shape}: it has {Rank} axes");

    /// <summary>A copy as an array of the tensor's rank: <c>T[]</c>, <c>T[,]</c>, <c>T[,,]</c>, … A scalar becomes an array of one.</summary>
    /// <exception cref="DTypeException">Another element type than the dtype's own.</exception>
    /// <exception cref="ShapeException">More than 6 axes.</exception>
    public Array ToMultiArray<T>()
        where T : unmanaged
    {
        RequireElement<T>();
        Array values = CreateArray<T>(Rank == 0 ? [1] : _sizes);
        CopyTo(AsBlock<T>(values));
        return values;
    }

    private static Array CreateArray<T>(int[] sizes) => sizes.Length switch
    {
        1 => new T[sizes[0]],
        2 => new T[sizes[0], sizes[1]],
        3 => new T[sizes[0], sizes[1], sizes[2]],
        4 => new T[sizes[0], sizes[1], sizes[2], sizes[3]],
        5 => new T[sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]],
        6 => new T[sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5]],
        // More would need run-time code generation, which AOT lacks.
        _ => throw new ShapeException($"an array of {sizes.Length} dimensions: at most 6; use ToArray or Reshape first"),
    };

    /// <summary>Calls <paramref name="reader"/> with the elements in row-major order and returns its result: without a copy if they are contiguous. The tensor stays alive meanwhile.</summary>
    /// <exception cref="DTypeException">Another element type than the dtype's own.</exception>
    public unsafe TResult Read<T, TResult>(Func<ReadOnlySpan<T>, TResult> reader)
        where T : unmanaged
    {
        RequireElement<T>();
        Tensor c = HostValues();
        TResult result = reader(new ReadOnlySpan<T>(c.Pointer, SpanLength(c)));
        GC.KeepAlive(c);
        return result;
    }

    /// <summary>
    /// Calls <paramref name="writer"/> with the elements in row-major order to be changed in place. A tensor that is not contiguous, or on a GPU, is changed through a copy.
    /// </summary>
    /// <exception cref="DTypeException">Another element type than the dtype's own.</exception>
    /// <exception cref="GradientException">The tensor requires a gradient and recording is on.</exception>
    public unsafe void Write<T>(Action<Span<T>> writer)
        where T : unmanaged
    {
        RequireElement<T>();
        RequireChangeable("write");
        MarkChanged("write");
        Tensor c = HostValues();
        writer(new Span<T>(c.Pointer, SpanLength(c)));
        GC.KeepAlive(c);
        if (!ReferenceEquals(c.Storage, Storage)) Device.Backend.Copy(c.To(Device), this);
    }

    /// <summary>
    /// The tensor's own memory, no copy. The span does not keep the tensor alive: it may be used only as long as the tensor is reachable (a field, or
    /// <see cref="GC.KeepAlive"/> after the last use), else it reads memory that others have been given. <see cref="Read"/> has no such condition.
    /// </summary>
    /// <exception cref="DTypeException">Another element type than the dtype's own.</exception>
    /// <exception cref="ShapeException">The elements are not contiguous.</exception>
    public unsafe ReadOnlySpan<T> AsSpan<T>()
        where T : unmanaged
    {
        RequireElement<T>();
        if (Device.IsCuda) throw new DeviceException($"a span over a tensor on {Device}: its memory is the GPU's; use ToArray, or To(Device.Cpu) first");
        if (!IsContiguous) throw new ShapeException($"a span over {Shape} with strides ({string.Join(", ", _strides)}): its elements are not contiguous; use Contiguous() or CopyTo");
        return new ReadOnlySpan<T>(Pointer, SpanLength(this));
    }

    /// <summary>A copy of a bfloat16 tensor's bit patterns in row-major order.</summary>
    /// <exception cref="DTypeException">Another dtype.</exception>
    public unsafe ushort[] ToBFloat16Bits()
    {
        if (DType != DType.BFloat16) throw new DTypeException($"the bfloat16 bits of a {DType.Name()} tensor: convert with To(DType.BFloat16) first");
        Tensor c = HostValues();
        ushort[] bits = new ReadOnlySpan<ushort>(c.Pointer, SpanLength(c)).ToArray();
        GC.KeepAlive(c);
        return bits;
    }

    /// <summary>The value of a tensor of one element, as a double.</summary>
    /// <exception cref="ShapeException">The tensor has another number of elements.</exception>
    public double Item()
    {
        if (Count != 1) throw new ShapeException($"Item of a tensor of shape {Shape}: it has {Count} elements, not 1");
        using (Autograd.NoGrad()) return Reshape().To(DType.Float64).ToArray<double>()[0];
    }

    /// <summary>The values in this machine's memory in row-major order: this tensor's own where they lie so. On a GPU it waits for them.</summary>
    private Tensor HostValues()
    {
        using (Autograd.NoGrad()) return Detach().Contiguous().To(Device.Cpu);
    }

    private static int SpanLength(Tensor t) =>
        t.Count <= int.MaxValue ? (int)t.Count : throw new ShapeException($"a span over {t.Shape}: {t.Count} elements are more than a span holds; take parts");

    private void RequireElement<T>()
        where T : unmanaged
    {
        if (DTypes.Of<T>() != DType)
            throw new DTypeException($"a {DType.Name()} tensor as {typeof(T).Name}: convert with To(DType.{DTypes.Of<T>()}) first");
    }
}
