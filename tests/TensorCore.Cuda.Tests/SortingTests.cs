namespace TensorCore.Cuda.Tests;

/// <summary>Sorting, selection, extrema, running sums and draws: positions must be those of the CPU exactly, in every way that a row is spread over threads.</summary>
public sealed class SortingTests
{
    // (rows, n): ranked in a warp, a tile, a full tile, two tiles, an odd number of tiles.
    public static readonly TheoryData<int, int> Rows = new() { { 70, 1 }, { 33, 3 }, { 9, 32 }, { 5, 33 }, { 3, 300 }, { 2, 2048 }, { 2, 2049 }, { 1, 10241 } };

    public static readonly TheoryData<DType> Types = [DType.Float32, DType.Float64, DType.Int32, DType.Int64, DType.Bool];

    [GpuTheory]
    [MemberData(nameof(Rows))]
    public void Sort(int rows, int n) => SameOrder(DType.Float32, rows, n, [n, Math.Max(1, n / 3)]);

    [GpuTheory]
    [MemberData(nameof(Types))]
    public void Sort_of_each_dtype(DType dtype)
    {
        SameOrder(dtype, 5, 20, [20, 3]);
        SameOrder(dtype, 2, 700, [700, 200]);
        SameOrder(dtype, 1, 5000, [5000, 2000, 40]);
    }

    // (rows, n, k): one segment a row, many, more selected than in one tile together.
    [GpuTheory]
    [InlineData(300, 2100, 5)]
    [InlineData(1, 50257, 50)]
    [InlineData(1, 20000, 1)]
    [InlineData(2, 60000, 512)]
    public void Top_k(int rows, int n, int k) => SameOrder(DType.Float32, rows, n, [k]);

    [GpuFact]
    public void Top_k_of_rows_in_the_worst_order() => SameBits(i =>
    {
        // Each element comes before all so far: the buffer fills again and again.
        Tensor x = Tensor.Arange(0, 9000).To(DType.Float32).To(i.Device).Reshape([1, 9000]), y = i.Empty([1, 100], DType.Int64);
        i.Backend.ArgTopK(x, y, 1, 9000, 100, largest: true);
        return [y];
    });

    // (outer, n, inner): part of a warp, a block, chunks of a row; columns, chunks of columns.
    public static readonly TheoryData<int, int, int> Axes = new()
    {
        { 70, 1, 1 }, { 70, 3, 1 }, { 9, 100, 1 }, { 3, 1025, 1 }, { 2, 40001, 1 }, { 3, 5, 4 }, { 1, 40, 33 }, { 2, 3000, 5 }, { 2, 1, 7 },
    };

