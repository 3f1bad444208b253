namespace TensorCore;

public sealed partial class Tensor
{
    /// <summary>All 0.</summary>
    public static Tensor Zeros(ReadOnlySpan<int> shape, DType dtype = DType.Float32, Device? device = null) => Full(shape, 0, dtype, device);

    /// <summary>All 1.</summary>
    public static Tensor Ones(ReadOnlySpan<int> shape, DType dtype = DType.Float32, Device? device = null) => Full(shape, 1, dtype, device);

    /// <summary>All <paramref name="value"/>, rounded to the dtype.</summary>
    public static Tensor Full(ReadOnlySpan<int> shape, double value, DType dtype = DType.Float32, Device? device = null)
    {
        Tensor y = Empty(Shape.Create(shape), dtype, device ?? Device.Cpu);
        y.Device.Backend.Fill(y, value);
        return y;
    }

    /// <summary>All 0, with the shape, dtype and device of <paramref name="x"/>.</summary>
    public static Tensor ZerosLike(Tensor x) => Full(x.Shape, 0, x.DType, x.Device);

    /// <summary>All 1, with the shape, dtype and device of <paramref name="x"/>.</summary>
    public static Tensor OnesLike(Tensor x) => Full(x.Shape, 1, x.DType, x.Device);

    /// <summary>All <paramref name="value"/>, with the shape, dtype and device of <paramref name="x"/>.</summary>
    public static Tensor FullLike(Tensor x, double value) => Full(x.Shape, value, x.DType, x.Device);

    /// <summary>A scalar (rank 0).</summary>
    public static Tensor Scalar(double value, DType dtype = DType.Float32) => Full([], value, dtype);

    /// <summary>A float32 scalar.</summary>
    public static explicit operator Tensor(float value) => From([value], []);

    /// <summary>A float64 scalar.</summary>
    public static explicit operator Tensor(double value) => From([value], []);

    /// <summary>An int32 scalar.</summary>
    public static explicit operator Tensor(int value) => From([value], []);

    /// <summary>An int64 scalar.</summary>
    public static explicit operator Tensor(long value) => From([value], []);

    /// <summary>A bool scalar.</summary>
    public static explicit operator Tensor(bool value) => From([value], []);

    /// <summary>The int64 numbers 0 … <paramref name="stop"/> − 1.</summary>
    public static Tensor Arange(long stop) => Arange(0, stop);

    /// <summary>The integers from <paramref name="start"/> by <paramref name="step"/>, up to and without <paramref name="stop"/>; none if the step leads away from it.</summary>
    /// <exception cref="ShapeException">The step is 0, or there are too many numbers.</exception>
    public static unsafe Tensor Arange(long start, long stop, long step = 1, DType dtype = DType.Int64)
    {
        if (step == 0) throw new ShapeException($"arange from {start} to {stop}: the step is 0");
        Int128 distance = step > 0 ? (Int128)stop - start : (Int128)start - stop, stride = Int128.Abs(step);
        Int128 count = distance <= 0 ? 0 : (distance + stride - 1) / stride;
        if (count > int.MaxValue) throw new ShapeException($"arange from {start} to {stop} by {step}: {count} numbers are more than an axis holds");
        Tensor y = Empty([(int)count], DType.Int64, Device.Cpu);
        long* p = (long*)y.Pointer;
        for (long i = 0; i < y.Count; i++) p[i] = start + (i * step);
        GC.KeepAlive(y);
        return y.To(dtype);
    }

    /// <summary>
    /// The numbers start + i·step, up to and without <paramref name="stop"/>, each computed in float64: errors do not add up. Their number is ⌈(stop − start)/step⌉,
    /// which rounding can make one too large; where the count matters use <see cref="Linspace"/>.
    /// </summary>
    /// <exception cref="ShapeException">The step is 0, a bound is not finite, or there are too many numbers.</exception>
    public static Tensor Arange(double start, double stop, double step = 1, DType dtype = DType.Float32)
    {
        double count = Math.Ceiling((stop - start) / step);
        if (step == 0 || !double.IsFinite(start) || !double.IsFinite(stop) || !double.IsFinite(step) || count > int.MaxValue)
            throw new ShapeException($"arange from {start} to {stop} by {step}: bounds and step must be finite, the step not 0, and the numbers at most {int.MaxValue}");
        double[] values = new double[(int)Math.Max(count, 0)];
        for (int i = 0; i < values.Length; i++) values[i] = start + (i * step);
        return From(values).To(dtype);
    }

    /// <summary><paramref name="count"/> numbers at equal distances from <paramref name="start"/> to <paramref name="stop"/>, both among them exactly; one number is the start.</summary>
    /// <exception cref="ShapeException">The count is negative.</exception>
    public static Tensor Linspace(double start, double stop, int count, DType dtype = DType.Float32)
    {
        if (count < 0) throw new ShapeException($"linspace: {count} numbers");
        double[] values = new double[count];
        // From the nearer end, so that the sequence is symmetric and hits both ends.
        double step = (stop - start) / Math.Max(count - 1, 1);
        for (int i = 0; i < count; i++) values[i] = i < (count + 1) / 2 ? start + (i * step) : stop - ((count - 1 - i) * step);
        return From(values).To(dtype);
    }

    /// <summary>1 on the main diagonal of a <paramref name="rows"/> × <paramref name="columns"/> matrix (square if left out), 0 elsewhere.</summary>
    public static Tensor Eye(int rows, int? columns = null, DType dtype = DType.Float32)
    {
        Tensor y = Zeros([rows, columns ?? rows], dtype);
        using (Autograd.NoGrad()) y.Diagonal().Assign(1);
        return y;
    }
}
