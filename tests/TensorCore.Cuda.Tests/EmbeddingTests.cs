namespace TensorCore.Cuda.Tests;

/// <summary>Rows by index: copies of every width, sums over indices that occur once, often, or always, and errors that name the index.</summary>
public sealed class EmbeddingTests
{
    public static readonly TheoryData<DType, int, int> Copies = new()
    {
        { DType.Float32, 1, 0 }, { DType.Float32, 3, 0 }, { DType.Float32, 64, 0 }, { DType.Float32, 768, 0 }, { DType.Float32, 64, 1 }, { DType.BFloat16, 40, 0 }, { DType.BFloat16, 5, 0 },
        { DType.Float64, 6, 0 }, { DType.Int32, 4, 0 }, { DType.Int64, 3, 0 }, { DType.Bool, 33, 0 }, { DType.Bool, 32, 0 }, { DType.Float32, 5000, 0 },
    };

    [GpuTheory]
    [MemberData(nameof(Copies))]
    public void Gather(DType dtype, int length, int offset) => RowsTwin.Compare(DType.Float32, 0, i =>
    {
        Tensor weight = i.Integers([(50 * length) + offset], 0, 100).To(dtype)[offset..].Reshape([50, length]), indices = i.Integers([37], 0, 50), y = i.Empty([37, length], dtype);
        i.Backend.GatherRows(weight, indices, y, length);
        return [y];
    });

    // (count, rows of the table, length, offset): few indices that differ, many; chunks that hold a run, cut it, lie within it.
    public static readonly TheoryData<int, int, int, int> Sums = new()
    {
        { 1, 5, 3, 0 }, { 17, 5, 8, 0 }, { 100, 1, 4, 0 }, { 300, 2, 5, 0 }, { 333, 1000, 12, 0 }, { 333, 7, 16, 1 }, { 3000, 60, 2, 0 }, { 20000, 3, 1, 0 },
    };

    [GpuTheory]
    [MemberData(nameof(Sums))]
    public void Scatter(int count, int size, int length, int offset)
    {
        foreach (DType dtype in (DType[])[DType.Float32, DType.BFloat16, DType.Float64])
        {
            // A sum of `count` numbers of either sign.
            RowsTwin.Compare(dtype, RowsTwin.Tolerance(dtype) * Math.Max(1, count / (double)size / 100), i =>
            {
                Tensor rows = i.Values([count, length], offset: offset), y = i.Values([size, length], offset: offset);
                i.Backend.ScatterAddRows(rows, i.Integers([count], 0, size), y, length);
                return [y];
            });
        }
    }

    [GpuFact]
    public void Sums_of_few_rows_have_the_bits_of_the_CPU() => RowsTwin.Compare(DType.Float32, 0, i =>
    {
        Tensor rows = i.Values([16, 7]), y = i.Values([3, 7]);
        i.Backend.ScatterAddRows(rows, i.Integers([16], 0, 3), y, 7);
        return [y];
    });

    [GpuFact]
    public void An_index_out_of_range_is_named_and_touches_nothing()
    {
        Tensor weight = Tensor.Ones([10, 4]).To(Gpu.Device), indices = Tensor.From([1L, 2, 3, 10, 4, 5], [2, 3]);
        string expected = Assert.Throws<ShapeException>(() => Tensor.Ones([10, 4]).Embedding(indices)).Message;
        Assert.Equal(expected, Assert.Throws<ShapeException>(() => Emulator.Checked((0, 0), () => weight.Embedding(indices.To(Gpu.Device)).To(Device.Cpu))).Message);

        Tensor logits = Tensor.Ones([3, 5]).To(Gpu.Device), targets = Tensor.From([1L, -100, -7], [3]);
        expected = Assert.Throws<ShapeException>(() => Loss.CrossEntropy(Tensor.Ones([3, 5]), targets)).Message;
        Assert.Equal(expected, Assert.Throws<ShapeException>(() => Emulator.Checked((0, 0), () => Loss.CrossEntropy(logits, targets.To(Gpu.Device)).To(Device.Cpu))).Message);
    }

    [GpuFact]
    public void Kernels_skip_indices_out_of_range()
    {
        Tensor indices = Tensor.From([1L, -1, 5, long.MaxValue, 2], [5]).To(Gpu.Device), table = Tensor.Zeros([3, 4]).To(Gpu.Device), rows = Tensor.Ones([5, 4]).To(Gpu.Device), y = Tensor.Ones([5, 4]).To(Gpu.Device);
        Emulator.Checked((0, 0), () =>
        {
            Gpu.Device.Backend.GatherRows(rows[..3].Contiguous(), indices, y, 4);
            Gpu.Device.Backend.ScatterAddRows(rows, indices, table, 4);
            return 0;
        });
        Assert.Equal([1, 0, 0, 0, 1], y.To(Device.Cpu)[.., 0].ToArray<float>());
        Assert.Equal([0, 1, 1], table.To(Device.Cpu)[.., 0].ToArray<float>());
    }
}
