using FsCheck;
using FsCheck.Fluent;

namespace TensorCore.Tests.Randomness;

public unsafe class PhiloxTests
{
    // The known answers that the paper's authors publish with Random123: zeros, ones, and the digits of π.
    [Theory]
    [InlineData(0x00000000_00000000, 0x00000000_00000000, 0x00000000_00000000, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8)]
    [InlineData(0xffffffff_ffffffff, 0xffffffff_ffffffff, 0xffffffff_ffffffff, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd)]
    [InlineData(0x85a308d3_243f6a88, 0x03707344_13198a2e, 0x299f31d0_a4093822, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1)]
    public void Known_answers(ulong counterLo, ulong counterHi, ulong key, uint w0, uint w1, uint w2, uint w3) =>
        Assert.Equal((w0, w1, w2, w3), Philox.Block(counterLo, counterHi, key));

    [Theory]
    [InlineData(0UL, 0UL, 0UL)]
    [InlineData(ulong.MaxValue - 5, ulong.MaxValue, 0x0123456789abcdefUL)] // the counter wraps, every carry is used
    [InlineData(0xfffffffdUL, 0x00000001_00000000UL, 0xffffffff_00000000UL)]
    public void Four_blocks_at_once_are_the_blocks_one_by_one(ulong first, ulong stream, ulong seed)
    {
        const int Blocks = 23;
        uint[] words = new uint[4 * Blocks];
        fixed (uint* p = words) Philox.Words(p, first, Blocks, stream, seed);
        for (int i = 0; i < Blocks; i++)
        {
            Assert.Equal(Philox.Block(first + (ulong)i, stream, seed), (words[4 * i], words[(4 * i) + 1], words[(4 * i) + 2], words[(4 * i) + 3]));
        }
    }

    [Fact]
    public void Flipping_any_input_bit_flips_half_of_the_output_bits()
    {
        for (int bit = 0; bit < 192; bit++)
        {
            double flipped = 0;
            const int Trials = 400;
            for (ulong i = 0; i < Trials; i++)
            {
                ulong one = 1UL << (bit & 63);
                (uint, uint, uint, uint) a = Philox.Block(i, i * 77, 5), b = (bit / 64) switch
                {
                    0 => Philox.Block(i ^ one, i * 77, 5),
                    1 => Philox.Block(i, (i * 77) ^ one, 5),
                    _ => Philox.Block(i, i * 77, 5 ^ one),
                };
                flipped += uint.PopCount(a.Item1 ^ b.Item1) + uint.PopCount(a.Item2 ^ b.Item2) + uint.PopCount(a.Item3 ^ b.Item3) + uint.PopCount(a.Item4 ^ b.Item4);
            }

            // Binomial(128·400, ½): mean 25600, deviation 113; five of them.
            Assert.InRange(flipped, 25600 - 566, 25600 + 566);
        }
    }

