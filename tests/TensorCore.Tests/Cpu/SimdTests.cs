using System.Numerics;
using System.Runtime.InteropServices;
using TensorCore.Cpu;

namespace TensorCore.Tests.Cpu;

/// <summary>Every member of every width, except the transcendental ones, against the scalar operation of the runtime.</summary>
public unsafe class SimdTests
{
    public static TheoryData<string> Widths => [.. SimdWidths.Names];

    [Theory, MemberData(nameof(Widths))]
    public void Constants(string width) => SimdWidths.Call(this, nameof(CheckConstants), width);

    [Theory, MemberData(nameof(Widths))]
    public void Arithmetic(string width) => SimdWidths.Call(this, nameof(CheckArithmetic), width);

    [Theory, MemberData(nameof(Widths))]
    public void Masks(string width) => SimdWidths.Call(this, nameof(CheckMasks), width);

    [Theory, MemberData(nameof(Widths))]
    public void LoadsAndStores(string width) => SimdWidths.Call(this, nameof(CheckMemory), width);

    [Theory, MemberData(nameof(Widths))]
    public void PartialAccessStopsAtThePageEnd(string width)
    {
        if (OperatingSystem.IsLinux())
            SimdWidths.Call(this, nameof(CheckPageEnd), width);
    }

    [Theory, MemberData(nameof(Widths))]
    public void Exponents(string width) => SimdWidths.Call(this, nameof(CheckExponents), width);

    [Theory, MemberData(nameof(Widths))]
    public void Reductions(string width) => SimdWidths.Call(this, nameof(CheckReductions), width);

