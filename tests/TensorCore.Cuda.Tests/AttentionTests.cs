using Xunit.Abstractions;

namespace TensorCore.Cuda.Tests;

/// <summary>
/// The attention kernels against a loop in double precision: all head sizes, lengths around the tiles' edges, causal, masked, strided; every access checked, and the same bits under every schedule.
/// The op's samples (<see cref="OpParityTests"/>) are smaller and go through autograd.
/// </summary>
public sealed class AttentionTests(ITestOutputHelper output)
{
    /// <summary>How the tensors lie in memory.</summary>
    public enum Layout
    {
        /// <summary>(B, H, T, D), row after row.</summary>
        Heads,

        /// <summary>(B, T, H, D), as split heads.</summary>
        Split,

        /// <summary>Rows with room behind them, which start at no multiple of 16 bytes.</summary>
        Loose,

        /// <summary>Features with gaps: a copy is needed.</summary>
        Gaps,

        /// <summary>One set of keys and values for all heads.</summary>
        Shared,
    }

    /// <summary>What is added to the scores.</summary>
    public enum MaskForm
    {
        None,

        /// <summary>Numbers for each score, some −∞.</summary>
        Full,

        /// <summary>−∞ for the last keys of each batch (B, 1, 1, S).</summary>
        Padding,

        /// <summary>The same numbers for all heads (T, S); rows that see no key.</summary>
        Rows,

        /// <summary>A number for each query, (T, 1).</summary>
        Column,
    }

    public sealed record Case(int B, int H, int T, int S, int D, int E, bool Causal, MaskForm Mask, Layout Layout, double Scale);

    private static Case Draw(Random r)
    {
        int[] sizes = [1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 150], heads = [1, 3, 7, 8, 16, 24, 31, 32, 33, 40, 48, 63, 64, 65, 72, 80, 96, 97, 100, 112, 127, 128];
        int Size() => r.Next(2) == 0 ? sizes[r.Next(sizes.Length)] : 1 + r.Next(150);
        int d = heads[r.Next(heads.Length)], t = Size(), s = r.Next(3) == 0 ? t : Size();
        bool causal = r.Next(2) == 0;
        if (causal && s < t) (t, s) = (s, t);
        MaskForm mask = r.Next(2) == 0 ? MaskForm.None : (MaskForm)r.Next(5);
        return new Case(1 + r.Next(2), 1 + r.Next(3), t, s, d, r.Next(3) == 0 ? heads[r.Next(heads.Length)] : d, causal, mask, (Layout)r.Next(5), r.Next(4) == 0 ? r.NextDouble() : 1 / Math.Sqrt(d));
    }

