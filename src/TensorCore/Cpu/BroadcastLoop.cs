namespace TensorCore.Cpu;

/// <summary>
/// Walks two strided operands over one output: neighbouring axes that both operands step through evenly are merged, the innermost
/// becomes the vector loop (stride 1 or 0), the others an outer loop over rows.
/// </summary>
internal readonly struct BroadcastLoop
{
    private readonly long[] _sizes;
    private readonly long[] _a, _b;

    public BroadcastLoop(ReadOnlySpan<int> sizes, ReadOnlySpan<long> a, ReadOnlySpan<long> b)
    {
        List<(long Size, long A, long B)> axes = [];
        for (int i = sizes.Length - 1; i >= 0; i--)
        {
            if (sizes[i] == 1) continue;
            if (axes.Count > 0)
            {
                (long size, long sa, long sb) = axes[^1];
                if (a[i] == sa * size && b[i] == sb * size)
                {
                    axes[^1] = (size * sizes[i], sa, sb);
                    continue;
                }
            }
            axes.Add((sizes[i], a[i], b[i]));
        }
        if (axes.Count == 0) axes.Add((1, 1, 1));
        (Inner, InnerA, InnerB) = axes[0];
        Rows = 1;
        _sizes = new long[axes.Count - 1];
        _a = new long[axes.Count - 1];
        _b = new long[axes.Count - 1];
        for (int i = 1; i < axes.Count; i++)
        {
            (_sizes[i - 1], _a[i - 1], _b[i - 1]) = axes[i];
            Rows *= axes[i].Size;
        }
    }

    public long Inner { get; }

    /// <summary>The inner stride of each operand: 0 or 1.</summary>
    public long InnerA { get; }

    public long InnerB { get; }

    public long Rows { get; }

    /// <summary>True if the innermost axis with more than one element has stride 0 or 1, as the vector loop needs.</summary>
    public static bool Fits(Tensor t)
    {
        for (int i = t.Rank - 1; i >= 0; i--)
            if (t.Sizes[i] != 1) return t.Strides[i] is 0 or 1;
        return true;
    }

    public void Offsets(long row, out long a, out long b)
    {
        a = b = 0;
        for (int i = 0; i < _sizes.Length; i++)
        {
            (row, long at) = Math.DivRem(row, _sizes[i]);
            a += at * _a[i];
            b += at * _b[i];
        }
    }
}