    [Fact]
    public void Elements_depend_on_their_index_alone_however_the_fill_is_split()
    {
        Gen<(ulong, ulong, long, int[])> cases =
            from seed in ArbMap.Default.GeneratorFor<ulong>()
            from stream in ArbMap.Default.GeneratorFor<ulong>()
            from first in Gen.OneOf(Gen.Choose(0, 20).Select(x => (long)x), Gen.Constant((1L << 34) - 3))
            from parts in Gen.Choose(0, 1500).ArrayOf(3)
            select (seed, stream, first, parts);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            (ulong seed, ulong stream, long first, int[] parts) = c;
            return Splits<float>(parts, first, (p, n, at) => Philox.FillUniform((float*)p, n, seed, stream, -2, 3, at))
                && Splits<double>(parts, first, (p, n, at) => Philox.FillUniform((double*)p, n, seed, stream, -2, 3, at))
                && Splits<float>(parts, first, (p, n, at) => Philox.FillNormal((float*)p, n, seed, stream, 1, 2, at))
                && Splits<double>(parts, first, (p, n, at) => Philox.FillNormal((double*)p, n, seed, stream, 1, 2, at))
                && Splits<byte>(parts, first, (p, n, at) => Philox.FillBernoulliMask((byte*)p, n, seed, stream, 0.3, at))
                && Splits<float>(parts, first, (p, n, at) => Philox.FillBernoulliMask((float*)p, n, seed, stream, 0.3, 1.25f, at))
                && Splits<long>(parts, first, (p, n, at) => Philox.FillInt((long*)p, n, seed, stream, -5, 1000, at))
                && Splits<int>(parts, first, (p, n, at) => Philox.FillInt((int*)p, n, seed, stream, -5, 1000, at));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Elements_use_the_words_in_order()
    {
        (uint w0, uint w1, uint w2, uint w3) = Philox.Block(2, 9, 4); // words 8 to 11
        float[] floats = new float[4];
        double[] doubles = new double[2];
        fixed (float* p = floats) Philox.FillUniform(p, 4, 4, 9, 0, 1, first: 8);
        fixed (double* p = doubles) Philox.FillUniform(p, 2, 4, 9, 0, 1, first: 4);
        Assert.Equal(new[] { w0, w1, w2, w3 }.Select(w => (w >> 8) / 16777216f), floats);
        float[] many = new float[300]; // long enough for the vector path
        fixed (float* p = many) Philox.FillUniform(p, 300, 4, 9, -1, 0.7);
        for (int i = 0; i < 300; i += 4)
        {
            float u = (Philox.Block((ulong)i / 4, 9, 4).Item1 >> 8) / 16777216f;
            Assert.Equal(MathF.FusedMultiplyAdd(u, 0.7f - -1f, -1f), many[i]);
        }

        Assert.Equal(new[] { ((ulong)w1 << 32) | w0, ((ulong)w3 << 32) | w2 }.Select(b => (b >> 11) / 9007199254740992.0), doubles);
    }

    [Fact]
    public void Uniform_never_reaches_its_upper_bound()
    {
        // Between 1 and its successor there is no number, and near 16 rounding goes up often.
        float[] x = new float[100_000];
        fixed (float* p = x)
        {
            Philox.FillUniform(p, x.Length, 1, 1, 1, MathF.BitIncrement(1));
            Assert.Equal(-1, x.AsSpan().IndexOfAnyExcept(1f));
            Philox.FillUniform(p, x.Length, 1, 1, 15.99999, 16);
            Assert.InRange(x.Max(), 15.99999f, MathF.BitDecrement(16));
            Philox.FillUniform(p, x.Length, 1, 1, 0, 0);
            Assert.Equal(-1, x.AsSpan().IndexOfAnyExcept(0f));
            Philox.FillUniform(p, x.Length, 1, 1, -3, 5);
            Assert.InRange(x.Min(), -3f, -2.999f);
            Assert.InRange(x.Max(), 4.999f, 4.9999995f);
        }
    }

    [Fact]
    public void Logarithm_sine_and_cosine_are_right_to_the_last_places()
    {
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++)
        {
            double u = i < 64 ? Math.ScaleB(1, -i) : i < 2000 ? 1 - Math.ScaleB(random.NextDouble(), -random.Next(53)) : Math.ScaleB(1 - random.NextDouble(), -random.Next(32));
            Assert.InRange(Math.Abs(Philox.Log(u) - Math.Log(u)), 0, 5e-16 * Math.Abs(Math.Log(u)));
            double x = (random.NextDouble() - 0.5) * (Math.PI / 2);
            (double sin, double cos) = Philox.SinCos(x);
            Assert.InRange(Math.Abs(sin - Math.Sin(x)), 0, 4e-16 * Math.Abs(Math.Sin(x)));
            Assert.InRange(Math.Abs(cos - Math.Cos(x)), 0, 4e-16);
        }
    }

    [Fact]
    public void Box_and_Muller_goes_round_the_circle_once()
    {
        for (int i = 0; i < 1000; i++)
        {
            double v = i / 1000.0, angle = (2 * Math.PI * v) - (Math.PI / 4);
            (double x, double y) = Philox.BoxMuller(0.25, v);
            double r = Math.Sqrt(-2 * Math.Log(0.25));
            Assert.InRange(x - (r * Math.Cos(angle)), -3e-15, 3e-15);
            Assert.InRange(y - (r * Math.Sin(angle)), -3e-15, 3e-15);
        }

        Assert.Equal((0.0, 0.0), Philox.BoxMuller(1, 0.125));
        (double tail, _) = Philox.BoxMuller(Math.ScaleB(1, -32), 0.125);
        Assert.Equal(6.6604368892615815, tail, 1e-13); // √(64 ln 2): what a float fill can reach
    }

