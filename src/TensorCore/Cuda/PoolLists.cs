using System.Runtime.CompilerServices;

namespace TensorCore.Cuda;

/// <summary>
/// The windows of a pooling's axis on the device, as <c>pool.cu</c> reads them: for each window its start and its count, for each position of the image the first window around it and
/// the one after the last; and each window's share.
/// </summary>
internal sealed class PoolLists
{
    private PoolLists(PoolAxis axis, DType shareType, Device device)
    {
        (Size, Windows, Step) = (axis.Size, axis.Windows, axis.Step);
        int[] lists = [.. axis.Start, .. axis.Count, .. new int[2 * axis.Size]];
        // Starts and ends never decrease, so the windows around a position are neighbours.
        for (int p = 0, first = 0, last = 0; p < axis.Size; p++)
        {
            while (first < Windows && axis.Start[first] + axis.Count[first] <= p) first++;
            while (last < Windows && axis.Start[last] <= p) last++;
            (lists[(2 * Windows) + p], lists[(2 * Windows) + Size + p]) = (first, Math.Max(first, last));
        }
        Lists = Tensor.From<int>(lists, [lists.Length], device);
        Share = shareType == DType.Float64 ? Tensor.From<double>(axis.Share, [Windows], device) : Tensor.From<float>([.. axis.Share.Select(s => (float)s)], [Windows], device);
        Most = axis.Count.DefaultIfEmpty(0).Max();
        IsHalving = Step == 1 && axis.Count.All(n => n == 2) && axis.Start.Select((s, i) => s == 2 * i).All(ok => ok);
    }

    public int Size { get; }

    public int Windows { get; }

    public int Step { get; }

    public Tensor Lists { get; }

    public Tensor Share { get; }

    /// <summary>The largest count.</summary>
    public int Most { get; }

    /// <summary>True for windows of two, side by side from the start.</summary>
    public bool IsHalving { get; }

    /// <summary>The lists of poolings seen before: a network pools by the same few geometries in every step, and then nothing is uploaded.</summary>
    internal sealed class Cache
    {
        // Some kilobytes each. A program that never pools alike twice starts afresh now and then.
        private const int MostKept = 256;

        private readonly Dictionary<Key, PoolLists> _lists = [];

        /// <summary>The lists for an axis; <paramref name="keep"/> false, while a graph is captured, if their upload is only recorded.</summary>
        public PoolLists Get(PoolAxis axis, DType shareType, Device device, bool keep)
        {
            lock (_lists)
            {
                Key key = new(axis, shareType);
                if (_lists.TryGetValue(key, out PoolLists? lists)) return lists;
                lists = new PoolLists(axis, shareType, device);
                if (!keep) return lists;
                if (_lists.Count == MostKept) _lists.Clear();
                return _lists[key] = lists;
            }
        }
    }

    private readonly struct Key(PoolAxis axis, DType shareType) : IEquatable<Key>
    {
        private readonly PoolAxis _axis = axis;
        private readonly DType _shareType = shareType;

        public bool Equals(Key other) => _shareType == other._shareType && _axis.Size == other._axis.Size && _axis.Step == other._axis.Step
            && _axis.Start.AsSpan().SequenceEqual(other._axis.Start) && _axis.Count.AsSpan().SequenceEqual(other._axis.Count) && _axis.Share.AsSpan().SequenceEqual(other._axis.Share);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(_axis.Size);
            hash.Add(_axis.Windows);
            if (_axis.Windows > 0) hash.Add((_axis.Start[^1], _axis.Count[^1], _axis.Share[^1]));
            return hash.ToHashCode();
        }
    }
}

/// <summary>An axis as <c>pool.cu</c> takes it by value.</summary>
internal readonly unsafe struct PoolArgument(PoolLists axis)
{
    private readonly void* _lists = axis.Lists.Pointer, _share = axis.Share.Pointer;
    private readonly int _size = axis.Size, _windows = axis.Windows, _step = axis.Step;
}

/// <summary>Planes of rows as <c>pool.cu</c> takes them by value.</summary>
internal readonly struct PlaneIndex(long rows, long rowLength)
{
    private readonly Divider _plane = new(rows * rowLength), _row = new(rowLength);
}