    [Fact]
    public void LevelRefusesWidthsTheMachineLacks()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Simd.Level = Simd.Best + 1);
        Assert.InRange(Simd.Level, SimdLevel.Scalar, Simd.Best);
    }

    private static void CheckConstants<V, T>() where V : struct, ISimd<V> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal(sizeof(T), V.LaneSize);
        Assert.Equal(V.Count == 1 ? V.LaneSize : System.Runtime.CompilerServices.Unsafe.SizeOf<V>(), V.Count * V.LaneSize);
        AssertLanes(V.Zero, _ => T.Zero, "Zero");
        AssertLanes(V.One, _ => T.One, "One");
        foreach (double value in (double[])[0.1, -0.0, Math.PI, 1e300, double.NaN, double.PositiveInfinity])
            AssertLanes(V.Const(value), _ => T.CreateTruncating(value), $"Const({value})");
    }

    private static void CheckArithmetic<V, T>() where V : struct, ISimd<V> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] a = Samples<T>(), b = Samples<T>(shift: 7), c = Samples<T>(shift: 13);
        for (int shift = 0; shift < a.Length; shift++)
        {
            for (int i = 0; i + V.Count <= a.Length; i += V.Count)
            {
                V x = Load<V, T>(a, i), y = Load<V, T>(b, i), z = Load<V, T>(c, i);
                T X(int k) => a[i + k];
                T Y(int k) => b[i + k];
                T Z(int k) => c[i + k];
                AssertLanes(x + y, k => X(k) + Y(k), "+");
                AssertLanes(x - y, k => X(k) - Y(k), "-");
                AssertLanes(x * y, k => X(k) * Y(k), "*");
                AssertLanes(x / y, k => X(k) / Y(k), "/");
                AssertLanes(-x, k => -X(k), "negate");
                AssertLanes(V.Fma(x, y, z), k => V.FusedFma ? T.FusedMultiplyAdd(X(k), Y(k), Z(k)) : X(k) * Y(k) + Z(k), "Fma");
                AssertLanes(V.Max(x, y) + V.Zero, k => T.Max(X(k), Y(k)) + T.Zero, "Max"); // + 0: the sign of a zero is open
                AssertLanes(V.Min(x, y) + V.Zero, k => T.Min(X(k), Y(k)) + T.Zero, "Min");
                AssertLanes(V.Abs(x), k => T.Abs(X(k)), "Abs");
                AssertLanes(V.Sqrt(x), k => T.Sqrt(X(k)), "Sqrt");
                AssertLanes(V.Round(x), k => T.Round(X(k), MidpointRounding.ToEven), "Round");
                AssertLanes(V.Floor(x), k => T.Floor(X(k)), "Floor");
                AssertLanes(V.Clamp(x, V.Const(-2), V.Const(3)), k => X(k) < T.CreateChecked(-2) ? T.CreateChecked(-2) : X(k) > T.CreateChecked(3) ? T.CreateChecked(3) : X(k), "Clamp");
            }

            T first = b[0]; // every sample meets every other one
            Array.Copy(b, 1, b, 0, b.Length - 1);
            b[^1] = first;
        }
    }

    private static void CheckMasks<V, T>() where V : struct, ISimd<V> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] a = Samples<T>(), b = Samples<T>(shift: 5);
        for (int i = 0; i + V.Count <= a.Length; i += V.Count)
        {
            V x = Load<V, T>(a, i), y = Load<V, T>(b, i);
            Mask(V.LessThan(x, y), k => a[i + k] < b[i + k], "LessThan");
            Mask(V.LessOrEqual(x, y), k => a[i + k] <= b[i + k], "LessOrEqual");
            Mask(V.Equal(x, y), k => a[i + k] == b[i + k], "Equal");
            Mask(V.And(V.LessThan(x, y), V.LessThan(x, V.Zero)), k => a[i + k] < b[i + k] && a[i + k] < T.Zero, "And");
            Mask(V.Or(V.LessThan(x, y), V.LessThan(x, V.Zero)), k => a[i + k] < b[i + k] || a[i + k] < T.Zero, "Or");
            AssertLanes(V.Or(V.Abs(x), V.And(y, V.Const(-0.0))), k => T.CopySign(a[i + k], b[i + k]), "sign bits");

            void Mask(V mask, Func<int, bool> twin, string what)
            {
                AssertLanes(V.Select(mask, x, y), k => twin(k) ? a[i + k] : b[i + k], what + " Select");
                byte* bytes = stackalloc byte[V.Count * V.LaneSize];
                V.Store(mask, bytes, 0);
                for (int j = 0; j < V.Count * V.LaneSize; j++)
                    Assert.Equal(twin(j / V.LaneSize) ? 255 : 0, bytes[j]);
                Assert.Equal(Enumerable.Range(0, V.Count).Any(twin), V.AnyTrue(mask));
            }
        }

        for (int lane = 0; lane < V.Count; lane++) // one lane alone is noticed, wherever it is
        {
            T[] one = new T[V.Count];
            one[lane] = T.One;
            Assert.True(V.AnyTrue(V.Equal(Load<V, T>(one, 0), V.One)));
        }
    }

    private static void CheckMemory<V, T>() where V : struct, ISimd<V> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int guard = 24;
        T poison = T.CreateChecked(-12345);
        T[] source = [.. Enumerable.Range(0, V.Count + 2 * guard).Select(k => T.CreateChecked(k + 1))];
        T[] target = new T[source.Length];
        fixed (T* s = source, t = target)
        {
            AssertLanes(V.Load(s, 3), k => source[3 + k], "Load");
            AssertLanes(V.Broadcast(s, 5), _ => source[5], "Broadcast");
            for (int n = 0; n <= V.Count; n++)
            {
                V partial = V.LoadPartial(s, guard, n);
                AssertLanes(partial, k => k < n ? source[guard + k] : T.Zero, $"LoadPartial {n}");

                Array.Fill(target, poison);
                V.StorePartial(V.Load(s, guard), t, guard, n);
                for (int k = 0; k < target.Length; k++)
                    Assert.Equal(k >= guard && k < guard + n ? source[k] : poison, target[k]);
            }

            Array.Fill(target, poison);
            V.Store(V.Load(s, guard), t, guard);
            for (int k = 0; k < target.Length; k++)
                Assert.Equal(k >= guard && k < guard + V.Count ? source[k] : poison, target[k]);
        }
    }

    private static void CheckPageEnd<V, T>() where V : struct, ISimd<V> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        nint page = Environment.SystemPageSize;
        const int readWrite = 3, privateAnonymous = 0x22;
        nint memory = Mmap(0, 2 * page, readWrite, privateAnonymous, -1, 0);
        Assert.NotEqual(-1, memory);
        try
        {
            Assert.Equal(0, MProtect(memory + page, page, 0)); // touching the second page now kills the process
            for (int n = 0; n <= V.Count; n++)
            {
                T* end = (T*)(memory + page) - n;
                V.StorePartial(V.Const(n + 1), end, 0, n);
                AssertLanes(V.LoadPartial(end, 0, n), k => k < n ? T.CreateChecked(n + 1) : T.Zero, $"page end {n}");
            }
        }
        finally
        {
            _ = MUnmap(memory, 2 * page);
        }
    }

    private static void CheckExponents<V, T>() where V : struct, ISimd<V> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int largest = sizeof(T) == 4 ? 252 : 2044;
        var random = new Random(1);
        for (int n = -largest; n <= largest; n++)
        {
            T[] x = [.. Enumerable.Range(0, V.Count).Select(_ => T.CreateTruncating(1 + random.NextDouble()))];
            x[0] = n % 3 == 0 ? T.Zero : x[0];
            AssertLanes(V.ScaleB(Load<V, T>(x, 0), V.Const(n)), k => T.ScaleB(x[k], n), $"ScaleB {n}");
        }

        T rootHalf = T.Sqrt(T.CreateChecked(0.5)), root = T.Sqrt(T.CreateChecked(2));
        int lowest = sizeof(T) == 4 ? -126 : -1022;
        for (int n = lowest; n < -lowest; n++)
        {
            T[] x = [.. Enumerable.Range(0, V.Count).Select(k => T.ScaleB(k == 0 ? T.One : T.CreateTruncating(1 + random.NextDouble()), n))];
            V m = V.SplitExponent(Load<V, T>(x, 0), out V e);
            for (int k = 0; k < V.Count; k++)
            {
                T mantissa = Lane<V, T>(m, k), exponent = Lane<V, T>(e, k);
                Assert.True(mantissa >= rootHalf && mantissa <= root, $"{x[k]}: mantissa {mantissa}");
                Assert.Equal(x[k], T.ScaleB(mantissa, int.CreateChecked(exponent)));
            }
        }
    }

    private static void CheckReductions<V, T>() where V : struct, ISimd<V> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(2);
        for (int round = 0; round < 100; round++)
        {
            T[] x = [.. Enumerable.Range(0, V.Count).Select(_ => T.CreateTruncating(random.NextDouble() * 20 - 10))];
            V v = Load<V, T>(x, 0);
            double sum = x.Sum(double.CreateChecked);
            Assert.True(Math.Abs(sum - V.Sum(v)) <= 1e-14 * x.Sum(k => Math.Abs(double.CreateChecked(k))), $"Sum {V.Sum(v)}, wanted {sum}");
            Assert.Equal(x.Max(double.CreateChecked), V.MaxLane(v));
            Assert.Equal(x.Min(double.CreateChecked), V.MinLane(v));
            Assert.Equal(V.Sum(v), V.Sum(Load<V, T>(x, 0)));
        }

        for (int lane = 0; lane < V.Count; lane++)
        {
            T[] x = new T[V.Count];
            x[lane] = T.NaN;
            V v = Load<V, T>(x, 0);
            Assert.True(double.IsNaN(V.MaxLane(v)) && double.IsNaN(V.MinLane(v)) && double.IsNaN(V.Sum(v)), $"NaN in lane {lane}");
            x[lane] = T.PositiveInfinity;
            Assert.Equal(double.PositiveInfinity, V.MaxLane(Load<V, T>(x, 0)));
            x[lane] = T.NegativeInfinity;
            Assert.Equal(double.NegativeInfinity, V.MinLane(Load<V, T>(x, 0)));
        }
    }

    // Edge cases first, then numbers of all magnitudes; a multiple of 16 so that every width takes all of them.
    private static T[] Samples<T>(int shift = 0) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(3);
        double[] edges =
        [
            0, -0.0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 3.4999, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
            8388607.5, -8388608.5, 4503599627370495.5, 1e-40, -1e-310, 1e30, -1e30, 3.4e38, -3.4e38,
        ];
        T[] samples = [.. edges.Select(T.CreateTruncating), T.Epsilon, -T.Epsilon,
            .. Enumerable.Range(0, 39).Select(k => T.CreateTruncating((random.NextDouble() - 0.5) * Math.Pow(10, k % 12 - 4)))];
        return [.. samples[shift..], .. samples[..shift]];
    }

    private static V Load<V, T>(T[] x, int i) where V : struct, ISimd<V> where T : unmanaged
    {
        fixed (T* p = x)
            return V.Load(p, i);
    }

    private static T Lane<V, T>(V v, int i) where V : struct, ISimd<V> where T : unmanaged
    {
        T* lanes = stackalloc T[V.Count];
        V.Store(v, lanes, 0);
        return lanes[i];
    }

    // Equal to the last bit, signs of zeros included; any NaN equals any other.
    private static void AssertLanes<V, T>(V actual, Func<int, T> twin, string what) where V : struct, ISimd<V> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T* lanes = stackalloc T[V.Count];
        V.Store(actual, lanes, 0);
        for (int i = 0; i < V.Count; i++)
        {
            T expected = twin(i);
            bool same = lanes[i].Equals(expected) && (T.IsNaN(expected) || T.IsNegative(expected) == T.IsNegative(lanes[i]));
            Assert.True(same, $"{typeof(V).Name}.{what}, lane {i}: {lanes[i]}, wanted {expected}");
        }
    }

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern nint Mmap(nint address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect")]
    private static extern int MProtect(nint address, nint length, int protection);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int MUnmap(nint address, nint length);
}