    [GpuTheory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    [InlineData(DType.BFloat16)]
    public void Drawn(DType dtype)
    {
        int count = TensorCore.Tests.Cases.Count(dtype == DType.Float64 ? 6 : 24);
        Random random = new(20251128);
        for (int i = 0; i < count; i++) Check(Draw(random), dtype, seed: (uint)i);
        output.WriteLine(_worst.ToString());
    }

    // Several blocks and tiles in both directions; 8 blocks of 128 queries are enough for the kernels with 32 queries a warp on the emulated GPU.
    [GpuTheory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    public void Many_tiles(DType dtype)
    {
        // Every head size with and without a mask; causal, or not, once each, or all combinations in the long mode.
        foreach (int d in (int[])[32, 64, 96, 128])
            foreach (MaskForm mask in (MaskForm[])[MaskForm.None, MaskForm.Full])
                foreach (bool causal in TensorCore.Tests.Cases.Long ? (bool[])[false, true] : [(d % 64 == 0) == (mask == MaskForm.None)])
                    Check(new Case(2, 2, 200, 275, d, d, causal, mask, Layout.Split, 1 / Math.Sqrt(d)), dtype, seed: (uint)d);
        output.WriteLine(_worst.ToString());
    }

    // As in decoding: the keys are cut into parts.
    [GpuTheory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    public void Few_queries(DType dtype)
    {
        foreach (int d in (int[])[8, 16, 32, 64, 80, 96, 128])
            foreach (int t in (int[])[1, 2, 4])
                Check(new Case(2, 2, t, 10 + (d * 5), d, d == 80 ? 32 : d, t > 1 || d == 64, (MaskForm)(((d / 8) + t) % 5), d % 32 == 0 ? Layout.Split : Layout.Shared, d == 16 ? -0.4 : 0.2), dtype, (uint)(d + t));
        Check(new Case(1, 1, 1, 9000, 32, 32, true, MaskForm.None, Layout.Heads, 0.2), dtype, 9);
        Check(new Case(1, 1, 3, 0, 32, 32, false, MaskForm.None, Layout.Heads, 0.2), dtype, 9);
        output.WriteLine(_worst.ToString());
    }

    // Sizes beyond the fast kernels, and scales that they do not take.
    [GpuTheory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    public void Any_size_and_scale(DType dtype)
    {
        Check(new Case(1, 2, 40, 70, 160, 200, true, MaskForm.None, Layout.Heads, 0.1), dtype, 1);
        Check(new Case(1, 1, 33, 34, 300, 5, false, MaskForm.Rows, Layout.Split, 0.05), dtype, 2);
        Check(new Case(1, 1, 20, 20, 4, 260, true, MaskForm.Full, Layout.Loose, 0.5), dtype, 3);
        Check(new Case(2, 1, 35, 40, 16, 16, true, MaskForm.None, Layout.Heads, -0.3), dtype, 4);
        Check(new Case(1, 2, 35, 40, 16, 16, false, MaskForm.Padding, Layout.Heads, 0), dtype, 5);
    }

    [GpuTheory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    public void Sizes_of_zero(DType dtype)
    {
        foreach (Case c in (Case[])
        [
            new(0, 2, 5, 5, 8, 8, false, MaskForm.None, Layout.Heads, 1), new(1, 2, 0, 5, 8, 8, false, MaskForm.None, Layout.Heads, 1), new(1, 2, 5, 0, 8, 8, false, MaskForm.None, Layout.Heads, 1),
            new(1, 2, 5, 6, 0, 8, true, MaskForm.None, Layout.Heads, 1), new(1, 2, 5, 6, 8, 0, true, MaskForm.Full, Layout.Heads, 1), new(1, 2, 0, 0, 8, 8, true, MaskForm.Full, Layout.Heads, 1),
        ]) Check(c, dtype, 1);
    }

    // More leading axes than batch and head, which cannot be joined.
    [GpuFact]
    public void More_axes()
    {
        Generator g = new(3);
        Tensor x = Tensor.RandN([3, 2, 9, 2, 2, 8], generator: g); // (A, B, T, H, C, D)
        Tensor Heads(Device device) => x.To(device).Permute(0, 4, 1, 3, 2, 5)[..2]; // (2, C, B, H, T, D)
        (Tensor expected, Tensor y) = (Tensor.ScaledDotProductAttention(Heads(Device.Cpu), Heads(Device.Cpu), Heads(Device.Cpu), causal: true),
            Emulator.Checked(Emulator.Schedules[0], () => Tensor.ScaledDotProductAttention(Heads(Gpu.Device), Heads(Gpu.Device), Heads(Gpu.Device), causal: true)));
        Parity.AssertClose(expected, y.To(Device.Cpu), 1e-6, "y");
    }

    /// <summary>The largest errors so far, relative to the largest element: y, L, dq, dk, dv.</summary>
    private readonly Errors _worst = new();

    private sealed class Errors
    {
        private readonly SortedDictionary<string, (double Error, Case Case)> _worst = [];

        public void Add(string what, double error, Case c)
        {
            if (!_worst.TryGetValue(what, out var worst) || error > worst.Error) _worst[what] = (error, c);
        }

        public override string ToString() => string.Join('\n', _worst.Select(w => $"{w.Key}: {w.Value.Error:E2} ({w.Value.Case})"));
    }

    // bfloat16 rounds y, the weights and their gradients to 8 bits.
    private static readonly double[] s_narrow = [0.006, 5e-6, 0.02, 0.02, 0.008];

    private void Check(Case c, DType dtype, uint seed)
    {
        Problem p = new(c, dtype, seed);
        double[][] expected = p.Expected();
        double[][]? first = null;
        foreach ((int, uint) schedule in Emulator.Schedules)
        {
            double[][] results = Emulator.Checked(schedule, p.Run);
            if (first is not null)
            {
                for (int i = 0; i < results.Length; i++)
                    Assert.True(results[i].AsSpan().SequenceEqual(first[i]), $"{c}: {Problem.Names[i]} depends on the schedule");
                continue;
            }
            first = results;
            for (int i = 0; i < results.Length; i++)
            {
                double error = Problem.Error(expected[i], results[i]), allowed = dtype switch { DType.Float64 => 1e-13, DType.Float32 => 5e-6, _ => s_narrow[i] };
                _worst.Add(Problem.Names[i], error, c);
                Assert.True(error <= allowed, $"{c}, {dtype.Name()}: {Problem.Names[i]} is off by {error:E2} of its largest element");
            }
            if (!Gpu.IsEmulated) return;
        }
    }

    /// <summary>A case's tensors.</summary>
    private sealed class Problem
    {
        public static readonly string[] Names = ["y", "L", "dq", "dk", "dv"];

        private readonly Case _c;
        private readonly DType _dtype;
        private readonly Tensor _q, _k, _v, _dy;
        private readonly Tensor? _mask;

        public Problem(Case c, DType dtype, uint seed)
        {
            (_c, _dtype) = (c, dtype);
            Generator g = new(seed + 100);
            bool shared = c.Layout == Layout.Shared;
            _q = Rows(g, c.H, c.T, c.D);
            _k = Rows(g, shared ? 1 : c.H, c.S, c.D).Expand(c.B, c.H, c.S, c.D);
            _v = Rows(g, shared ? 1 : c.H, c.S, c.E).Expand(c.B, c.H, c.S, c.E);
            _dy = Rows(g, c.H, c.T, c.E);
            _mask = Mask(g);
        }

        private Tensor OnDevice(Tensor x) => x.To(_dtype).To(Gpu.Device);

        private Tensor Rows(Generator g, int heads, int rows, int features) => _c.Layout switch
        {
            Layout.Split => OnDevice(Tensor.RandN([_c.B, rows, heads, features], generator: g, dtype: DType.Float64)).Permute(0, 2, 1, 3),
            Layout.Loose => OnDevice(Tensor.RandN([_c.B, heads, rows, features + 3], generator: g, dtype: DType.Float64))[.., .., .., 1..(features + 1)],
            Layout.Gaps => OnDevice(Tensor.RandN([_c.B, heads, features, rows], generator: g, dtype: DType.Float64)).Transpose(),
            _ => OnDevice(Tensor.RandN([_c.B, heads, rows, features], generator: g, dtype: DType.Float64)),
        };

        private Tensor? Mask(Generator g)
        {
            (int b, int h, int t, int s) = (_c.B, _c.H, _c.T, _c.S);
            int[] shape = _c.Mask switch { MaskForm.Padding => [b, 1, 1, s], MaskForm.Rows => [t, s], MaskForm.Column => [t, 1], _ => [b, h, t, s] };
            if (_c.Mask == MaskForm.None) return null;
            double[] values = Tensor.RandN(shape, generator: g, dtype: DType.Float64).ToArray<double>();
            int width = shape[^1];
            for (int i = 0; i < values.Length; i++)
            {
                bool hidden = _c.Mask switch
                {
                    MaskForm.Padding => i % width >= width - (i / width % 2 * 5),
                    MaskForm.Rows => i / width % 7 == 2,
                    MaskForm.Column => false,
                    _ => i % 5 == 3,
                };
                if (hidden) values[i] = double.NegativeInfinity;
            }
            return OnDevice(Tensor.From<double>(values, shape)).Expand(b, h, t, s);
        }

        /// <summary>y, L, dq, dk and dv from the kernels.</summary>
        public double[][] Run()
        {
            (int b, int h, int t, int s, int d, int e) = (_c.B, _c.H, _c.T, _c.S, _c.D, _c.E);
            Tensor Result(int rows, int features) => _c.Layout == Layout.Split
                ? Tensor.Empty([b, rows, h, features], _dtype, Gpu.Device).Permute(0, 2, 1, 3)
                : Tensor.Empty([b, h, rows, features], _dtype, Gpu.Device);
            Tensor y = Result(t, e), l = Tensor.Empty([b, h, t], Tensor.StatisticsType(_dtype), Gpu.Device), dq = Result(t, d), dk = Result(s, d), dv = Result(s, e);
            Gpu.Device.Backend.Attention(_q, _k, _v, _mask, _c.Causal, _c.Scale, y, l);
            Gpu.Device.Backend.AttentionBackward(_q, _k, _v, _mask, _c.Causal, _c.Scale, y, l, _dy, dq, dk, dv);
            return [Values(y), Values(l), Values(dq), Values(dk), Values(dv)];
        }

        private static double[] Values(Tensor x) => x.To(Device.Cpu).To(DType.Float64).ToArray<double>();

        /// <summary>The same by their formulas.</summary>
        public double[][] Expected()
        {
            (int heads, int t, int s, int d, int e) = (_c.B * _c.H, _c.T, _c.S, _c.D, _c.E);
            double[] q = Values(_q), k = Values(_k), v = Values(_v), dy = Values(_dy);
            double[]? mask = _mask is null ? null : Values(_mask);
            double[] y = new double[heads * t * e], l = new double[heads * t], dq = new double[q.Length], dk = new double[k.Length], dv = new double[v.Length], p = new double[s];
            for (int row = 0; row < heads * t; row++)
            {
                int head = row / t, i = row % t, seen = _c.Causal ? i + s - t + 1 : s;
                ReadOnlySpan<double> Key(int j) => k.AsSpan(((head * s) + j) * d, d);
                ReadOnlySpan<double> Value(int j) => v.AsSpan(((head * s) + j) * e, e);
                ReadOnlySpan<double> query = q.AsSpan(row * d, d), slope = dy.AsSpan(row * e, e);
                double max = double.NegativeInfinity, sum = 0, delta = 0;
                for (int j = 0; j < seen; j++)
                {
                    p[j] = (Dot(query, Key(j)) * _c.Scale) + (mask?[(row * s) + j] ?? 0);
                    max = Math.Max(max, p[j]);
                }
                for (int j = 0; j < seen && max > double.NegativeInfinity; j++) sum += Math.Exp(p[j] - max);
                l[row] = sum == 0 ? double.PositiveInfinity : max + Math.Log(sum);
                for (int j = 0; j < seen; j++)
                {
                    p[j] = Math.Exp(p[j] - l[row]);
                    for (int f = 0; f < e; f++) y[(row * e) + f] += p[j] * Value(j)[f];
                }
                delta = Dot(slope, y.AsSpan(row * e, e));
                for (int j = 0; j < seen; j++)
                {
                    double ds = p[j] * (Dot(slope, Value(j)) - delta) * _c.Scale;
                    for (int f = 0; f < e; f++) dv[(((head * s) + j) * e) + f] += p[j] * slope[f];
                    for (int f = 0; f < d; f++)
                    {
                        dq[(row * d) + f] += ds * Key(j)[f];
                        dk[(((head * s) + j) * d) + f] += ds * query[f];
                    }
                }
            }
            return [y, l, dq, dk, dv];
        }

        private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
        {
            double sum = 0;
            for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
            return sum;
        }

        /// <summary>The largest difference, relative to the largest element (at least 1).</summary>
        public static double Error(double[] expected, double[] actual)
        {
            Assert.Equal(expected.Length, actual.Length);
            double largest = Math.Max(1, expected.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max()), error = 0;
            for (int i = 0; i < expected.Length; i++)
            {
                if (expected[i].Equals(actual[i])) continue;
                double difference = Math.Abs(expected[i] - actual[i]);
                error = Math.Max(error, double.IsNaN(difference) ? double.PositiveInfinity : difference / largest);
            }
            return error;
        }
    }
}
