using System.Runtime.CompilerServices;

namespace TensorCore.Cuda;

/// <summary>An axis of two tensors of one shape: its size and the elements from one position to the next in each.</summary>
internal record struct CopyAxis(long Size, long X, long Y);

/// <summary>The axes of a copy as <c>strides.cuh</c> takes them by value.</summary>
internal unsafe struct CopyLayout
{
    public const int MaxAxes = 8;

    private readonly int _axes;
    private readonly Sizes _sizes;
    private fixed long _x[MaxAxes];
    private fixed long _y[MaxAxes];

    public CopyLayout(ReadOnlySpan<CopyAxis> axes)
    {
        // A single element is one axis of one.
        _axes = Math.Max(axes.Length, 1);
        _sizes[0] = new Divider(1);
        for (int i = 0; i < axes.Length; i++) (_sizes[i], _x[i], _y[i]) = (new Divider(axes[i].Size), axes[i].X, axes[i].Y);
    }

    [InlineArray(MaxAxes)]
    private struct Sizes
    {
        private Divider _first;
    }
}

/// <summary>
/// How a copy or sum runs through two tensors of one shape, each with strides of its own: the axes ordered by y's strides and joined where both step evenly, y's steps turned
/// positive. Axis 0 is the innermost.
/// </summary>
internal unsafe struct CopyPlan
{
    private CopyAxis[] _axes;

    public CopyPlan(Tensor x, Tensor y)
    {
        X = (byte*)x.Pointer;
        Y = (byte*)y.Pointer;
        int size = y.DType.Size();
        _axes = new CopyAxis[Math.Max(y.Rank, 1)];
        for (int i = y.Rank - 1; i >= 0; i--)
        {
            if (y.Sizes[i] == 1) continue;
            CopyAxis axis = new(y.Sizes[i], x.Strides[i], y.Strides[i]);
            if (axis.Y < 0)
            {
                X += (axis.Size - 1) * axis.X * size;
                Y += (axis.Size - 1) * axis.Y * size;
                axis = new(axis.Size, -axis.X, -axis.Y);
            }
            // A stable insertion sort: axes are few and nearly always in order.
            int at = Count++;
            for (; at > 0 && _axes[at - 1].Y > axis.Y; at--) _axes[at] = _axes[at - 1];
            _axes[at] = axis;
        }
        Join();
    }

    /// <summary>The first elements.</summary>
    public byte* X { get; private set; }

    public byte* Y { get; private set; }

    public int Count { get; private set; }

    public readonly Span<CopyAxis> Axes => _axes.AsSpan(0, Count);

    /// <summary>True if both are dense along the innermost axis.</summary>
    public readonly bool HasRows => Count > 0 && _axes[0] is { X: 1, Y: 1 };

    private void Join()
    {
        int count = 0;
        foreach (CopyAxis axis in Axes)
        {
            ref CopyAxis last = ref _axes[Math.Max(count - 1, 0)];
            if (count > 0 && axis.X == last.X * last.Size && axis.Y == last.Y * last.Size) last.Size *= axis.Size;
            else _axes[count++] = axis;
        }
        Count = count;
    }

    /// <summary>
    /// Counts in units of up to 16 bytes instead of elements of <paramref name="size"/>, the largest that sizes, strides and addresses allow, and returns their bytes. Where the innermost
    /// axis is not dense in both, elements stay the unit.
    /// </summary>
    public readonly int Widen(int size)
    {
        int unit = 16;
        while (unit > size && !Widen(size, unit)) unit /= 2;
        return unit;
    }

    /// <summary>Counts in units of <paramref name="bytes"/> if both are dense along the innermost axis, and sizes, strides and addresses allow it.</summary>
    public readonly bool Widen(int size, int bytes)
    {
        if (!HasRows || !Allows(bytes / size, bytes, readsX: true)) return false;
        Recount(bytes / size, readsX: true);
        return true;
    }

    /// <summary>Where one element of x fills the whole innermost axis: counts y in packs of 16 bytes if sizes, strides and addresses allow it.</summary>
    public readonly bool WidenSpread(int size)
    {
        if (Count == 0 || _axes[0] is not { X: 0, Y: 1 } || !Allows(16 / size, 16, readsX: false)) return false;
        Recount(16 / size, readsX: false);
        return true;
    }

    private readonly bool Allows(int elements, int bytes, bool readsX)
    {
        bool allows = _axes[0].Size % elements == 0 && (nint)Y % bytes == 0 && (!readsX || (nint)X % bytes == 0);
        for (int i = 1; i < Count; i++) allows &= _axes[i].Y % elements == 0 && (!readsX || _axes[i].X % elements == 0);
        return allows;
    }

    private readonly void Recount(int elements, bool readsX)
    {
        _axes[0].Size /= elements;
        for (int i = 1; i < Count; i++)
        {
            _axes[i].Y /= elements;
            if (readsX) _axes[i].X /= elements;
        }
    }

    /// <summary>
    /// The axis along which x is dense if the copy is a transpose, y dense along axis 0 and both long enough to fill a good part of a tile; else 0.
    /// </summary>
    public readonly int Crossing()
    {
        const int Long = 8;
        if (Count < 2 || _axes[0] is { X: 0 or 1 } or { Y: not 1 } || _axes[0].Size < Long) return 0;
        for (int i = 1; i < Count; i++)
            if (_axes[i].X == 1 && _axes[i].Size >= Long) return i;
        return 0;
    }

    /// <summary>Takes an axis out and returns it.</summary>
    public CopyAxis Remove(int i)
    {
        CopyAxis axis = _axes[i];
        for (Count--; i < Count; i++) _axes[i] = _axes[i + 1];
        return axis;
    }

    /// <summary>Elements, or units, in all.</summary>
    public readonly long Total()
    {
        long n = 1;
        foreach (CopyAxis axis in Axes) n *= axis.Size;
        return n;
    }

    /// <summary>Position <paramref name="at"/> of an axis that was removed.</summary>
    public readonly CopyPlan At(CopyAxis axis, long at, int size)
    {
        CopyPlan plan = this;
        plan._axes = [.. Axes];
        plan.X += at * axis.X * size;
        plan.Y += at * axis.Y * size;
        return plan;
    }
}
