using System.Buffers;

namespace TensorCore.Text;

/// <summary>
/// Applies merges to one piece of text: as long as two neighbours have a merge, the pair of the lowest rank is merged, the leftmost of
/// equal ones first. Two ways to the same ids: for short pieces scan for the lowest rank, O(n²) but without a set-up;
/// for long ones a linked list and a priority queue, O(n log n), so that a megabyte without a space does no harm.
/// </summary>
internal static class PieceMerger
{
    // Scanning wins below some 60–100 bytes; words and indentation are nearly all shorter.
    private const int LongestScan = 64;

    /// <summary>Merges <paramref name="ids"/> (one id for each byte) in place; returns how many ids are left at its front.</summary>
    public static int Merge(MergeTable table, Span<int> ids) => ids.Length <= LongestScan ? MergeByScan(table, ids) : MergeByQueue(table, ids);

    internal static int MergeByScan(MergeTable table, Span<int> ids)
    {
        int count = ids.Length;
        if (count < 2) return count;
        // ranks[i] is the rank of (ids[i], ids[i + 1]); the last has no right neighbour.
        Span<int> ranks = count <= LongestScan ? stackalloc int[LongestScan] : new int[count];
        for (int i = 0; i + 1 < count; i++) ranks[i] = table.Rank(ids[i], ids[i + 1]);
        ranks[count - 1] = MergeTable.NoMerge;
        while (true)
        {
            int at = 0;
            for (int i = 1; i < count - 1; i++)
            {
                if (ranks[i] < ranks[at]) at = i;
            }

            if (ranks[at] == MergeTable.NoMerge) return count;
            ids[at] = table.Merged(ranks[at]);
            ids[(at + 2)..count].CopyTo(ids[(at + 1)..]);
            ranks[(at + 1)..count].CopyTo(ranks[at..]);
            count--;
            ranks[at] = at + 1 < count ? table.Rank(ids[at], ids[at + 1]) : MergeTable.NoMerge;
            if (at > 0) ranks[at - 1] = table.Rank(ids[at - 1], ids[at]);
        }
    }

    internal static int MergeByQueue(MergeTable table, Span<int> ids)
    {
        int length = ids.Length;
        if (length < 2) return length;
        // next and previous link the tokens that are left, −1 at the ends; ranks[i] is the rank of (i, next[i]), NoMerge where i is gone.
        int[] next = ArrayPool<int>.Shared.Rent(length);
        int[] previous = ArrayPool<int>.Shared.Rent(length);
        int[] ranks = ArrayPool<int>.Shared.Rent(length);
        for (int i = 0; i < length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1 < length ? i + 1 : -1;
            ranks[i] = i + 1 < length ? table.Rank(ids[i], ids[i + 1]) : MergeTable.NoMerge;
        }

        // An entry is (rank, position), so equal ranks come out from left to right. Entries are not removed when their pair disappears: one that
        // disagrees with ranks is stale.
        var initial = new List<(int, ulong)>();
        for (int i = 0; i < length; i++)
        {
            if (ranks[i] != MergeTable.NoMerge) initial.Add((i, Priority(ranks[i], i)));
        }

        var queue = new PriorityQueue<int, ulong>(initial);
        while (queue.TryDequeue(out int at, out ulong priority))
        {
            if (ranks[at] == MergeTable.NoMerge || priority != Priority(ranks[at], at)) continue;
            int gone = next[at], after = next[gone];
            ids[at] = table.Merged(ranks[at]);
            ranks[gone] = MergeTable.NoMerge;
            next[at] = after;
            if (after >= 0) previous[after] = at;
            UpdateRank(table, ids, next, ranks, queue, at);
            if (previous[at] >= 0) UpdateRank(table, ids, next, ranks, queue, previous[at]);
        }

        int count = 0;
        for (int i = 0; i >= 0; i = next[i]) ids[count++] = ids[i];
        ArrayPool<int>.Shared.Return(next);
        ArrayPool<int>.Shared.Return(previous);
        ArrayPool<int>.Shared.Return(ranks);
        return count;
    }

    private static void UpdateRank(MergeTable table, ReadOnlySpan<int> ids, int[] next, int[] ranks, PriorityQueue<int, ulong> queue, int at)
    {
        ranks[at] = next[at] >= 0 ? table.Rank(ids[at], ids[next[at]]) : MergeTable.NoMerge;
        if (ranks[at] != MergeTable.NoMerge) queue.Enqueue(at, Priority(ranks[at], at));
    }

    private static ulong Priority(int rank, int position) => ((ulong)(uint)rank << 32) | (uint)position;
}
