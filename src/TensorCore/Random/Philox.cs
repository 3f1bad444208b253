using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TensorCore;

/// <summary>
/// Philox4x32-10: random numbers as a function of a counter and a key, with no state. Element <c>i</c> of a fill depends only on (seed, stream, i), so a fill
/// may be split among any number of threads, on the CPU or on the GPU, and gives the same bits.
/// </summary>
/// <remarks>
/// <para>Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 3.3.</para>
/// <para>
/// The key is the seed. The 128-bit counter is (block, stream); a block is four 32-bit words, which element indices use up in order: four elements of one
/// word each, or two of two words. A stream has 2⁶⁴ blocks and there are 2⁶⁴ streams, so none overlap.
/// </para>
/// <para>
/// Everything behind the words uses only operations that IEEE 754 rounds in one way (+, ×, ÷, √, fused multiply-add), not the machine's log or sin: every device
/// gives the same numbers.
/// </para>
/// </remarks>
public static unsafe partial class Philox
{
    // The paper's constants: multipliers of the two products, and the Weyl increments of the key (golden ratio, √3 − 1).
    private const uint M0 = 0xD2511F53, M1 = 0xCD9E8D57;
    private const uint W0 = 0x9E3779B9, W1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>The four words of one block: ten rounds over the 128-bit counter (<paramref name="counterHi"/>, <paramref name="counterLo"/>) with a 64-bit key.</summary>
    /// <remarks>A round: (hi₀, lo₀) = M₀·c₀; (hi₁, lo₁) = M₁·c₂; c = (hi₁ ⊕ c₁ ⊕ k₀, lo₁, hi₀ ⊕ c₃ ⊕ k₁, lo₀); k += (W₀, W₁).</remarks>
    public static (uint, uint, uint, uint) Block(ulong counterLo, ulong counterHi, ulong key)
    {
        uint c0 = (uint)counterLo, c1 = (uint)(counterLo >> 32), c2 = (uint)counterHi, c3 = (uint)(counterHi >> 32);
        uint k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong p0 = (ulong)M0 * c0, p1 = (ulong)M1 * c2;
            c0 = (uint)(p1 >> 32) ^ c1 ^ k0;
            c1 = (uint)p1;
            c2 = (uint)(p0 >> 32) ^ c3 ^ k1;
            c3 = (uint)p0;
            k0 += W0;
            k1 += W1;
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>The words of <paramref name="blocks"/> blocks in a row, 4 × <paramref name="blocks"/> of them.</summary>
    internal static void Words(uint* words, ulong firstBlock, int blocks, ulong stream, ulong seed)
    {
        int done = 0;
        if (Avx2.IsSupported)
        {
            for (; done + 4 <= blocks; done += 4) FourBlocks(words + (4 * done), firstBlock + (ulong)done, stream, seed);
        }

        for (; done < blocks; done++)
        {
            (words[4 * done], words[(4 * done) + 1], words[(4 * done) + 2], words[(4 * done) + 3]) = Block(firstBlock + (ulong)done, stream, seed);
        }
    }

    // Four blocks at once, each word of the counter in the low half of a 64-bit lane. vpmuludq multiplies low halves only, so the
    // products' high halves may stay as garbage in the other half: a round is 2 multiplications, 2 shifts and 4 xors.
    private static void FourBlocks(uint* words, ulong firstBlock, ulong stream, ulong seed)
    {
        // Lanes hold blocks 0, 2, 1, 3: then the two unpacks below leave them in order.
        Vector256<ulong> counter = Vector256.Create(firstBlock) + Vector256.Create(0UL, 2, 1, 3);
        Vector256<ulong> c0 = counter, c1 = counter >>> 32, c2 = Vector256.Create(stream), c3 = c2 >>> 32;
        Vector256<uint> m0 = Vector256.Create((ulong)M0).AsUInt32(), m1 = Vector256.Create((ulong)M1).AsUInt32();
        uint k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            Vector256<ulong> p0 = Avx2.Multiply(c0.AsUInt32(), m0), p1 = Avx2.Multiply(c2.AsUInt32(), m1);
            c0 = (p1 >>> 32) ^ c1 ^ Vector256.Create((ulong)k0);
            c1 = p1;
            c2 = (p0 >>> 32) ^ c3 ^ Vector256.Create((ulong)k1);
            c3 = p0;
            k0 += W0;
            k1 += W1;
        }

        Vector256<ulong> low = Vector256.Create((ulong)uint.MaxValue);
        Vector256<ulong> c01 = (c0 & low) | (c1 << 32), c23 = (c2 & low) | (c3 << 32);
        Avx2.UnpackLow(c01, c23).AsUInt32().Store(words);
        Avx2.UnpackHigh(c01, c23).AsUInt32().Store(words + 8);
    }
}
