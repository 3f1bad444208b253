using TensorCore.Cpu;

namespace TensorCore.Nn;

/// <summary>What follows a layer: decides the gain that keeps the scale of its signal.</summary>
public enum Nonlinearity
{
    /// <summary>Nothing: gain 1.</summary>
    Linear,

    /// <summary>σ: gain 1.</summary>
    Sigmoid,

    /// <summary>tanh: gain 5/3.</summary>
    Tanh,

    /// <summary>max(x, 0): gain √2.</summary>
    Relu,

    /// <summary>max(x, slope·x): gain √(2/(1 + slope²)).</summary>
    LeakyRelu,
}

/// <summary>Which side's number of connections sets the scale.</summary>
public enum Fan
{
    /// <summary>The inputs of a unit: keeps the scale of activations on the way forward.</summary>
    In,

    /// <summary>The outputs it feeds: keeps the scale of gradients on the way back.</summary>
    Out,
}

/// <summary>
/// Fills tensors with starting values, in place and not recorded; each returns its tensor. The numbers depend only on the generator's seed and
/// stream, not on the machine's threads or vectors.
/// </summary>
/// <remarks>
/// The fans of a weight (out, in, kernel …) are in·Πkernel and out·Πkernel; for a matrix stored (in, out) pass <c>inputFirst</c>.
/// </remarks>
public static unsafe class Initializers
{
    /// <summary>All 0.</summary>
    public static Tensor Zeros(Tensor t) => Constant(t, 0);

    /// <summary>All 1.</summary>
    public static Tensor Ones(Tensor t) => Constant(t, 1);

    /// <summary>All <paramref name="value"/>.</summary>
    public static Tensor Constant(Tensor t, double value)
    {
        using (Autograd.NoGrad()) return t.Fill(value);
    }

    /// <summary>Uniform in [low, high).</summary>
    /// <exception cref="ArgumentException">low is above high, or one is not finite.</exception>
    public static Tensor Uniform(Tensor t, double low = 0, double high = 1, Generator? generator = null) =>
        Draw(t, generator, (ulong seed, ulong stream, float* p, long n) => Philox.FillUniform(p, n, seed, stream, low, high),
            (seed, stream, p, n) => Philox.FillUniform(p, n, seed, stream, low, high));

    /// <summary>Normal with mean and standard deviation.</summary>
    /// <exception cref="ArgumentException">The deviation is negative, or one is not finite.</exception>
    public static Tensor Normal(Tensor t, double mean = 0, double std = 1, Generator? generator = null) =>
        Draw(t, generator, (ulong seed, ulong stream, float* p, long n) => Philox.FillNormal(p, n, seed, stream, mean, std),
            (seed, stream, p, n) => Philox.FillNormal(p, n, seed, stream, mean, std));

    /// <summary>
    /// Normal, given that it falls into [low, high]: x = mean + std·Φ⁻¹(u), u uniform between Φ of the two bounds. The inverse distribution function takes any
    /// bounds at one draw an element, where rejection would hardly ever hit a narrow tail.
    /// </summary>
    /// <param name="t">The tensor.</param>
    /// <param name="mean">The mean before the cut.</param>
    /// <param name="std">The standard deviation before the cut.</param>
    /// <param name="low">The smallest value; by default mean − 2·std.</param>
    /// <param name="high">The largest value; by default mean + 2·std.</param>
    /// <param name="generator">Where the numbers come from.</param>
    /// <exception cref="ArgumentException">The deviation is not above 0, low is not below high, or one is not a number.</exception>
    public static Tensor TruncatedNormal(Tensor t, double mean = 0, double std = 1, double? low = null, double? high = null, Generator? generator = null)
    {
        double a = ((low ?? (mean - (2 * std))) - mean) / std, b = ((high ?? (mean + (2 * std))) - mean) / std;
        if (!(std > 0) || !double.IsFinite(std) || !double.IsFinite(mean) || !(a < b))
            throw new ArgumentException($"truncated normal: mean {mean}, std {std}, low {low}, high {high}: std must be above 0 and low below high");
        // Φ is exact to the last digits only below 0: an interval on the right is drawn mirrored.
        bool mirror = a > 0;
        if (mirror) (a, b) = (-b, -a);
        double from = NormalDistribution.Cdf(a), to = NormalDistribution.Cdf(b);
        return Draw(t, generator, null, (seed, stream, p, n) =>
        {
            Philox.FillUniform(p, n, seed, stream, 0, 1);
            for (long i = 0; i < n; i++)
            {
                double z = Math.Clamp(NormalDistribution.Quantile(from + (p[i] * (to - from))), a, b);
                p[i] = mean + (std * (mirror ? -z : z));
            }
        });
    }

    /// <summary>Uniform in ±gain·√(6/(fanIn + fanOut)).  (Glorot and Bengio 2010, eq. 16.)</summary>
    public static Tensor XavierUniform(Tensor t, double gain = 1, bool inputFirst = false, Generator? generator = null)
    {
        (double fanIn, double fanOut) = Fans(t, inputFirst);
        double bound = gain * Math.Sqrt(6 / (fanIn + fanOut));
        return Uniform(t, -bound, bound, generator);
    }

    /// <summary>Normal with deviation gain·√(2/(fanIn + fanOut)).  (Glorot and Bengio 2010.)</summary>
    public static Tensor XavierNormal(Tensor t, double gain = 1, bool inputFirst = false, Generator? generator = null)
    {
        (double fanIn, double fanOut) = Fans(t, inputFirst);
        return Normal(t, 0, gain * Math.Sqrt(2 / (fanIn + fanOut)), generator);
    }

