using System.Numerics;
using TensorCore.Cpu;
using Xunit.Abstractions;

namespace TensorCore.Tests.Cpu;

/// <summary>
/// The transcendental functions of every width: float32 against float64 over numbers of all exponents, float64 against
/// 320-bit arithmetic, both at the edges. The bounds asserted are the ones promised in docs/simd.md.
/// </summary>
public unsafe class SimdMathTests(ITestOutputHelper output)
{
    private const int RandomBits = 1 << 19; // and as many in the interesting range

    // Function, bound in ulp for float32 and for float64, and the range where its interesting values lie.
    public static TheoryData<string, double, double, double, double> Functions => new()
    {
        { "Exp", 1.5, 4, -104, 90 },
        { "Expm1", 2, 4, -20, 90 },
        { "Log", 2, 4, 0, 4 },
        { "Log1p", 2, 4, -1, 4 },
        { "Tanh", 3, 4, -10, 10 },
        { "Sigmoid", 3, 4, -90, 30 },
        { "Erf", 3, 4, -4, 4 },
        { "Sin", 2, 4, -20, 20 },
        { "Cos", 2, 4, -20, 20 },
    };

    [Theory, MemberData(nameof(Functions))]
    public void Float32StaysWithinItsBound(string function, double bound, double _, double low, double high)
    {
        float[] x = FloatInputs(low, high);
        double[] reference = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
            reference[i] = Reference(function, x[i]);

        float[]? first = null;
        foreach (string width in SimdWidths.Names.Where(w => w[0] == 'F'))
        {
            if (!SimdWidths.Accelerated(width))
            {
                output.WriteLine($"{width}: skipped, this machine has no such vectors");
                continue;
            }

            // The widest takes every input; the others, which must give the same bits, the first eighth, edges included.
            float[] inputs = first is null ? x : x[..(x.Length / 8)];
            float[] y = (float[])SimdWidths.Call(this, nameof(Apply), width, function, inputs, null)!;
            double worst = 0;
            float worstAt = 0;
            for (int i = 0; i < y.Length; i++)
            {
                double ulps = FloatUlps(function, x[i], y[i], reference[i]);
                if (!(ulps <= worst))
                    (worst, worstAt) = (ulps, x[i]);
            }

            output.WriteLine($"{width}.{function}: {worst:f3} ulp at {worstAt:r}");
            Assert.True(worst <= bound, $"{width}.{function}({worstAt:r}): {worst:f3} ulp, allowed {bound}");
            AssertSameBits(ref first, y, x, $"{width}.{function}");
        }
    }

    [Theory, MemberData(nameof(Functions))]
    public void Float64StaysWithinItsBound(string function, double _, double bound, double low, double high)
    {
        double[] x = DoubleInputs(function, low, high);
        BigFloat[] reference = [.. x.Select(v => Exact(function, v))];
        double[]? first = null;
        foreach (string width in SimdWidths.Names.Where(w => w[0] == 'D'))
        {
            double[] y = (double[])SimdWidths.Call(this, nameof(Apply), width, function, x, null)!;
            double worst = 0, worstAt = 0;
            for (int i = 0; i < x.Length; i++)
            {
                double ulps = reference[i].UlpsFrom(y[i]);
                if (!(ulps <= worst))
                    (worst, worstAt) = (ulps, x[i]);
            }

            output.WriteLine($"{width}.{function}: {worst:f3} ulp at {worstAt:r}");
            Assert.True(worst <= bound, $"{width}.{function}({worstAt:r}): {worst:f3} ulp, allowed {bound}");
            AssertSameBits(ref first, y, x, $"{width}.{function}");
        }
    }

