using System.Diagnostics;

namespace TensorCore.Cpu;

/// <summary>
/// A (…, rows, features) tensor as the attention kernels read it: one matrix for each head (each index of the leading axes), whose rows
/// are contiguous and evenly spaced. Split heads of a (B, T, H·D) buffer are such a tensor.
/// </summary>
internal readonly unsafe struct AttentionRows
{
    private readonly Operand _data;
    private readonly long[] _offsets;

    private AttentionRows(Tensor x)
    {
        _data = x;
        _offsets = Offsets(x.Sizes[..^2], x.Strides[..^2]);
        Step = x.Strides[^2];
    }

    /// <summary>Elements from one row to the next.</summary>
    public long Step { get; }

    public bool Exists => _data.Exists;

    /// <summary>x as it lies if its rows are contiguous and do not overlap, else a copy.</summary>
    public static AttentionRows Read(Tensor x)
    {
        bool rows = x.Sizes[^1] <= 1 || x.Strides[^1] == 1;
        bool spaced = x.Sizes[^2] <= 1 || (x.Strides[^2] >= x.Sizes[^1] && x.Strides[^2] <= int.MaxValue);
        return new AttentionRows(rows && spaced ? x : x.Contiguous());
    }

    /// <summary>The same for a mask, whose rows may repeat; a copy is made of its distinct part only.</summary>
    public static AttentionRows ReadMask(Tensor? mask)
    {
        if (mask is null) return default;
        if (mask.Sizes[^1] <= 1 || mask.Strides[^1] == 1) return new AttentionRows(mask);
        int[] distinct = mask.Shape.ToArray();
        for (int i = 0; i < mask.Rank - 1; i++)
            if (mask.Strides[i] == 0) distinct[i] = 1;
        Tensor copy = mask.ViewAs(distinct, mask.Strides.ToArray(), mask.Offset).Contiguous();
        return new AttentionRows(copy.Expand(mask.Shape));
    }

    /// <summary>Where results are written: rows contiguous.</summary>
    public static AttentionRows Write(Tensor y)
    {
        Debug.Assert(y.Sizes[^1] <= 1 || y.Strides[^1] == 1);
        return new AttentionRows(y);
    }

    /// <summary>Row <paramref name="row"/> of head <paramref name="head"/>.</summary>
    public byte* At(long head, long row, int laneSize) => (byte*)_data.P + ((_offsets[head] + (row * Step)) * laneSize);

    /// <summary>
    /// Writes rows <paramref name="row"/> … from their transpose, a line of lanes for each feature. <paramref name="temporary"/> holds rows · features elements.
    /// </summary>
    public void WriteTransposed<V>(long head, int row, int rows, byte* from, nint fromStep, int features, byte* temporary)
        where V : struct, ISimd<V>
    {
        if (features == 0) return;
        bool direct = Step == features;
        byte* to = direct ? At(head, row, V.LaneSize) : temporary;
        Packing<V>.Transpose(from, fromStep, features, rows, to, features);
        if (direct) return;
        long bytes = (long)features * V.LaneSize;
        for (int i = 0; i < rows; i++) Buffer.MemoryCopy(temporary + (i * bytes), At(head, row + i, V.LaneSize), bytes, bytes);
    }

    private static long[] Offsets(ReadOnlySpan<int> sizes, ReadOnlySpan<long> strides)
    {
        long[] offsets = new long[Shape.ElementCount(sizes)];
        for (long i = 0; i < offsets.Length; i++)
        {
            long rest = i;
            for (int axis = sizes.Length - 1; axis >= 0; axis--)
            {
                (rest, long at) = Math.DivRem(rest, sizes[axis]);
                offsets[i] += at * strides[axis];
            }
        }
        return offsets;
    }
}

/// <summary>Memory that a thread keeps between pieces of work, from the pool; it grows to the largest that was needed.</summary>
internal static unsafe class ThreadScratch
{
    [ThreadStatic] private static Block? _block;
    [ThreadStatic] private static long _bytes;

    /// <summary>At least this many bytes, 64-byte aligned, valid until the thread asks again.</summary>
    public static byte* Take(long bytes)
    {
        if (_block is null || _bytes < bytes)
        {
            _block?.Release();
            _block = new Block(BufferPool.Host, bytes);
            _bytes = bytes;
        }
        return (byte*)_block.Pointer;
    }
}