    // Bits that must never change: a checkpoint's randomness and the GPU's depend on them. They were computed by another program, in
    // Python, whose fused multiply-add rounds an exact fraction once.
    [Fact]
    public void Numbers_are_pinned()
    {
        float[] f = new float[6];
        double[] d = new double[4];
        long[] n = new long[4];
        fixed (float* p = f) Philox.FillNormal(p, 6, 42, 7, 0, 1);
        fixed (double* p = d) Philox.FillNormal(p, 4, 42, 7, 0, 1);
        fixed (long* p = n) Philox.FillInt(p, 4, 42, 7, -100, 100);
        Assert.Equal([0x3e334ced, 0xbfaa667d, 0x3eabc1b8, 0x3fa221a5, 0xba3364be, 0x3eed999b], f.Select(BitConverter.SingleToUInt32Bits));
        Assert.Equal([0x3fbebe7cd4bf315c, 0x3fdd056c7d355420, 0x3ff558bc43b70403, 0x3fdb2f20ca564d35], d.Select(BitConverter.DoubleToUInt64Bits));
        Assert.Equal([79, -34, -25, -66], n);
        Assert.Equal([2, 6, 9, 0, 5, 4, 3, 7, 1, 8], Philox.Permutation(10, 42, 7));
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        float[] room = new float[4];
        fixed (float* pinned = room)
        {
            float* p = pinned;
            Assert.Contains("[2, 1)", Assert.Throws<ArgumentException>(() => Philox.FillUniform(p, 4, 0, 0, 2, 1)).Message);
            Assert.Throws<ArgumentException>(() => Philox.FillUniform(p, 4, 0, 0, double.NaN, 1));
            Assert.Throws<ArgumentException>(() => Philox.FillUniform(p, 4, 0, 0, float.MinValue, float.MaxValue));
            Assert.Throws<ArgumentException>(() => Philox.FillUniform(p, 4, 0, 0, 0, double.PositiveInfinity));
            Assert.Throws<ArgumentException>(() => Philox.FillNormal(p, 4, 0, 0, 0, -1));
            Assert.Throws<ArgumentException>(() => Philox.FillNormal(p, 4, 0, 0, double.NaN, 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillBernoulliMask(p, 4, 0, 0, 1.01, 1f));
            Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillBernoulliMask(p, 4, 0, 0, double.NaN, 1f));
            Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillInt((int*)p, 4, 0, 0, 3, 3));
            Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillInt((int*)p, 4, 0, 0, 0, 1L << 32));
            Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillInt((long*)p, 2, 0, 0, 5, -5));
            Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillUniform(p, -1, 0, 0, 0, 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillUniform(p, 4, 0, 0, 0, 1, first: -1));
            Assert.Throws<ArgumentOutOfRangeException>(() => Philox.FillUniform(p, 4, 0, 0, 0, 1, first: long.MaxValue));
        }

        Assert.Throws<ArgumentNullException>(() => Philox.FillUniform((float*)null, 4, 0, 0, 0, 1));
        Philox.FillUniform((float*)null, 0, 0, 0, 0, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => Philox.Permutation(-1, 0, 0));
        Assert.Empty(Philox.Permutation(0, 0, 0));
        Assert.Equal([0], Philox.Permutation(1, 0, 0));
    }

    private static bool Splits<T>(int[] parts, long first, Action<nint, long, long> fill)
        where T : unmanaged
    {
        T[] whole = new T[parts.Sum()], split = new T[whole.Length];
        fixed (T* w = whole, s = split)
        {
            fill((nint)w, whole.Length, first);
            int at = 0;
            foreach (int part in parts)
            {
                fill((nint)(s + at), part, first + at);
                at += part;
            }
        }

        return whole.AsSpan().SequenceEqual(split);
    }
}
