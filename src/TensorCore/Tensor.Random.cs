namespace TensorCore;

internal partial interface IBackend
{
    /// <summary>Uniform numbers in [low, high) into contiguous y, float32 or float64.</summary>
    void FillUniform(Tensor y, ulong seed, ulong stream, double low, double high);

    /// <summary>Normal numbers into contiguous y, float32 or float64.</summary>
    void FillNormal(Tensor y, ulong seed, ulong stream, double mean, double std);

    /// <summary>Whole numbers in [low, high) into contiguous y, int32 or int64.</summary>
    void FillInt(Tensor y, ulong seed, ulong stream, long low, long high);

    /// <summary>Ones with the given probability, else zeros, into contiguous y, bool or float32.</summary>
    void FillBernoulli(Tensor y, ulong seed, ulong stream, double probability);
}

// Each call takes one stream of the generator. An element depends on the seed, the stream and its place alone, so the bits are the same for any number of threads.
public sealed partial class Tensor
{
    /// <summary>Sets the seed of <see cref="Generator.Default"/> and starts it again: from here on the program draws the same numbers each time.</summary>
    public static void ManualSeed(ulong seed) => Generator.Default.SetSeed(seed);

    /// <summary>Uniform random numbers in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    /// <exception cref="ArgumentException">A bound is not finite, or low is above high.</exception>
    /// <exception cref="DTypeException">Not a float type.</exception>
    public static Tensor Rand(ReadOnlySpan<int> shape, double low = 0, double high = 1, DType dtype = DType.Float32, Generator? generator = null, Device? device = null) =>
        Draw("rand", shape, dtype, generator, device, (y, seed, stream) => y.Device.Backend.FillUniform(y, seed, stream, low, high));

    /// <summary>Normal random numbers of this mean and standard deviation.</summary>
    /// <exception cref="ArgumentException">The mean or the deviation is not finite, or the deviation is negative.</exception>
    /// <exception cref="DTypeException">Not a float type.</exception>
    public static Tensor RandN(ReadOnlySpan<int> shape, double mean = 0, double std = 1, DType dtype = DType.Float32, Generator? generator = null, Device? device = null) =>
        Draw("randn", shape, dtype, generator, device, (y, seed, stream) => y.Device.Backend.FillNormal(y, seed, stream, mean, std));

    /// <summary>Uniform random numbers in [<paramref name="low"/>, <paramref name="high"/>), with the shape, dtype and device of <paramref name="x"/>.</summary>
    public static Tensor RandLike(Tensor x, double low = 0, double high = 1, Generator? generator = null) => Rand(x.Shape, low, high, x.DType, generator, x.Device);

    /// <summary>Normal random numbers, with the shape, dtype and device of <paramref name="x"/>.</summary>
    public static Tensor RandNLike(Tensor x, double mean = 0, double std = 1, Generator? generator = null) => RandN(x.Shape, mean, std, x.DType, generator, x.Device);

    /// <summary>Random whole numbers in [<paramref name="low"/>, <paramref name="high"/>), each equally likely.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no number in [low, high), or it does not fit the dtype.</exception>
    public static Tensor RandInt(ReadOnlySpan<int> shape, long low, long high, DType dtype = DType.Int64, Generator? generator = null, Device? device = null)
    {
        Tensor y = Empty(Shape.Create(shape), dtype is DType.Int32 ? dtype : DType.Int64, device ?? Device.Cpu);
        if (low >= high) throw new ArgumentOutOfRangeException(nameof(high), $"randint: there is no whole number in [{low}, {high})");
        if (dtype == DType.Int32 && (low < int.MinValue || high - 1 > int.MaxValue)) throw new ArgumentOutOfRangeException(nameof(high), $"randint: [{low}, {high}) does not fit int32");
        generator ??= Generator.Default;
        (ulong seed, ulong stream) = generator.NextDraw();
        y.Device.Backend.FillInt(y, seed, stream, low, high);
        return y.To(dtype);
    }

    /// <summary>The int64 numbers 0 … <paramref name="n"/> − 1 in random order, each order equally likely.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="n"/> is negative.</exception>
    public static Tensor RandPerm(int n, Generator? generator = null)
    {
        (ulong seed, ulong stream) = (generator ?? Generator.Default).NextDraw();
        return From(Philox.Permutation(n, seed, stream)).To(DType.Int64);
    }

    /// <summary>1 with the given probability, else 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1].</exception>
    public static Tensor Bernoulli(ReadOnlySpan<int> shape, double probability, DType dtype = DType.Float32, Generator? generator = null, Device? device = null)
    {
        if (!(probability >= 0 && probability <= 1)) throw new ArgumentOutOfRangeException(nameof(probability), $"bernoulli: the probability {probability} is outside [0, 1]");
        Tensor y = Empty(Shape.Create(shape), dtype == DType.Float32 ? dtype : DType.Bool, device ?? Device.Cpu);
        (ulong seed, ulong stream) = (generator ?? Generator.Default).NextDraw();
        y.Device.Backend.FillBernoulli(y, seed, stream, probability);
        return y.To(dtype);
    }

    private static Tensor Draw(string op, ReadOnlySpan<int> shape, DType dtype, Generator? generator, Device? device, Action<Tensor, ulong, ulong> fill)
    {
        if (!dtype.IsFloat()) throw new DTypeException($"{op}: {dtype.Name()}: use a float type, or RandInt");
        Tensor y = Empty(Shape.Create(shape), dtype == DType.BFloat16 ? DType.Float32 : dtype, device ?? Device.Cpu);
        (ulong seed, ulong stream) = (generator ?? Generator.Default).NextDraw();
        fill(y, seed, stream);
        return y.To(dtype);
    }
}