    /// <summary>Uniform in ±gain·√(3/fan).  (He et al. 2015, arXiv:1502.01852.)</summary>
    public static Tensor KaimingUniform(Tensor t, Nonlinearity nonlinearity = Nonlinearity.Relu, Fan fan = Fan.In, double slope = 0.01, bool inputFirst = false, Generator? generator = null)
    {
        double bound = Gain(nonlinearity, slope) * Math.Sqrt(3 / FanOf(t, fan, inputFirst));
        return Uniform(t, -bound, bound, generator);
    }

    /// <summary>Normal with deviation gain/√fan.  (He et al. 2015, arXiv:1502.01852.)</summary>
    public static Tensor KaimingNormal(Tensor t, Nonlinearity nonlinearity = Nonlinearity.Relu, Fan fan = Fan.In, double slope = 0.01, bool inputFirst = false, Generator? generator = null) =>
        Normal(t, 0, Gain(nonlinearity, slope) / Math.Sqrt(FanOf(t, fan, inputFirst)), generator);

    /// <summary>
    /// A matrix with orthonormal rows (or columns, where it is taller than wide) times <paramref name="gain"/>: Gram and Schmidt on normal numbers, in double. Axes
    /// behind the first are taken together.  (Saxe et al. 2013, arXiv:1312.6120.)
    /// </summary>
    /// <exception cref="ShapeException">Fewer than two axes.</exception>
    public static Tensor Orthogonal(Tensor t, double gain = 1, Generator? generator = null)
    {
        if (t.Rank < 2) throw new ShapeException($"orthogonal: {t.Shape} has fewer than two axes");
        if (t.Count == 0) return t;
        int rows = t.Size(0), cols = checked((int)(t.Count / rows));
        int vectors = Math.Min(rows, cols), length = Math.Max(rows, cols);
        double[][] q = new double[vectors][];
        using (Autograd.NoGrad())
        {
            double[] z = Normal(Tensor.Empty([vectors, length], DType.Float64, Device.Cpu), 0, 1, generator).ToArray<double>();
            for (int i = 0; i < vectors; i++)
            {
                q[i] = z[(i * length)..((i + 1) * length)];
                // Twice: the second pass removes what rounding left of the first.
                for (int pass = 0; pass < 2; pass++)
                    for (int j = 0; j < i; j++) AddScaled(q[i], q[j], -Dot(q[i], q[j]));
                double norm = Math.Sqrt(Dot(q[i], q[i]));
                for (int k = 0; k < length; k++) q[i][k] /= norm;
            }
            double[] values = new double[t.Count];
            for (int r = 0; r < rows; r++)
                for (int c = 0; c < cols; c++) values[((long)r * cols) + c] = gain * (rows <= cols ? q[r][c] : q[c][r]);
            return t.CopyFrom(Tensor.From(values, t.Shape));
        }
    }

    /// <summary>The factor by which a layer before <paramref name="nonlinearity"/> is scaled up to make good what that takes away.</summary>
    public static double Gain(Nonlinearity nonlinearity, double slope = 0.01) => nonlinearity switch
    {
        Nonlinearity.Linear or Nonlinearity.Sigmoid => 1,
        Nonlinearity.Tanh => 5.0 / 3,
        Nonlinearity.Relu => Math.Sqrt(2),
        Nonlinearity.LeakyRelu => Math.Sqrt(2 / (1 + (slope * slope))),
        _ => throw new ArgumentOutOfRangeException(nameof(nonlinearity), nonlinearity, "not a nonlinearity"),
    };

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static void AddScaled(double[] a, double[] b, double factor)
    {
        for (int i = 0; i < a.Length; i++) a[i] += factor * b[i];
    }

    private static double FanOf(Tensor t, Fan fan, bool inputFirst)
    {
        (double fanIn, double fanOut) = Fans(t, inputFirst);
        return fan == Fan.In ? fanIn : fanOut;
    }

    private static (double In, double Out) Fans(Tensor t, bool inputFirst)
    {
        if (t.Rank < 2) throw new ShapeException($"a weight of shape {t.Shape} has no fan-in and fan-out: it needs two axes, (out, in, …)");
        // A weight without elements has nothing to scale; 1 keeps the bounds finite.
        double kernel = 1;
        for (int i = 2; i < t.Rank; i++) kernel *= t.Size(i);
        double first = Math.Max(1, t.Size(0) * kernel), second = Math.Max(1, t.Size(1) * kernel);
        return inputFirst ? (first, second) : (second, first);
    }

    private delegate void FillFloats(ulong seed, ulong stream, float* p, long n);

    private delegate void FillDoubles(ulong seed, ulong stream, double* p, long n);

    /// <summary>Draws in the tensor's dtype; without a fill for floats, in double.</summary>
    private static Tensor Draw(Tensor t, Generator? generator, FillFloats? floats, FillDoubles doubles)
    {
        t.RequireFloat("initializer");
        generator ??= Generator.Default;
        (ulong seed, ulong stream) = (generator.Seed, generator.NextStream());
        using (Autograd.NoGrad())
        {
            DType dtype = floats is null ? DType.Float64 : t.DType;
            bool direct = t.IsContiguous && dtype == t.DType && !t.Device.IsCuda;
            Tensor values = direct ? t.Detach() : Tensor.Empty(t.Shape, dtype, Device.Cpu);
            Operand operand = values;
            if (dtype == DType.Float32) floats!(seed, stream, (float*)operand.P, t.Count);
            else doubles(seed, stream, (double*)operand.P, t.Count);
            GC.KeepAlive(values);
            if (direct) t.MarkChanged("initializer");
            else t.CopyFrom(values);
        }
        return t;
    }
}
