using System.Numerics;

namespace TensorCore.Text;

/// <summary>
/// (left id, right id) → rank of the merge, the lowest rank first. Open addressing at a load of at most one half: a look-up is about
/// one cache line, where a Dictionary takes two.
/// </summary>
internal sealed class MergeTable
{
    /// <summary>The rank of a pair that never merges; larger than all others.</summary>
    public const int NoMerge = int.MaxValue;

    private const ulong Free = ulong.MaxValue; // (−1, −1) is no pair of ids
    private readonly (ulong Pair, int Rank)[] _slots;
    private readonly int _shift;
    private readonly int[] _merged;

    public MergeTable(ReadOnlySpan<BpeMerge> merges)
    {
        int bits = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, merges.Length * 2)));
        _shift = 64 - bits;
        _slots = new (ulong, int)[1 << bits];
        Array.Fill(_slots, (Free, NoMerge));
        _merged = new int[merges.Length];
        for (int rank = 0; rank < merges.Length; rank++)
        {
            _merged[rank] = merges[rank].Merged;
            ulong pair = Key(merges[rank].Left, merges[rank].Right);
            int at = FirstSlot(pair);
            while (_slots[at].Pair != Free) at = (at + 1) & (_slots.Length - 1);
            _slots[at] = (pair, rank);
        }
    }

    /// <summary>The rank of the pair, or <see cref="NoMerge"/>.</summary>
    public int Rank(int left, int right)
    {
        ulong pair = Key(left, right);
        int at = FirstSlot(pair);
        while (true)
        {
            (ulong found, int rank) = _slots[at];
            if (found == pair || found == Free) return rank;
            at = (at + 1) & (_slots.Length - 1);
        }
    }

    /// <summary>The token that the merge of rank <paramref name="rank"/> makes.</summary>
    public int Merged(int rank) => _merged[rank];

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    // Fibonacci hashing: the high bits of the product depend on all bits of the key.
    private int FirstSlot(ulong pair) => (int)(((pair ^ (pair >> 29)) * 0x9E3779B97F4A7C15) >> _shift);
}
