using System.Runtime.Intrinsics;

namespace TensorCore;

public static unsafe partial class Philox
{
    // 256 blocks, 4 KiB of words on the stack: stays in L1 and amortises the loop around it.
    private const int BlocksAtOnce = 256;

    /// <summary>Turns the words of whole blocks into elements.</summary>
    private interface IDraw<T>
        where T : unmanaged
    {
        /// <summary>Elements a block gives: 4 (a word each) or 2.</summary>
        static abstract int PerBlock { get; }

        /// <summary>Writes <c>PerBlock</c> × <paramref name="blocks"/> elements.</summary>
        void Draw(T* destination, uint* words, int blocks);
    }

    /// <summary>Uniform numbers in [low, high): low + u·(high − low), with u a multiple of 2⁻²⁴ in [0, 1), from 24 random bits.</summary>
    /// <param name="p">Room for <paramref name="n"/> elements.</param>
    /// <param name="n">How many.</param>
    /// <param name="seed">The key.</param>
    /// <param name="stream">The stream, one for each use.</param>
    /// <param name="low">The smallest value; it and <paramref name="high"/> are rounded to float.</param>
    /// <param name="high">The bound that is never reached; if it equals <paramref name="low"/>, all elements are that.</param>
    /// <param name="first">The index of <c>p[0]</c> in the whole fill: a thread's part passes where it begins.</param>
    /// <exception cref="ArgumentException">A bound is not finite, low is above high, or their distance overflows.</exception>
    public static void FillUniform(float* p, long n, ulong seed, ulong stream, double low, double high, long first = 0)
    {
        float lo = (float)low, hi = (float)high;
        if (!(lo <= hi) || !float.IsFinite(hi - lo)) throw BadBounds("FillUniform", low, high, "float");
        Fill(p, n, seed, stream, first, new UniformFloat(lo, hi));
    }

    /// <summary>Uniform numbers in [low, high): low + u·(high − low), with u a multiple of 2⁻⁵³ in [0, 1), from 53 random bits.</summary>
    /// <inheritdoc cref="FillUniform(float*, long, ulong, ulong, double, double, long)"/>
    public static void FillUniform(double* p, long n, ulong seed, ulong stream, double low, double high, long first = 0)
    {
        if (!(low <= high) || !double.IsFinite(high - low)) throw BadBounds("FillUniform", low, high, "double");
        Fill(p, n, seed, stream, first, new UniformDouble(low, high));
    }

    /// <summary>
    /// Normal numbers: mean + std·z, z standard normal by Box and Muller's method on two 32-bit words, computed in double: |z| ≤ 6.67, right to the far tail.
    /// </summary>
    /// <param name="p">Room for <paramref name="n"/> elements.</param>
    /// <param name="n">How many.</param>
    /// <param name="seed">The key.</param>
    /// <param name="stream">The stream, one for each use.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="std">The standard deviation, not negative.</param>
    /// <param name="first">The index of <c>p[0]</c> in the whole fill: a thread's part passes where it begins.</param>
    /// <exception cref="ArgumentException">The mean or the deviation is not finite, or the deviation is negative.</exception>
    public static void FillNormal(float* p, long n, ulong seed, ulong stream, double mean, double std, long first = 0)
    {
        CheckNormal(mean, std);
        Fill(p, n, seed, stream, first, new NormalFloat(mean, std));
    }

    /// <summary>
    /// Normal numbers: mean + std·z, z standard normal by Box and Muller's method on two times 53 bits: |z| ≤ 8.58.
    /// </summary>
    /// <inheritdoc cref="FillNormal(float*, long, ulong, ulong, double, double, long)"/>
    public static void FillNormal(double* p, long n, ulong seed, ulong stream, double mean, double std, long first = 0)
    {
        CheckNormal(mean, std);
        Fill(p, n, seed, stream, first, new NormalDouble(mean, std));
    }

