using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace TensorCore;

/// <summary>
/// An n-dimensional array with automatic differentiation: a shape and strides over a buffer that several tensors may share.
/// Reshape, transpose, slice and expand are views and copy nothing. Nothing has to be disposed.
/// </summary>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed partial class Tensor
{
    private readonly int[] _sizes;
    private long[] _strides;

    internal Tensor(Storage storage, DType dtype, int[] sizes, long[] strides, long offset)
    {
        Storage = storage;
        DType = dtype;
        _sizes = sizes;
        _strides = strides;
        Offset = offset;
        Count = TensorCore.Shape.ElementCount(sizes);
        IsContiguous = AreContiguous(sizes, strides);
        ViewVersion = storage.Version;
    }

    /// <summary>A fresh contiguous tensor whose values are not set: every kernel output starts so.</summary>
    internal static Tensor Empty(ReadOnlySpan<int> shape, DType dtype, Device device)
    {
        long count = TensorCore.Shape.ElementCount(shape);
        return new Tensor(new Storage(checked(count * dtype.Size()), device), dtype, shape.ToArray(), ContiguousStrides(shape), 0);
    }

    /// <summary>Fresh and unset, with the shape, dtype and device of <paramref name="like"/>.</summary>
    internal static Tensor EmptyLike(Tensor like, DType? dtype = null) => Empty(like._sizes, dtype ?? like.DType, like.Device);

    internal Storage Storage { get; private set; }

    /// <summary>Elements from the storage's start to this tensor's first element.</summary>
    internal long Offset { get; private set; }

    /// <summary>The element type.</summary>
    public DType DType { get; }

    /// <summary>Where the values live.</summary>
    public Device Device => Storage.Device;

    /// <summary>The sizes of the axes.</summary>
    public Shape Shape => new(_sizes);

    /// <summary>The number of axes; 0 for a scalar.</summary>
    public int Rank => _sizes.Length;

    /// <summary>The number of elements.</summary>
    public long Count { get; }

    /// <summary>Elements between neighbours along each axis; 0 along an expanded axis.</summary>
    public ReadOnlySpan<long> Strides => _strides;

    /// <summary>True if the elements lie one after the other in row-major order.</summary>
    public bool IsContiguous { get; private set; }

    /// <summary>The size of an axis; negative counts from the end.</summary>
    public int Size(int axis) => _sizes[Shape.Axis(axis)];

    internal ReadOnlySpan<int> Sizes => _sizes;

    /// <summary>The address of the first element. The caller keeps the tensor alive (see <see cref="Cpu.Operand"/>).</summary>
    internal unsafe void* Pointer => Storage.Pointer + (Offset * DType.Size());

    /// <summary>Another tensor over the same storage; not recorded on the tape.</summary>
    internal Tensor ViewAs(int[] sizes, long[] strides, long offset) => new(Storage, DType, sizes, strides, offset);

    internal static long[] ContiguousStrides(ReadOnlySpan<int> sizes)
    {
        long[] strides = new long[sizes.Length];
        long step = 1;
        for (int i = sizes.Length - 1; i >= 0; i--)
        {
            strides[i] = step;
            step *= Math.Max(sizes[i], 1);
        }
        return strides;
    }

    private static bool AreContiguous(int[] sizes, long[] strides)
    {
        long step = 1;
        for (int i = sizes.Length - 1; i >= 0; i--)
        {
            if (sizes[i] == 0) return true;
            if (sizes[i] != 1 && strides[i] != step) return false;
            step *= sizes[i];
        }
        return true;
    }

    /// <summary>The dtype of what an op keeps beside values of <paramref name="dtype"/>: sums, means and losses of bfloat16 are float32.</summary>
    internal static DType StatisticsType(DType dtype) => dtype == DType.BFloat16 ? DType.Float32 : dtype;

    /// <summary>This tensor if its elements lie in row-major order, else a copy that does.</summary>
    public Tensor Contiguous() => IsContiguous ? this : Clone();

    internal void RequireFloat(string op)
    {
        if (DType is not (DType.Float32 or DType.Float64) && !(DType == DType.BFloat16 && Device.IsCuda))
            throw new DTypeException($"{op}: {DType.Name()} {Shape}: this op computes in float32 or float64{(DType == DType.BFloat16 ? " (in bfloat16 on a GPU only)" : "")}; convert with To(DType.Float32)");
    }
}
