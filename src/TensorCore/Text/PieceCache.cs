using System.Numerics;
using System.Runtime.InteropServices;

namespace TensorCore.Text;

/// <summary>
/// Remembers the ids of the pieces met last: natural text repeats its words, and a hit costs a hash and a comparison
/// instead of the merges. Direct-mapped: a piece has one place, and a newer piece replaces an older one, so the size is fixed.
/// Entries never change and are published by one reference write, so readers on other threads see whole ones without a lock.
/// </summary>
internal sealed class PieceCache
{
    /// <summary>Longer pieces are rare and stay out: they would fill the cache without coming again.</summary>
    public const int LongestPiece = 48;

    // 2¹⁵ places: 256 KiB of references. 10 MB of prose have 95,000 different pieces, but a few thousand make up most of the text: 2¹⁷ places were no faster.
    private const int Bits = 15;
    private readonly Entry?[] _entries = new Entry?[1 << Bits];

    public static ulong Hash(ReadOnlySpan<byte> piece)
    {
        const ulong Odd = 0x9E3779B97F4A7C15;
        ulong hash = (ulong)piece.Length * Odd;
        while (piece.Length >= 8)
        {
            hash = BitOperations.RotateLeft((hash ^ MemoryMarshal.Read<ulong>(piece)) * Odd, 29);
            piece = piece[8..];
        }

        ulong tail = 0;
        for (int i = 0; i < piece.Length; i++) tail |= (ulong)piece[i] << (8 * i);
        return (hash ^ tail) * Odd;
    }

    public bool TryGet(ReadOnlySpan<byte> piece, ulong hash, out ReadOnlySpan<int> ids)
    {
        Entry? entry = _entries[hash >> (64 - Bits)];
        if (entry is not null && entry.Hash == hash && piece.SequenceEqual(entry.Piece))
        {
            ids = entry.Ids;
            return true;
        }

        ids = default;
        return false;
    }

    public void Set(ReadOnlySpan<byte> piece, ulong hash, ReadOnlySpan<int> ids) =>
        _entries[hash >> (64 - Bits)] = new Entry(hash, piece.ToArray(), ids.ToArray());

    private sealed record Entry(ulong Hash, byte[] Piece, int[] Ids);
}