    /// <summary>Ones with the given probability, else zeros: 1 where a random word is below probability·2³².</summary>
    /// <param name="p">Room for <paramref name="n"/> bytes (or bools).</param>
    /// <param name="n">How many.</param>
    /// <param name="seed">The key.</param>
    /// <param name="stream">The stream, one for each use.</param>
    /// <param name="probability">In [0, 1], taken to the nearest multiple of 2⁻³²; 0 gives no ones and 1 nothing else.</param>
    /// <param name="first">The index of <c>p[0]</c> in the whole fill: a thread's part passes where it begins.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1].</exception>
    public static void FillBernoulliMask(byte* p, long n, ulong seed, ulong stream, double probability, long first = 0) =>
        Fill(p, n, seed, stream, first, new BernoulliByte(Threshold(probability)));

    /// <summary>As the mask of bytes (the same elements are set), but of <paramref name="one"/> and 0: dropout's mask is one = 1/(1 − p).</summary>
    /// <param name="p">Room for <paramref name="n"/> elements.</param>
    /// <param name="n">How many.</param>
    /// <param name="seed">The key.</param>
    /// <param name="stream">The stream, one for each use.</param>
    /// <param name="probability">In [0, 1], taken to the nearest multiple of 2⁻³².</param>
    /// <param name="one">The value of the elements that are set.</param>
    /// <param name="first">The index of <c>p[0]</c> in the whole fill: a thread's part passes where it begins.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1].</exception>
    public static void FillBernoulliMask(float* p, long n, ulong seed, ulong stream, double probability, float one, long first = 0) =>
        Fill(p, n, seed, stream, first, new BernoulliFloat(Threshold(probability), one));

    /// <summary>Whole numbers in [low, high): low + the high word of 64 random bits × (high − low). No value is likelier than another by more than a part in 2⁶⁴/(high − low).</summary>
    /// <param name="p">Room for <paramref name="n"/> elements.</param>
    /// <param name="n">How many.</param>
    /// <param name="seed">The key.</param>
    /// <param name="stream">The stream, one for each use.</param>
    /// <param name="low">The smallest value.</param>
    /// <param name="high">The bound that is never reached.</param>
    /// <param name="first">The index of <c>p[0]</c> in the whole fill: a thread's part passes where it begins.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no number in [low, high).</exception>
    public static void FillInt(long* p, long n, ulong seed, ulong stream, long low, long high, long first = 0)
    {
        if (low >= high) throw new ArgumentOutOfRangeException(nameof(high), $"FillInt: there is no whole number in [{low}, {high})");
        Fill(p, n, seed, stream, first, new Integer64(low, (ulong)high - (ulong)low));
    }

    /// <summary>The same numbers as the fill of longs, as ints.</summary>
    /// <inheritdoc cref="FillInt(long*, long, ulong, ulong, long, long, long)"/>
    public static void FillInt(int* p, long n, ulong seed, ulong stream, long low, long high, long first = 0)
    {
        if (low >= high || low < int.MinValue || high > int.MaxValue + 1L)
        {
            throw new ArgumentOutOfRangeException(nameof(high), $"FillInt: there is no whole number in [{low}, {high}), or it does not fit an int");
        }

        Fill(p, n, seed, stream, first, new Integer32(low, (ulong)(high - low)));
    }

