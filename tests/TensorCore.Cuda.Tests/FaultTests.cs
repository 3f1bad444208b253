namespace TensorCore.Cuda.Tests;

/// <summary>Wrong values and failing calls: what is said, and that the device works on afterwards.</summary>
public sealed class FaultTests
{
    private static Tensor Indices(params long[] values) => Tensor.From(values, [values.Length], Gpu.Device);

    [GpuFact]
    public void An_index_out_of_range_is_reported_when_a_result_is_read()
    {
        Tensor table = Tensor.Ones([4, 3], device: Gpu.Device), x = Tensor.Arange(12).To(DType.Float32).Reshape(4, 3).To(Gpu.Device);
        (string Names, Func<Tensor> Call)[] calls =
        [
            ("embedding: index 4", () => table.Embedding(Indices(0, 4))),
            ("embedding: index -1", () => table.Embedding(Indices(-1, 1))),
            ("cross_entropy: index 3", () => Loss.CrossEntropy(x, Indices(0, 1, 2, 3))),
            ("gather: index 9", () => x.Gather(0, Indices(9, 0, 0).Reshape(1, 3))),
            ("index select: index -5", () => x.IndexSelect(0, Indices(-5))),
            ("index: index 7", () => x[Indices(7)]),
        ];
        foreach ((string names, Func<Tensor> call) in calls)
        {
            ShapeException e = Assert.Throws<ShapeException>(() => call().ToArray<float>());
            Assert.Contains(names, e.Message);
            // The fault is said once; what comes after is right.
            Assert.Equal(66, x.Sum().Item());
        }
    }

    [GpuFact]
    public void Wrong_weights_of_a_draw_are_reported()
    {
        foreach (double[] weights in (double[][])[[1, -1], [0, 0], [1, double.NaN], [double.PositiveInfinity, 1]])
            Assert.Throws<ArgumentException>(() => Tensor.From(weights, [2], Gpu.Device).Multinomial(1).ToArray<long>());
        Assert.Throws<ShapeException>(() => Tensor.From<double>([1, 0], [2], Gpu.Device).Multinomial(2).ToArray<long>());
    }

    [GpuFact]
    public void A_failing_call_names_the_function_the_error_and_its_meaning()
    {
        CudaKernel kernel = Gpu.Device.Gpu!.Kernels.Get("random_int.cu", "fill_int", DType.Int64, []);
        Tensor y = Tensor.Zeros([1], DType.Int64, Gpu.Device);
        CudaException e = Assert.Throws<CudaException>(() => kernel.Launch(1, 2048, 0, y, 1L, 1UL, 1UL, (Tensor?)null, 0L, 5UL));
        Assert.Equal("CUDA_ERROR_INVALID_VALUE", e.ErrorName);
        Assert.Equal(1, e.Code);
        Assert.StartsWith("cuLaunchKernel", e.Function);
        Assert.Contains("invalid argument", e.Message);
        Assert.Contains("fill_int", e.Message);
        Assert.Equal(2, (Tensor.Ones([2], device: Gpu.Device)).Sum().Item());
    }

    [GpuFact(emulatedOnly: true)]
    public void When_memory_runs_out_the_message_says_what_holds_it()
    {
        List<Tensor> held = [];
        OutOfMemoryException e = Assert.Throws<OutOfMemoryException>(() =>
        {
            for (int i = 0; i < 10_000; i++) held.Add(Tensor.Empty([16 << 20], DType.Bool, Gpu.Device));
        });
        Assert.Contains("cuda:0", e.Message);
        Assert.Contains("16,777,216", e.Message);
        Assert.Contains($"{held.Count} × 16,777,216 bytes", e.Message);
        // What is dropped comes back by itself.
        held.Clear();
        for (int i = 0; i < 12; i++) _ = Tensor.Empty([16 << 20], DType.Bool, Gpu.Device);
        Assert.Equal(3, Tensor.Ones([3], device: Gpu.Device).Sum().Item());
    }

    [GpuFact]
    public void Any_thread_may_use_the_device()
    {
        Tensor x = Tensor.Ones([1000], device: Gpu.Device);
        double[] sums = new double[4];
        Thread[] threads = [.. Enumerable.Range(0, sums.Length).Select(i => new Thread(() => sums[i] = (x * (i + 1)).Sum().Item()))];
        foreach (Thread t in threads) t.Start();
        foreach (Thread t in threads) t.Join();
        Assert.Equal([1000, 2000, 3000, 4000], sums);
    }

    [GpuFact]
    public void Memory_stays_flat_without_Dispose()
    {
        Tensor x = Tensor.Ones([1 << 20], device: Gpu.Device);
        BlockPool pool = Gpu.Device.Gpu!.MainPool;
        for (int i = 0; i < 40; i++) x = x.Clone();
        long before = pool.ReservedBytes;
        for (int i = 0; i < 300; i++) x = x.Clone(); // 1.2 GB in all
        Assert.True(pool.ReservedBytes <= before + (128L << 20), $"{before:N0} bytes grew to {pool.ReservedBytes:N0}");
        Assert.Equal(1, x[^1].Item());
    }
}
