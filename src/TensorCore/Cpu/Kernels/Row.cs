using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

/// <summary>
/// What softmax, normalisation and cross-entropy read off a row of n contiguous elements. The results are doubles: a row's sum costs one
/// conversion, and keeps its last bits.
/// </summary>
internal static unsafe class Row
{
    // 4,096 floats are 16 KiB: the second look at a chunk finds it in the L1 cache.
    private const int Chunk = 4096;

    /// <summary>Lanes from <paramref name="n"/> on replaced by 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V First<V>(V v, int n)
        where V : struct, ISimd<V>
    {
        double* lanes = stackalloc double[8]; // one register, at most 64 bytes
        V.StorePartial(v, lanes, 0, n);
        return V.LoadPartial(lanes, 0, n);
    }

    /// <summary>The largest element; −∞ of none, NaN if any is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Max<V>(byte* x, nint n)
        where V : struct, ISimd<V>
    {
        V a = V.Const(double.NegativeInfinity), b = a, c = a, d = a;
        nint i = 0;
        for (; i <= n - (4 * V.Count); i += 4 * V.Count)
        {
            a = V.Max(a, V.Load(x, i));
            b = V.Max(b, V.Load(x, i + V.Count));
            c = V.Max(c, V.Load(x, i + (2 * V.Count)));
            d = V.Max(d, V.Load(x, i + (3 * V.Count)));
        }
        for (; i <= n - V.Count; i += V.Count) a = V.Max(a, V.Load(x, i));
        for (; i < n; i++) b = V.Max(b, V.Broadcast(x, i));
        return V.MaxLane(V.Max(V.Max(a, b), V.Max(c, d)));
    }

    /// <summary>Σ x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum<V>(byte* x, nint n)
        where V : struct, ISimd<V>
    {
        V a = V.Zero, b = a, c = a, d = a;
        nint i = 0;
        for (; i <= n - (4 * V.Count); i += 4 * V.Count)
        {
            a += V.Load(x, i);
            b += V.Load(x, i + V.Count);
            c += V.Load(x, i + (2 * V.Count));
            d += V.Load(x, i + (3 * V.Count));
        }
        for (; i <= n - V.Count; i += V.Count) a += V.Load(x, i);
        if (i < n) b += V.LoadPartial(x, i, (int)(n - i));
        return V.Sum(a + b + (c + d));
    }

    /// <summary>Σ x·y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Dot<V>(byte* x, byte* y, nint n)
        where V : struct, ISimd<V>
    {
        V a = V.Zero, b = a, c = a, d = a;
        nint i = 0;
        for (; i <= n - (4 * V.Count); i += 4 * V.Count)
        {
            a = V.Fma(V.Load(x, i), V.Load(y, i), a);
            b = V.Fma(V.Load(x, i + V.Count), V.Load(y, i + V.Count), b);
            c = V.Fma(V.Load(x, i + (2 * V.Count)), V.Load(y, i + (2 * V.Count)), c);
            d = V.Fma(V.Load(x, i + (3 * V.Count)), V.Load(y, i + (3 * V.Count)), d);
        }
        for (; i <= n - V.Count; i += V.Count) a = V.Fma(V.Load(x, i), V.Load(y, i), a);
        if (i < n) b = V.Fma(V.LoadPartial(x, i, (int)(n - i)), V.LoadPartial(y, i, (int)(n - i)), b);
        return V.Sum(a + b + (c + d));
    }

    /// <summary>Σ (x − centre)². With the mean as centre it does not cancel, whatever the mean's size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SquaredDistances<V>(byte* x, nint n, double centre)
        where V : struct, ISimd<V>
    {
        V m = V.Const(centre), a = V.Zero, b = a, c = a, d = a;
        nint i = 0;
        for (; i <= n - (4 * V.Count); i += 4 * V.Count)
        {
            V p = V.Load(x, i) - m, q = V.Load(x, i + V.Count) - m, r = V.Load(x, i + (2 * V.Count)) - m, s = V.Load(x, i + (3 * V.Count)) - m;
            a = V.Fma(p, p, a);
            b = V.Fma(q, q, b);
            c = V.Fma(r, r, c);
            d = V.Fma(s, s, d);
        }
        for (; i <= n - V.Count; i += V.Count)
        {
            V p = V.Load(x, i) - m;
            a = V.Fma(p, p, a);
        }
        if (i < n)
        {
            V p = First(V.LoadPartial(x, i, (int)(n - i)) - m, (int)(n - i));
            b = V.Fma(p, p, b);
        }
        return V.Sum(a + b + (c + d));
    }

    /// <summary>Σ e^(x − shift).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumExp<V>(byte* x, nint n, double shift)
        where V : struct, ISimd<V>
    {
        V m = V.Const(shift), a = V.Zero, b = a;
        nint i = 0;
        for (; i <= n - (2 * V.Count); i += 2 * V.Count)
        {
            a += V.Exp(V.Load(x, i) - m);
            b += V.Exp(V.Load(x, i + V.Count) - m);
        }
        for (; i <= n - V.Count; i += V.Count) a += V.Exp(V.Load(x, i) - m);
        if (i < n) b += First(V.Exp(V.LoadPartial(x, i, (int)(n - i)) - m), (int)(n - i));
        return V.Sum(a + b);
    }

    /// <summary>
    /// The largest element and Σ e^(x − max), reading memory once: chunk by chunk, the sum so far rescaled when a larger element turns up
    /// (Milakov, Gimelshein 2018, arXiv:1805.02867).
    /// </summary>
    public static (double Max, double Sum) MaxAndSumExp<V>(byte* x, nint n)
        where V : struct, ISimd<V>
    {
        double max = double.NegativeInfinity, sum = 0;
        for (nint at = 0; at < n; at += Chunk)
        {
            byte* chunk = x + (at * V.LaneSize);
            nint count = Math.Min(Chunk, n - at);
            double larger = Math.Max(max, Max<V>(chunk, count));
            // While all elements are −∞ there is nothing to add, and −∞ − (−∞) would be NaN.
            if (larger == double.NegativeInfinity) continue;
            sum = (sum == 0 ? 0 : sum * Math.Exp(max - larger)) + SumExp<V>(chunk, count, larger);
            max = larger;
        }
        return (max, sum);
    }
}
