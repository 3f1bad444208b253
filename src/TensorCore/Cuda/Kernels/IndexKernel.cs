using System.Numerics;
using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    /// <summary>Rows picked by one list of indices, as gather.cu takes them by value; a row is <paramref name="units"/> of what is moved at once.</summary>
    private readonly struct MovedRows(long outer, long n, long picks, long units)
    {
        private readonly long _count = outer * picks * units, _n = n;
        private readonly Divider _units = new(units), _picks = new(picks);
    }

    public unsafe void IndexSelect(Tensor x, Tensor index, Tensor y, long outer, long n, long inner)
    {
        if (y.Count == 0) return;
        int unit = RowUnit(x, y, inner);
        long units = inner * y.DType.Size() / unit;
        MovedRows rows = new(outer, n, index.Count, units);
        Kernel("gather.cu", $"select_rows_{unit}", DType.Bool).Launch(CudaLaunch.Blocks(outer * index.Count * units, GatherThreads * GatherPerThread), GatherThreads, 0,
            x, index, y, KernelArgument.OfStructure(&rows));
    }

    public unsafe void IndexWrite(Tensor s, Tensor index, Tensor y, long outer, long n, long inner)
    {
        if (s.Count == 0) return;
        int unit = RowUnit(s, y, inner);
        long units = inner * y.DType.Size() / unit;
        Tensor? last = index.Count == 1 ? null : Claim(index, n, 1, n, 1, index.Count);
        MovedRows rows = new(outer, n, index.Count, units);
        Kernel("gather.cu", $"write_rows_{unit}", DType.Bool).Launch(CudaLaunch.Blocks(outer * index.Count * units, GatherThreads), GatherThreads, 0,
            s, index, last, y, KernelArgument.OfStructure(&rows));
    }

    /// <summary>The most bytes, up to 16, in which rows of <paramref name="inner"/> elements of both tensors can be moved.</summary>
    private static unsafe int RowUnit(Tensor a, Tensor b, long inner)
    {
        int unit = 16;
        long bytes = inner * a.DType.Size();
        while (bytes % unit != 0 || (nint)a.Pointer % unit != 0 || (nint)b.Pointer % unit != 0) unit /= 2;
        return unit;
    }

    // As in index_add.cu: with so few picks each looks through the others, with more the targets are sorted (some eight launches).
    private const int FewRows = 512;

    /// <summary>Rows of <paramref name="inner"/> elements in packs of <paramref name="pack"/>, as index_add.cu takes them by value.</summary>
    private readonly struct AddedRows(long outer, long n, long inner, long picks, int pack)
    {
        private readonly long _count = outer * picks * (inner / pack), _n = n, _inner = inner;
        private readonly Divider _units = new(inner / pack), _picks = new(picks);

        public long Count => _count;
    }

    public unsafe void IndexAdd(Tensor s, Tensor index, Tensor y, long outer, long n, long inner)
    {
        if (s.Count == 0 || y.Count == 0) return;
        bool packs = RowUnit(s, y, inner) == 16;
        AddedRows rows = new(outer, n, inner, index.Count, packs ? 16 / y.DType.Size() : 1);
        if (index.Count <= FewRows)
        {
            Kernel("index_add.cu", packs ? "add_few_rows_packs" : "add_few_rows_elements", y.DType).Launch(CudaLaunch.Blocks(rows.Count, GatherThreads), GatherThreads, 0,
                s, index, y, KernelArgument.OfStructure(&rows));
            return;
        }
        (Tensor keys, Tensor numbers) = SortTargets(index, n, index.Count, 1, (uint)n);
        AddSorted(s, keys, numbers, y, rows, packs);
    }

    private unsafe void AddSorted(Tensor s, Tensor keys, Tensor numbers, Tensor y, AddedRows rows, bool packs) =>
        Kernel("index_add.cu", packs ? "add_sorted_packs" : "add_sorted_elements", y.DType).Launch(CudaLaunch.Blocks(rows.Count, GatherThreads), GatherThreads, 0,
            s, keys, numbers, y, KernelArgument.OfStructure(&rows));

    // As in index_sort.cu: keys that a block takes at once; and how many blocks share them at most, so that one block can sum their counts.
    private const int SortTile = 2048, SortBlocks = 256, SortDigits = 256;

    /// <summary>
    /// The places below <paramref name="limit"/> that indices name in (outer, n, inner), sorted, and which entry names each; equal ones stay in order.
    /// </summary>
    private unsafe (Tensor Keys, Tensor Numbers) SortTargets(Tensor index, long n, long slice, long inner, uint limit)
    {
        long count = index.Count;
        Tensor keys = Scratch(count, DType.Int32, index.Device), numbers = Tensor.EmptyLike(keys), nextKeys = Tensor.EmptyLike(keys), nextNumbers = Tensor.EmptyLike(keys);
        Divider bySlice = new(slice), byInner = new(inner);
        Kernel("index_sort.cu", "sort_keys", DType.Int32).Launch(CudaLaunch.Blocks(count, GatherThreads), GatherThreads, 0,
            index, keys, count, n, KernelArgument.OfStructure(&bySlice), KernelArgument.OfStructure(&byInner), limit);
        long tiles = CudaLaunch.Blocks(count, SortTile), perBlock = CudaLaunch.Blocks(tiles, Math.Min(tiles, SortBlocks)) * SortTile, blocks = CudaLaunch.Blocks(count, perBlock);
        Tensor counts = Tensor.Empty([(int)(SortDigits * blocks)], DType.Int32, index.Device);
        for (int shift = 0; shift < 32 - BitOperations.LeadingZeroCount(limit); shift += 8)
        {
            Kernel("index_sort.cu", "sort_count", DType.Int32).Launch(blocks, GatherThreads, 0, keys, counts, count, perBlock, shift);
            Kernel("index_sort.cu", "sort_scan", DType.Int32).Launch(1, 1024, 0, counts, counts.Count);
            Kernel("index_sort.cu", "sort_move", DType.Int32).Launch(blocks, GatherThreads, 0,
                keys, shift == 0 ? null : numbers, nextKeys, nextNumbers, counts, count, perBlock, shift);
            (keys, nextKeys, numbers, nextNumbers) = (nextKeys, keys, nextNumbers, numbers);
        }
        return (keys, numbers);
    }
}