    [Theory]
    [InlineData("Exp")]
    [InlineData("Log")]
    [InlineData("Tanh")]
    [InlineData("Sin")]
    [InlineData("Cos")]
    public void Float64AgreesWithTheRuntime(string function)
    {
        var random = new Random(11);
        double[] x = new double[30_000];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = function switch
            {
                "Log" => BitConverter.Int64BitsToDouble(random.NextInt64(0x7FF0000000000000)),
                "Exp" => random.NextDouble() * 1400 - 700,
                "Tanh" => random.NextDouble() * 40 - 20,
                _ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 6)) * (i % 10 == 0 ? 1e9 : 1), // large angles too
            };
        }

        double[] reference = [.. x.Select(v => Reference(function, v))];
        foreach (string width in SimdWidths.Names.Where(w => w[0] == 'D' && SimdWidths.Accelerated(w)))
        {
            double[] y = (double[])SimdWidths.Call(this, nameof(Apply), width, function, x, null)!;
            for (int i = 0; i < x.Length; i++)
            {
                double wanted = reference[i];
                double ulps = Math.Abs(y[i] - wanted) / (Math.BitIncrement(Math.Abs(wanted)) - Math.Abs(wanted));
                if (!(ulps <= 6)) // 4, and 2 for the runtime
                    Assert.Fail($"{width}.{function}({x[i]:r}) = {y[i]:r}, the runtime says {wanted:r}");
            }
        }
    }

    [Fact]
    public void PowFloat32StaysWithinItsBound()
    {
        var random = new Random(5);
        float[] x = new float[RandomBits], y = new float[RandomBits];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = i % 2 == 0 ? RandomFloat(random) : (float)(random.NextDouble() * 4);
            y[i] = (i % 4) switch { 0 => RandomFloat(random), 1 => (float)(random.NextDouble() * 20 - 10), 2 => random.Next(-5, 6), _ => random.Next(-20, 21) / 2f };
        }

        double[] reference = [.. x.Zip(y, (a, b) => Math.Pow(a, b))];
        foreach (string width in SimdWidths.Names.Where(w => w[0] == 'F' && SimdWidths.Accelerated(w)))
        {
            float[] z = (float[])SimdWidths.Call(this, nameof(Apply), width, "Pow", x, y)!;
            double worst = 0;
            for (int i = 0; i < x.Length; i++)
            {
                double ulps = FloatUlps("Pow", x[i], z[i], reference[i]);
                if (!(ulps <= 4))
                    Assert.Fail($"{width}.Pow({x[i]:r}, {y[i]:r}) = {z[i]:r}: {ulps:f3} ulp, allowed 4");
                worst = Math.Max(worst, ulps);
            }

            output.WriteLine($"{width}.Pow: {worst:f3} ulp");
        }
    }

    [Fact]
    public void PowFloat64StaysWithinItsBound()
    {
        var random = new Random(6);
        List<double> x = [], y = [];
        while (x.Count < 800)
        {
            double a = x.Count % 3 == 0 ? Math.Exp(random.NextDouble() * 1400 - 700) : x.Count % 3 == 1 ? 0.5 + random.NextDouble() : 1 + (random.NextDouble() - 0.5) * 1e-6;
            double limit = 700 / Math.Abs(Math.Log(a));
            x.Add(a);
            y.Add((random.NextDouble() * 2 - 1) * Math.Min(limit, x.Count % 2 == 0 ? 3 : 1e12));
        }

        BigFloat[] reference = [.. x.Zip(y, (a, b) => BigFloat.Pow(a, b))];
        foreach (string width in SimdWidths.Names.Where(w => w[0] == 'D'))
        {
            double[] z = (double[])SimdWidths.Call(this, nameof(Apply), width, "Pow", x.ToArray(), y.ToArray())!;
            double worst = 0;
            for (int i = 0; i < z.Length; i++)
            {
                double ulps = reference[i].UlpsFrom(z[i]);
                if (!(ulps <= 4))
                    Assert.Fail($"{width}.Pow({x[i]:r}, {y[i]:r}) = {z[i]:r}: {ulps:f3} ulp, allowed 4");
                worst = Math.Max(worst, ulps);
            }

            output.WriteLine($"{width}.Pow: {worst:f3} ulp");
        }
    }

    public static TheoryData<string> Widths => [.. SimdWidths.Names];

    [Theory, MemberData(nameof(Widths))]
    public void Edges(string width) => SimdWidths.Call(this, nameof(CheckEdges), width);

    private static void CheckEdges<V, T>() where V : struct, ISimd<V> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const double inf = double.PositiveInfinity, nan = double.NaN;
        double tiny = double.CreateChecked(T.Epsilon);
        (string Function, double X, double Wanted)[] cases =
        [
            ("Exp", 0, 1), ("Exp", -0.0, 1), ("Exp", inf, inf), ("Exp", -inf, 0), ("Exp", 1e30, inf), ("Exp", -1e30, 0), ("Exp", nan, nan), ("Exp", tiny, 1),
            ("Expm1", 0, 0), ("Expm1", -0.0, -0.0), ("Expm1", inf, inf), ("Expm1", -inf, -1), ("Expm1", 1e30, inf), ("Expm1", -1e30, -1), ("Expm1", nan, nan), ("Expm1", tiny, tiny), ("Expm1", -tiny, -tiny),
            ("Log", 0, -inf), ("Log", -0.0, -inf), ("Log", 1, 0), ("Log", -1, nan), ("Log", -1e30, nan), ("Log", -tiny, nan), ("Log", -inf, nan), ("Log", inf, inf), ("Log", nan, nan),
            ("Log1p", 0, 0), ("Log1p", -0.0, -0.0), ("Log1p", -1, -inf), ("Log1p", -1.5, nan), ("Log1p", -inf, nan), ("Log1p", inf, inf), ("Log1p", nan, nan), ("Log1p", tiny, tiny), ("Log1p", -tiny, -tiny),
            ("Tanh", 0, 0), ("Tanh", -0.0, -0.0), ("Tanh", inf, 1), ("Tanh", -inf, -1), ("Tanh", 1e30, 1), ("Tanh", -1e30, -1), ("Tanh", nan, nan), ("Tanh", tiny, tiny), ("Tanh", -tiny, -tiny),
            ("Sigmoid", 0, 0.5), ("Sigmoid", -0.0, 0.5), ("Sigmoid", inf, 1), ("Sigmoid", -inf, 0), ("Sigmoid", 1e30, 1), ("Sigmoid", -1e30, 0), ("Sigmoid", nan, nan),
            ("Erf", 0, 0), ("Erf", -0.0, -0.0), ("Erf", inf, 1), ("Erf", -inf, -1), ("Erf", 1e30, 1), ("Erf", -1e30, -1), ("Erf", nan, nan), ("Erf", tiny, tiny),
            ("Sin", 0, 0), ("Sin", -0.0, -0.0), ("Sin", inf, nan), ("Sin", -inf, nan), ("Sin", nan, nan), ("Sin", tiny, tiny), ("Sin", -tiny, -tiny),
            ("Cos", 0, 1), ("Cos", -0.0, 1), ("Cos", inf, nan), ("Cos", -inf, nan), ("Cos", nan, nan), ("Cos", tiny, 1),
        ];
        if (sizeof(T) == 4)
            cases = [.. cases, ("Tanh", 1e-9, 1e-9), ("Exp", 89, inf), ("Exp", -88, 0)];
        foreach ((string function, double x, double wanted) in cases)
        {
            // In the last lane, beside ordinary ones: a neighbour must neither disturb it nor be disturbed.
            T[] inputs = new T[V.Count];
            Array.Fill(inputs, T.CreateChecked(0.75));
            inputs[^1] = T.CreateTruncating(x);
            T[] results = Apply<V, T>(function, inputs, null);
            AssertSame(T.CreateTruncating(wanted), results[^1], $"{typeof(V).Name}.{function}({x:r})");
            if (V.Count > 1)
                Assert.Equal(Reference(function, 0.75), double.CreateChecked(results[0]), sizeof(T) == 4 ? 1e-6 : 1e-14);
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void PowEdges(string width) => SimdWidths.Call(this, nameof(CheckPowEdges), width);

    // Every pair of these, against the runtime, whose pow follows IEEE 754.
    private static void CheckPowEdges<V, T>() where V : struct, ISimd<V> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] values =
        [
            0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -2.5, 0.25, 7, -7, 1e30, -1e30, 16777215, -16777215, 16777216, 1e-30, -1e-30,
            double.Epsilon, double.MaxValue, -double.MaxValue, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
        ];
        (T X, T Y)[] pairs = [.. values.SelectMany(x => values.Select(y => (T.CreateTruncating(x), T.CreateTruncating(y))))];
        T[] z = Apply<V, T>("Pow", [.. pairs.Select(p => p.X)], [.. pairs.Select(p => p.Y)]);
        for (int i = 0; i < z.Length; i++)
        {
            T wanted = T.CreateTruncating(Math.Pow(double.CreateChecked(pairs[i].X), double.CreateChecked(pairs[i].Y)));
            string what = $"{typeof(V).Name}.Pow({pairs[i].X:r}, {pairs[i].Y:r})";
            if (T.IsFinite(wanted) && !T.IsZero(wanted))
                Assert.True(T.Abs(z[i] - wanted) <= T.Abs(wanted) * (sizeof(T) == 4 ? T.CreateChecked(1e-6) : T.CreateChecked(1e-15)), $"{what} = {z[i]:r}, wanted {wanted:r}");
            else
                AssertSame(wanted, z[i], what);
        }
    }

    private static T[] Apply<V, T>(string function, T[] x, T[]? y) where V : struct, ISimd<V> where T : unmanaged
    {
        Func<V, V>? f = function switch
        {
            "Exp" => V.Exp,
            "Expm1" => V.Expm1,
            "Log" => V.Log,
            "Log1p" => V.Log1p,
            "Tanh" => V.Tanh,
            "Sigmoid" => V.Sigmoid,
            "Erf" => V.Erf,
            "Sin" => V.Sin,
            "Cos" => V.Cos,
            _ => null,
        };
        T[] z = new T[x.Length];
        fixed (T* px = x, py = y, pz = z)
        {
            for (int i = 0; i < x.Length; i += V.Count)
            {
                int n = Math.Min(V.Count, x.Length - i);
                V v = V.LoadPartial(px, i, n);
                V.StorePartial(f is null ? V.Pow(v, V.LoadPartial(py, i, n)) : f(v), pz, i, n);
            }
        }

        return z;
    }

    private static float[] FloatInputs(double low, double high)
    {
        var random = new Random(4);
        var x = new List<float>(2 * RandomBits);
        x.AddRange(Enumerable.Range(-200, 401).Select(n => (float)(n * 317 * (Math.PI / 2)))); // zeros of sin and cos up to 10⁵

        // Around every power of two, and where exp, expm1, sigmoid and log change their ways.
        foreach (float edge in (float[])[.. Enumerable.Range(-149, 277).Select(n => MathF.ScaleB(1, n)), 88.72284f, -87.33655f, -103.97208f, MathF.Sqrt(0.5f), MathF.Sqrt(2), 0.34657359f, 9.01f, 3.92f])
        {
            for (int ulps = -8; ulps <= 8; ulps++)
            {
                float near = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(edge) + ulps);
                x.AddRange([near, -near]);
            }
        }

        for (int i = 0; i < RandomBits; i++)
        {
            x.Add(RandomFloat(random));
            x.Add((float)(low + (high - low) * random.NextDouble()));
        }

        return [.. x];
    }

    private static float RandomFloat(Random random) => BitConverter.Int32BitsToSingle((int)random.NextInt64(int.MinValue, 1L << 31));

    private static double[] DoubleInputs(string function, double low, double high)
    {
        var random = new Random(9);
        double limit = function switch { "Exp" or "Expm1" => 700, "Tanh" => 19, "Sigmoid" => 700, "Erf" => 5.9, "Sin" or "Cos" => 1e5, _ => 1e300 };
        bool positive = function is "Log" or "Log1p";
        var x = new List<double>();
        for (int i = 0; i < 300; i++)
        {
            x.Add(low + (high - low) * random.NextDouble());
            double any = Math.Pow(10, random.NextDouble() * 30 - 25);
            if (any < limit)
                x.Add(positive || i % 2 == 0 ? any : -any);
            x.Add((random.NextDouble() * (positive ? 1 : 2) - (positive ? 0 : 1)) * limit);
            x.Add(function == "Log" ? 1 + (random.NextDouble() - 0.5) * Math.Pow(10, -i % 15) : (random.NextDouble() - 0.5) * Math.Min(1, limit));
        }

        if (function is "Sin" or "Cos") // multiples of π/2, where the result is the error of the reduction
            x.AddRange(Enumerable.Range(1, 200).Select(n => n * 317 * (Math.PI / 2)));
        return [.. x.Where(v => v != 0)];
    }

    private static double Reference(string function, double x) => function switch
    {
        "Exp" => Math.Exp(x),
        "Expm1" => Expm1(x),
        "Log" => Math.Log(x),
        "Log1p" => Log1p(x),
        "Tanh" => Math.Tanh(x),
        "Sigmoid" => 1 / (1 + Math.Exp(-x)),
        "Erf" => Erf(x),
        "Sin" => Math.Sin(x),
        "Cos" => Math.Cos(x),
        _ => throw new ArgumentException(function),
    };

    private static BigFloat Exact(string function, double x) => function switch
    {
        "Exp" => BigFloat.Exp(x),
        "Expm1" => BigFloat.Expm1(x),
        "Log" => BigFloat.Log(x),
        "Log1p" => BigFloat.Log1p(x),
        "Tanh" => BigFloat.Tanh(x),
        "Sigmoid" => BigFloat.Sigmoid(x),
        "Erf" => BigFloat.Erf(x),
        "Sin" => BigFloat.Sin(x),
        "Cos" => BigFloat.Cos(x),
        _ => throw new ArgumentException(function),
    };

    // Kahan's expm1 and log1p: the rounding error of e^x or 1 + x cancels in the quotient.
    private static double Expm1(double x)
    {
        double u = Math.Exp(x), v = u - 1;
        return u == 1 ? x : v is -1 or double.PositiveInfinity ? v : v * x / Math.Log(u);
    }

    private static double Log1p(double x)
    {
        double u = 1 + x;
        return u == 1 || double.IsPositiveInfinity(u) ? x : Math.Log(u) * x / (u - 1);
    }

    // erf x = 2/√π·e^(−x²)·Σ 2ⁿ x^(2n+1) / (2n+1)!!: terms of one sign, nothing cancels.
    private static double Erf(double x)
    {
        if (!(Math.Abs(x) <= 5))
            return double.IsNaN(x) ? x : Math.Sign(x);
        double sum = 0, term = x;
        for (int n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++, term *= 2 * x * x / (2 * n - 1))
            sum += term;
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    // The error in units of the float32 spacing at the reference; overflow counts as the next power of two.
    private static double FloatUlps(string function, float x, float actual, double reference)
    {
        if (double.IsNaN(reference) || float.IsNaN(actual))
            return double.IsNaN(reference) && float.IsNaN(actual) ? 0 : double.PositiveInfinity;
        const double overflow = 3.4028236692093846e38; // 2¹²⁸
        double y = Math.Clamp(actual, -overflow, overflow), wanted = Math.Clamp(reference, -overflow, overflow);
        if (function is "Sin" or "Cos" && Math.Abs(wanted) < 0.01 && Math.Abs(x) > 1 && Math.Abs(y - wanted) <= 1e-9)
            return 0; // near a zero the error of the angle's reduction shows: bounded absolutely
        if (function is "Exp" or "Sigmoid" && Math.Abs(wanted) < 1.1754943508222875e-38 && actual == 0)
            return 0; // documented: no denormal results
        double size = Math.Max(Math.Abs(wanted), 1.1754943508222875e-38);
        return Math.Abs(y - wanted) / Math.ScaleB(1, Math.Min(Math.ILogB(size), 127) - 23);
    }

    // With hardware FMA every width computes the same bits: a result does not depend on the machine's vectors.
    private static void AssertSameBits<T>(ref T[]? first, T[] y, T[] x, string what) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        first ??= y;
        if (!F128.FusedFma)
            return;
        for (int i = 0; i < y.Length; i++)
        {
            if (!y[i].Equals(first[i]))
                Assert.Fail($"{what}({x[i]:r}) = {y[i]:r}, the widest vectors gave {first[i]:r}");
        }
    }

    private static void AssertSame<T>(T wanted, T actual, string what) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Assert.True(wanted.Equals(actual) && (T.IsNaN(wanted) || T.IsNegative(wanted) == T.IsNegative(actual)), $"{what} = {actual:r}, wanted {wanted:r}");
}
