using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TensorCore.Text;

/// <summary>
/// The inner state of BPE training: the different pieces as linked tokens, how often each pair of neighbours occurs, where, and a queue of the pairs by
/// frequency. A merge visits only the places of its pair, so all merges together cost about O(n log n) for n bytes of different pieces; counting
/// anew after each merge would cost n for each of them.
/// </summary>
internal sealed class MergeLearner
{
    // All pieces one after the other. A merged token stands at its first byte; the places it swallowed hold −1.
    private readonly int[] _symbols;
    private readonly int[] _previous;
    private readonly int[] _next;
    private readonly int[] _pieceOf;
    private readonly long[] _pieceCounts;

    private readonly Dictionary<ulong, int> _pairIndex = [];
    private readonly List<Pair> _pairs = [];
    private readonly PriorityQueue<int, Priority> _queue = new();
    private readonly List<byte[]> _tokens = [];
    private readonly HashSet<byte[]> _spellings = new(ByteStringComparer.Instance);
    private readonly long _minimumCount;

    public MergeLearner(IReadOnlyCollection<KeyValuePair<byte[], long>> pieces, long minimumCount)
    {
        long length = pieces.Sum(piece => (long)piece.Key.Length);
        if (length > Array.MaxLength)
            throw new InvalidOperationException($"the different pieces of the text have {length:N0} bytes together, more than the {Array.MaxLength:N0} that training can hold: is it text?");
        _minimumCount = minimumCount;
        _symbols = new int[length];
        _previous = new int[length];
        _next = new int[length];
        _pieceOf = new int[length];
        _pieceCounts = new long[pieces.Count];
        for (int value = 0; value < 256; value++) _tokens.Add([(byte)value]);

        int at = 0, index = 0;
        foreach ((byte[] piece, long count) in pieces)
        {
            _pieceCounts[index] = count;
            for (int i = 0; i < piece.Length; i++, at++)
            {
                _symbols[at] = piece[i];
                _pieceOf[at] = index;
                _previous[at] = i > 0 ? at - 1 : -1;
                _next[at] = i + 1 < piece.Length ? at + 1 : -1;
                if (i > 0) Increase(piece[i - 1], piece[i], at - 1, count);
            }

            index++;
        }

        EnqueueFrom(0);
    }

    /// <summary>Merges the most frequent pair; false if none is frequent enough.</summary>
    public bool TryMergeNext(out int left, out int right, out long count)
    {
        while (_queue.TryDequeue(out int index, out Priority priority))
        {
            ref Pair pair = ref CollectionsMarshal.AsSpan(_pairs)[index];
            if (pair.Count != priority.Count)
            {
                // Merges since then took some of its places: back into the queue with what is left.
                if (pair.Count >= _minimumCount) _queue.Enqueue(index, priority with { Count = pair.Count });
                continue;
            }

            (left, right, count) = (priority.Left, priority.Right, pair.Count);
            byte[] spelling = [.. _tokens[left], .. _tokens[right]];
            if (!_spellings.Add(spelling)) continue;

            int merged = _tokens.Count;
            _tokens.Add(spelling);
            List<int> places = pair.Places;
            pair.Places = []; // all of them are used up now
            int firstNew = _pairs.Count;
            foreach (int at in places) MergeAt(at, left, right, merged);
            Debug.Assert(_pairs[index].Count == 0, "a merged pair must not occur any more");
            EnqueueFrom(firstNew);
            return true;
        }

        (left, right, count) = (-1, -1, 0);
        return false;
    }

    /// <summary>
    /// Merges the pair at <paramref name="at"/> if it still stands there. The places of a pair are in ascending order, as all of them arise in the one
    /// merge that makes the younger of its two tokens; so in "aaa" it is the left pair that merges.
    /// </summary>
    private void MergeAt(int at, int left, int right, int merged)
    {
        int second = _next[at];
        if (_symbols[at] != left || second < 0 || _symbols[second] != right) return;
        long count = _pieceCounts[_pieceOf[at]];
        int before = _previous[at], after = _next[second];
        Decrease(left, right, count);
        if (before >= 0)
        {
            Decrease(_symbols[before], left, count);
            Increase(_symbols[before], merged, before, count);
        }

        if (after >= 0)
        {
            Decrease(right, _symbols[after], count);
            Increase(merged, _symbols[after], at, count);
            _previous[after] = at;
        }

        _symbols[at] = merged;
        _symbols[second] = -1;
        _next[at] = after;
    }

    private void Increase(int left, int right, int at, long count)
    {
        ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairIndex, Key(left, right), out bool exists);
        if (!exists)
        {
            index = _pairs.Count;
            _pairs.Add(new Pair { Left = left, Right = right, Places = [] });
        }

        ref Pair pair = ref CollectionsMarshal.AsSpan(_pairs)[index];
        pair.Count += count;
        pair.Places.Add(at);
    }

    private void Decrease(int left, int right, long count) => CollectionsMarshal.AsSpan(_pairs)[_pairIndex[Key(left, right)]].Count -= count;

    private void EnqueueFrom(int first)
    {
        for (int index = first; index < _pairs.Count; index++)
        {
            Pair pair = _pairs[index];
            if (pair.Count >= _minimumCount) _queue.Enqueue(index, new Priority(pair.Count, pair.Left, pair.Right));
        }
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private struct Pair
    {
        public int Left;
        public int Right;
        public long Count;
        public List<int> Places; // of the left token; some may have been merged into others since
    }

    /// <summary>The most frequent first; of equals, the smaller left id, then the smaller right id.</summary>
    private readonly record struct Priority(long Count, int Left, int Right) : IComparable<Priority>
    {
        public int CompareTo(Priority other)
        {
            int order = other.Count.CompareTo(Count);
            if (order == 0) order = Left.CompareTo(other.Left);
            return order != 0 ? order : Right.CompareTo(other.Right);
        }
    }
}