    [GpuTheory]
    [MemberData(nameof(Axes))]
    public void Argmax(int outer, int n, int inner) => SameBits(i =>
    {
        List<Tensor> results = [];
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64, DType.Int32, DType.Int64])
        {
            Tensor x = Keys(i, dtype, [outer, n, inner], withNaN: results.Count == 0), most = i.Empty([outer, inner], DType.Int64), least = i.Empty([outer, inner], DType.Int64);
            i.Backend.ArgExtremum(x, most, outer, n, inner, largest: true);
            i.Backend.ArgExtremum(x, least, outer, n, inner, largest: false);
            results.AddRange([most, least]);
        }
        return [.. results];
    });

    [GpuTheory]
    [MemberData(nameof(Axes))]
    public void Running_sums(int outer, int n, int inner)
    {
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
            RowsTwin.Compare(dtype, 5 * RowsTwin.Tolerance(dtype), i => Sums(i, i.Values([outer, n, inner])));
        SameBits(i => Sums(i, i.Integers([outer, n, inner], long.MinValue / 4, long.MaxValue / 4)));

        Tensor[] Sums(RowsInputs i, Tensor x)
        {
            Tensor y = i.Empty([outer, n, inner], x.DType), reverse = i.Empty([outer, n, inner], x.DType);
            i.Backend.CumSum(x, y, outer, n, inner, reverse: false);
            i.Backend.CumSum(x, reverse, outer, n, inner, reverse: true);
            return [y, reverse];
        }
    }

    [GpuTheory]
    [InlineData(3, 10, 200)]
    [InlineData(2, 256, 1000)]
    [InlineData(1, 300, 1000)]
    [InlineData(1, 70000, 50)]
    public void Draws(int rows, int n, int k) => SameBits(i =>
    {
        // Every third weight is 0, and so are the last ones.
        double[] weights = new double[rows * n];
        Random random = new(4);
        for (int j = 0; j < weights.Length; j++) weights[j] = j % 3 == 1 || j % n >= n - 2 ? 0 : random.Next(1, 1 << 20);
        Tensor w = Tensor.From(weights, [rows, n]).To(i.Device), u = Uniform(i, [rows, k], random), y = i.Empty([rows, k], DType.Int64);
        i.Backend.Multinomial(w, u, y, rows, n, k, replacement: true);
        int few = Math.Min(k, n / 2);
        Tensor v = Uniform(i, [rows, n], random), once = i.Empty([rows, few], DType.Int64);
        i.Backend.Multinomial(w, v, once, rows, n, few, replacement: false);
        return [y, once];
    });

    [GpuTheory]
    [InlineData(new double[] { 1, 2, -3, 4 }, typeof(ArgumentException), "weight 0 of row 1 is -3")]
    [InlineData(new double[] { 1, 2, 3, double.NaN }, typeof(ArgumentException), "weight 1 of row 1 is NaN")]
    [InlineData(new double[] { double.PositiveInfinity, 2, 3, 4 }, typeof(ArgumentException), "weight 0 of row 0")]
    [InlineData(new double[] { 1, 2, 0, 0 }, typeof(ArgumentException), "row 1 of 2 weights has none above 0")]
    [InlineData(new double[] { 1, 2, 1e308, 1e308 }, typeof(ArgumentException), "row 1 add up to more")]
    [InlineData(new double[] { 1, 2, 0, 4 }, typeof(ShapeException), "2 samples without replacement from row 1, which has 1")]
    public void Weights_that_cannot_be_drawn_from(double[] weights, Type exception, string message)
    {
        Tensor w = Tensor.From(weights, [2, 2]);
        string cpu = Assert.Throws(exception, () => w.Multinomial(2)).Message;
        Exception gpu = Assert.Throws(exception, () => w.To(Gpu.Device).Multinomial(2).To(Device.Cpu));
        Assert.Contains(message, gpu.Message, StringComparison.Ordinal);
        Assert.Equal(cpu, gpu.Message);
    }

    private static Tensor Uniform(RowsInputs i, int[] shape, Random random)
    {
        double[] u = new double[Shape.ElementCount(shape)];
        for (int j = 0; j < u.Length; j++) u[j] = random.NextDouble();
        u[0] = 0;
        u[^1] = 1 - Math.Pow(2, -53);
        return Tensor.From(u, shape).To(i.Device);
    }

    private static void SameOrder(DType dtype, int rows, int n, int[] firsts) => SameBits(i =>
    {
        Tensor x = Keys(i, dtype, [rows, n], withNaN: true), up = i.Empty([rows, n], DType.Int64), down = i.Empty([rows, n], DType.Int64);
        List<Tensor> results = [];
        if (firsts[0] == n)
        {
            i.Backend.ArgSort(x, up, rows, n, descending: false);
            i.Backend.ArgSort(x, down, rows, n, descending: true);
            results.AddRange([up, down]);
        }
        foreach (int k in firsts)
        {
            Tensor most = i.Empty([rows, k], DType.Int64), least = i.Empty([rows, k], DType.Int64);
            i.Backend.ArgTopK(x, most, rows, n, k, largest: true);
            i.Backend.ArgTopK(x, least, rows, n, k, largest: false);
            results.AddRange([most, least]);
        }
        return [.. results];
    });

    /// <summary>Numbers of which many are equal, with infinities, zeros of both signs and (in floats) NaN.</summary>
    private static Tensor Keys(RowsInputs i, DType dtype, int[] shape, bool withNaN)
    {
        Tensor x = i.Integers(shape, -400, 400).To(Device.Cpu);
        if (!dtype.IsFloat()) return x.To(dtype).To(i.Device);
        double[] values = x.To(DType.Float64).ToArray<double>();
        for (int j = 0; j < values.Length; j++)
        {
            values[j] = values[j] switch
            {
                0 when j % 2 == 0 => -0.0,
                390 => double.PositiveInfinity,
                -390 => double.NegativeInfinity,
                > 395 when withNaN => double.NaN,
                < -397 when withNaN => -double.NaN,
                _ => values[j] / 8,
            };
        }
        return Tensor.From(values, shape).To(dtype).To(i.Device);
    }

    private static void SameBits(Func<RowsInputs, Tensor[]> run) => RowsTwin.Compare(DType.Float32, 0, run);
}
