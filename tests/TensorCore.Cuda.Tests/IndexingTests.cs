namespace TensorCore.Cuda.Tests;

/// <summary>
/// Reading, writing and adding by index against the CPU, bit for bit: with few indices and with so many that their targets are sorted, rows of every unit, positions named many times.
/// </summary>
public sealed class IndexingTests
{
    private static readonly DType[] s_types = [DType.Float32, DType.Float64, DType.Int32, DType.Int64];
    private static readonly DType[] s_moved = [DType.Float32, DType.Float64, DType.BFloat16, DType.Bool];

    private static Tensor Values(Device d, DType type, int seed, params int[] shape) => type switch
    {
        DType.Bool => OnBoth.Indices(d, 2, seed, shape).To(type),
        DType.BFloat16 => Tensor.From<float>(OnBoth.Values(Device.Cpu, DType.Float32, seed, shape).ToArray<float>(), shape).To(type).To(d),
        DType.Int32 or DType.Int64 => OnBoth.Indices(d, 1000, seed, shape).To(type),
        _ => OnBoth.Values(d, type, seed, shape),
    };

    /// <summary>outer, n, inner, picks.</summary>
    public static readonly TheoryData<int, int, int, int> Rows = new()
    {
        { 1, 7, 1, 5 },
        { 3, 11, 5, 20 },
        { 2, 50, 16, 40 },
        { 1, 9, 12, 512 },
        { 1, 300, 8, 700 },
        { 3, 5, 3, 1000 },
        { 1, 70000, 1, 5000 }, // three digits, several tiles
        { 1, 2, 4, 3000 },     // long runs
        { 4, 6, 2, 1 },
    };

    [GpuTheory]
    [MemberData(nameof(Rows))]
    public void Rows_are_read_written_and_added_as_on_the_CPU(int outer, int n, int inner, int picks)
    {
        string what = $"({outer}, {n}, {inner}) at {picks}";
        Tensor Index(Device d) => OnBoth.Indices(d, n, 1, picks);
        foreach (DType type in s_moved)
        {
            OnBoth.Check(d => Values(d, type, 1, outer, n, inner).IndexSelect(1, Index(d)), 0, $"select {what}, {type.Name()}");
            OnBoth.Check(
                d =>
                {
                    Tensor y = Values(d, type, 1, outer, n, inner);
                    y[TensorIndex.Ellipsis, Index(d), ..] = Values(d, type, 2, outer, picks, inner);
                    return y;
                },
                0, $"write {what}, {type.Name()}");
        }
        foreach (DType type in s_types)
            OnBoth.Check(d => Values(d, type, 1, outer, n, inner).IndexAdd(1, Index(d), Values(d, type, 2, outer, picks, inner)), 0, $"add {what}, {type.Name()}");
        // In bfloat16 by the backward of a selection: sums in float32, rounded once.
        OnBoth.Check(d => Backward(OnBoth.Values(d, DType.BFloat16, 1, outer, n, inner), x => x.IndexSelect(1, Index(d))), 0.005, $"add {what}, bfloat16");
        // Written in an order, only the last value has a gradient.
        OnBoth.Check(
            d => Backward(OnBoth.Values(d, DType.Float32, 2, outer, picks, inner), v =>
            {
                Tensor y = OnBoth.Values(d, DType.Float32, 1, outer, n, inner) * 1;
                y[TensorIndex.Ellipsis, Index(d), ..] = v;
                return y;
            }),
            0, $"last named {what}");
    }

    /// <summary>outer, n, inner, picks.</summary>
    public static readonly TheoryData<int, int, int, int> Elements = new()
    {
        { 1, 7, 1, 5 },
        { 40, 9, 1, 1 },
        { 5, 20, 13, 64 },
        { 3, 4, 10, 65 },
        { 1, 3, 1, 3000 },       // sorted, long runs
        { 2, 40000, 1, 2500 },   // sorted, three digits
        { 3, 5, 400, 70 },       // a thread a column
    };

    [GpuTheory]
    [MemberData(nameof(Elements))]
    public void Elements_are_gathered_scattered_and_added_as_on_the_CPU(int outer, int n, int inner, int picks)
    {
        string what = $"({outer}, {n}, {inner}) at {picks}";
        long many = CudaBackend.ManyColumns;
        Tensor Index(Device d) => OnBoth.Indices(d, n, 1, outer, picks, inner);
        foreach (DType type in s_moved)
        {
            OnBoth.Check(d => Values(d, type, 1, outer, n, inner).Gather(1, Index(d)), 0, $"gather {what}, {type.Name()}");
            OnBoth.Check(d => Values(d, type, 1, outer, n, inner).Scatter(1, Index(d), Values(d, type, 2, outer, picks, inner)), 0, $"scatter {what}, {type.Name()}");
        }
        try
        {
            CudaBackend.ManyColumns = 1000;
            foreach (DType type in s_types)
                OnBoth.Check(d => Values(d, type, 1, outer, n, inner).ScatterAdd(1, Index(d), Values(d, type, 2, outer, picks, inner)), 0, $"add {what}, {type.Name()}");
            OnBoth.Check(d => Backward(OnBoth.Values(d, DType.BFloat16, 1, outer, n, inner), x => x.Gather(1, Index(d))), 0.005, $"add {what}, bfloat16");
        }
        finally
        {
            CudaBackend.ManyColumns = many;
        }
    }

    [GpuFact]
    public void Masks_of_any_size_list_their_true_elements()
    {
        foreach (int[] shape in (int[][])[[0], [1], [15], [16], [4097], [13, 700], [5, 40, 33], [3, 0, 4]])
        {
            foreach (int of in (int[])[1, 2, 50])
            {
                Tensor Mask(Device d) => (OnBoth.Indices(d, of, 5, shape) == Tensor.Zeros([], DType.Int64, d)).To(d);
                for (int axis = 0; axis < shape.Length; axis++)
                    OnBoth.Check(d => IndexTensors.TruePositions(Mask(d))[axis], 0, $"axis {axis} of {new Shape(shape)}, 1 of {of}");
                if (shape.Length == 1) OnBoth.Check(d => IndexTensors.TruePositions(Mask(d)[Math.Min(3, shape[0])..])[0], 0, $"unaligned, {new Shape(shape)}");
            }
        }
    }

    [GpuFact]
    public void Several_index_tensors_join()
    {
        OnBoth.Check(d => Values(d, DType.Float32, 1, 9, 8, 7, 3)[OnBoth.Indices(d, 9, 1, 4, 1), OnBoth.Indices(d, 8, 2, 1, 5) - 8, .., OnBoth.Indices(d, 3, 3, 4, 5)], 0, "three");
    }

    [GpuFact]
    public void An_index_into_an_empty_axis_is_reported_and_reads_nothing()
    {
        Tensor x = Tensor.Zeros([2, 0, 3], device: Gpu.Device), index = Tensor.Zeros([4], DType.Int64, Gpu.Device);
        ShapeException e = Assert.Throws<ShapeException>(() => Emulator.Checked(Emulator.Schedules[0], () => x.IndexSelect(1, index).ToArray<float>()));
        Assert.Contains("axis 1 of size 0", e.Message);
    }

    /// <summary>dx for a fixed upstream gradient.</summary>
    private static Tensor Backward(Tensor x, Func<Tensor, Tensor> f)
    {
        x.RequiresGrad = true;
        Tensor y = f(x), dy = OnBoth.Values(x.Device, x.DType, 9, y.Shape.ToArray());
        return Autograd.Grad([y], [x], [dy])[0];
    }
}