    /// <summary>The numbers 0 to n − 1 in random order, each order equally likely.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="n"/> is negative.</exception>
    public static int[] Permutation(int n, ulong seed, ulong stream)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        int[] order = new int[n];
        for (int i = 0; i < n; i++) order[i] = i;
        Shuffle(order.AsSpan(), seed, stream);
        return order;
    }

    /// <summary>Shuffles in place (Fisher and Yates, from the end): item i changes places with item ⌊b·(i + 1)/2⁶⁴⌋, b the 64 bits of element i.</summary>
    public static void Shuffle<T>(Span<T> items, ulong seed, ulong stream)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            (uint w0, uint w1, uint w2, uint w3) = Block((ulong)i >> 1, stream, seed);
            ulong bits = (i & 1) == 0 ? Join(w0, w1) : Join(w2, w3);
            int j = (int)Math.BigMul(bits, (ulong)i + 1, out _);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    // Elements first … first + n − 1, by whole blocks; a block that is only partly inside goes through a buffer of its own.
    private static void Fill<T, TDraw>(T* p, long n, ulong seed, ulong stream, long first, TDraw draw)
        where T : unmanaged
        where TDraw : struct, IDraw<T>
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        if (first > long.MaxValue - n) throw new ArgumentOutOfRangeException(nameof(first), $"{n} elements from {first} on pass the last index, 2^63 - 1");
        if (n == 0) return;
        ArgumentNullException.ThrowIfNull(p);
        int per = TDraw.PerBlock;
        uint* words = stackalloc uint[4 * BlocksAtOnce];
        T* edge = stackalloc T[4];
        long at = first, end = first + n;
        while (at < end)
        {
            ulong block = (ulong)(at / per);
            int skip = (int)(at % per);
            if (skip != 0 || end - at < per)
            {
                int count = (int)Math.Min(per - skip, end - at);
                Words(words, block, 1, stream, seed);
                draw.Draw(edge, words, 1);
                for (int i = 0; i < count; i++) p[at - first + i] = edge[skip + i];
                at += count;
            }
            else
            {
                int blocks = (int)Math.Min(BlocksAtOnce, (end - at) / per);
                Words(words, block, blocks, stream, seed);
                draw.Draw(p + (at - first), words, blocks);
                at += (long)blocks * per;
            }
        }
    }

    private static ulong Join(uint low, uint high) => ((ulong)high << 32) | low;

    private static ulong Threshold(double probability)
    {
        if (!(probability >= 0 && probability <= 1)) throw new ArgumentOutOfRangeException(nameof(probability), probability, "a probability must be in [0, 1]");
        return (ulong)Math.Round(probability * 4294967296.0);
    }

    private static void CheckNormal(double mean, double std)
    {
        if (!double.IsFinite(mean) || !double.IsFinite(std) || std < 0) throw new ArgumentException($"FillNormal: mean {mean} and standard deviation {std} must be finite, and the latter not negative");
    }

    private static ArgumentException BadBounds(string method, double low, double high, string type) =>
        new($"{method}: bounds [{low}, {high}) must be finite, in order, and their distance within {type}");

    private readonly struct UniformFloat(float low, float high) : IDraw<float>
    {
        // Rounding may carry low + u·(high − low) to high: the largest value allowed is the number before it.
        private readonly float _last = MathF.Max(low, MathF.BitDecrement(high));
        private readonly float _range = high - low;

        public static int PerBlock => 4;

        public void Draw(float* destination, uint* words, int blocks)
        {
            int i = 0, count = 4 * blocks;
            for (; i + 8 <= count; i += 8)
            {
                Vector256<float> u = Vector256.ConvertToSingle((Vector256.Load(words + i) >>> 8).AsInt32()) * (1f / (1 << 24));
                Vector256.Min(Vector256.FusedMultiplyAdd(u, Vector256.Create(_range), Vector256.Create(low)), Vector256.Create(_last)).Store(destination + i);
            }

            for (; i < count; i++)
            {
                float u = (words[i] >> 8) * (1f / (1 << 24));
                destination[i] = MathF.Min(MathF.FusedMultiplyAdd(u, _range, low), _last);
            }
        }
    }

    private readonly struct UniformDouble(double low, double high) : IDraw<double>
    {
        private readonly double _last = Math.Max(low, Math.BitDecrement(high));
        private readonly double _range = high - low;

        public static int PerBlock => 2;

        public void Draw(double* destination, uint* words, int blocks)
        {
            for (int i = 0; i < 2 * blocks; i++)
            {
                double u = (Join(words[2 * i], words[(2 * i) + 1]) >> 11) * (1.0 / (1L << 53));
                destination[i] = Math.Min(Math.FusedMultiplyAdd(u, _range, low), _last);
            }
        }
    }

    private readonly struct NormalFloat(double mean, double std) : IDraw<float>
    {
        public static int PerBlock => 4;

        public void Draw(float* destination, uint* words, int blocks)
        {
            for (int i = 0; i < 4 * blocks; i += 2)
            {
                // (w + 1)·2⁻³² in (0, 1]: the logarithm exists.
                double u = (words[i] + 1.0) * (1.0 / 4294967296.0);
                (double z0, double z1) = BoxMuller(u, words[i + 1] * (1.0 / 4294967296.0));
                destination[i] = (float)Math.FusedMultiplyAdd(std, z0, mean);
                destination[i + 1] = (float)Math.FusedMultiplyAdd(std, z1, mean);
            }
        }
    }

    private readonly struct NormalDouble(double mean, double std) : IDraw<double>
    {
        public static int PerBlock => 2;

        public void Draw(double* destination, uint* words, int blocks)
        {
            for (int i = 0; i < blocks; i++, words += 4)
            {
                double u = ((Join(words[0], words[1]) >> 11) + 1) * (1.0 / (1L << 53));
                (double z0, double z1) = BoxMuller(u, (Join(words[2], words[3]) >> 11) * (1.0 / (1L << 53)));
                destination[2 * i] = Math.FusedMultiplyAdd(std, z0, mean);
                destination[(2 * i) + 1] = Math.FusedMultiplyAdd(std, z1, mean);
            }
        }
    }

    private readonly struct BernoulliByte(ulong threshold) : IDraw<byte>
    {
        public static int PerBlock => 4;

        public void Draw(byte* destination, uint* words, int blocks)
        {
            int i = 0, count = 4 * blocks;
            if (threshold <= uint.MaxValue)
            {
                // A comparison gives 0 or −1 in every word; narrowing to bytes keeps that, and its lowest bit is the answer.
                Vector256<uint> below = Vector256.Create((uint)threshold);
                for (; i + 32 <= count; i += 32)
                {
                    Vector256<ushort> a = Vector256.Narrow(Vector256.LessThan(Vector256.Load(words + i), below), Vector256.LessThan(Vector256.Load(words + i + 8), below));
                    Vector256<ushort> b = Vector256.Narrow(Vector256.LessThan(Vector256.Load(words + i + 16), below), Vector256.LessThan(Vector256.Load(words + i + 24), below));
                    (Vector256.Narrow(a, b) & Vector256<byte>.One).Store(destination + i);
                }
            }

            for (; i < count; i++) destination[i] = words[i] < threshold ? (byte)1 : (byte)0;
        }
    }

    private readonly struct BernoulliFloat(ulong threshold, float one) : IDraw<float>
    {
        public static int PerBlock => 4;

        public void Draw(float* destination, uint* words, int blocks)
        {
            int i = 0, count = 4 * blocks;
            if (threshold <= uint.MaxValue)
            {
                Vector256<uint> below = Vector256.Create((uint)threshold);
                Vector256<float> ones = Vector256.Create(one);
                for (; i + 8 <= count; i += 8) (Vector256.LessThan(Vector256.Load(words + i), below).AsSingle() & ones).Store(destination + i);
            }

            for (; i < count; i++) destination[i] = words[i] < threshold ? one : 0f;
        }
    }

    private readonly struct Integer64(long low, ulong range) : IDraw<long>
    {
        public static int PerBlock => 2;

        public void Draw(long* destination, uint* words, int blocks)
        {
            for (int i = 0; i < 2 * blocks; i++) destination[i] = low + (long)Math.BigMul(Join(words[2 * i], words[(2 * i) + 1]), range, out _);
        }
    }

    private readonly struct Integer32(long low, ulong range) : IDraw<int>
    {
        public static int PerBlock => 2;

        public void Draw(int* destination, uint* words, int blocks)
        {
            for (int i = 0; i < 2 * blocks; i++) destination[i] = (int)(low + (long)Math.BigMul(Join(words[2 * i], words[(2 * i) + 1]), range, out _));
        }
    }
}
