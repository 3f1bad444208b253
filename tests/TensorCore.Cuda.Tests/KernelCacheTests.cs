namespace TensorCore.Cuda.Tests;

/// <summary>Compiled kernels on disk: used again, rebuilt where they are damaged or another's, safe for processes that compile at once.</summary>
public sealed class KernelCacheTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "tensorcore-cache-" + Path.GetRandomFileName());
    private readonly string? _before = CudaOptions.KernelCacheFolder;

    public KernelCacheTests()
    {
        if (Gpu.Missing is null) Tensor.Zeros([100], device: Gpu.Device).Sum().Item(); // the device's own cache has these then, and the folder only what a test puts there
        CudaOptions.KernelCacheFolder = _folder;
    }

    public void Dispose()
    {
        CudaOptions.KernelCacheFolder = _before;
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Gets a kernel from a fresh cache, as another process would, runs it, and tells how often the compiler ran.</summary>
    private static int Use()
    {
        CudaDevice gpu = Gpu.Device.Gpu!;
        KernelCache cache = new(gpu);
        CudaKernel kernel = cache.Get("random_int.cu", "fill_bernoulli", DType.Float32, []);
        Tensor y = Tensor.Zeros([100], device: Gpu.Device);
        kernel.Launch(1, 256, 0, y, 100L, 1UL, 2UL, (Tensor?)null, 1.0);
        Assert.Equal(100, y.Sum().Item());
        return cache.Compilations;
    }

    [GpuFact]
    public void The_second_use_compiles_nothing()
    {
        Assert.Equal(1, Use());
        Assert.Single(Directory.GetFiles(_folder));
        Assert.Equal(0, Use());
    }

    [GpuFact]
    public void A_damaged_file_is_rebuilt()
    {
        Use();
        string file = Directory.GetFiles(_folder).Single();
        byte[] good = File.ReadAllBytes(file);
        byte[][] bad = [[], good[..10], good[..^1], [.. good[..^1], (byte)(good[^1] ^ 1)], [.. "not a cubin"u8], new byte[good.Length]];
        foreach (byte[] content in bad)
        {
            File.WriteAllBytes(file, content);
            Assert.Equal(1, Use());
            Assert.Equal(good.Length, new FileInfo(file).Length);
            Assert.Equal(0, Use());
        }
    }

    [GpuFact]
    public void A_whole_file_that_the_driver_refuses_is_rebuilt()
    {
        Use();
        string file = Directory.GetFiles(_folder).Single();
        byte[] good = File.ReadAllBytes(file), image = [.. "of another driver"u8], magic = [.. "TensorCore cubin 1\n"u8];
        Assert.True(good.AsSpan().StartsWith(magic));
        File.WriteAllBytes(file, [.. magic, .. System.Security.Cryptography.SHA256.HashData(image), .. image]);
        Assert.Equal(1, Use());
        Assert.Equal(good.Length, new FileInfo(file).Length);
    }

    [GpuFact]
    public void Without_a_folder_that_can_be_written_kernels_compile_each_time()
    {
        File.WriteAllText(_folder, "a file where the folder should be");
        try
        {
            Assert.Equal(1, Use());
            Assert.Equal(1, Use());
        }
        finally
        {
            File.Delete(_folder);
        }
    }

    [GpuFact]
    public void Many_at_once_leave_one_whole_file()
    {
        Parallel.For(0, 8, _ => new KernelCache(Gpu.Device.Gpu!).Get("random_int.cu", "fill_bernoulli", DType.Bool, []));
        Assert.Equal(0, new Func<int>(() =>
        {
            KernelCache cache = new(Gpu.Device.Gpu!);
            cache.Get("random_int.cu", "fill_bernoulli", DType.Bool, []);
            return cache.Compilations;
        })());
        Assert.Single(Directory.GetFiles(_folder));
    }

    [GpuFact]
    public void A_kernel_that_does_not_compile_says_where()
    {
        CudaException e = Assert.Throws<CudaException>(() => new KernelCache(Gpu.Device.Gpu!).GetGenerated("a test", KernelSource.Program("random.cu", [("T", "no_such_type")]), "dropout"));
        Assert.Equal("nvrtcCompileProgram", e.Function);
        Assert.Contains("no_such_type", e.Message);
    }
}
