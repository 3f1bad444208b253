namespace TensorCore;

/// <summary>Choices for the CUDA devices, to be made before the first is used.</summary>
public static class CudaOptions
{
    /// <summary>
    /// Lets matrix products of float32 run on tensor cores in tf32: inputs rounded to 10 bits of mantissa, sums in float32. Several times faster on an A100 or later, about
    /// three decimal digits in each product. Off by default. Convolutions and attention of float32 never use it.
    /// </summary>
    public static bool AllowTf32 { get; set; } = Environment.GetEnvironmentVariable("TENSORCORE_CUDA_TF32") == "1";

    /// <summary>
    /// Whose matrix product runs: <c>null</c> takes cuBLAS where it is installed and ours elsewhere; <c>"own"</c> and <c>"cublas"</c> decide. Also set by the environment variable
    /// TENSORCORE_CUDA_MATMUL.
    /// </summary>
    public static string? MatrixProduct { get; set; } = Environment.GetEnvironmentVariable("TENSORCORE_CUDA_MATMUL");

    /// <summary>
    /// Gives every tensor an allocation of its own, in its exact size, so that a tool which watches bounds (compute-sanitizer) sees each: slow. Set by the environment variable
    /// TENSORCORE_CUDA_EXACT_ALLOCATIONS=1.
    /// </summary>
    public static bool ExactAllocations { get; set; } = Environment.GetEnvironmentVariable("TENSORCORE_CUDA_EXACT_ALLOCATIONS") == "1";

    /// <summary>
    /// Where compiled kernels are kept between runs; null keeps none. By default the folder <c>TensorCore/cuda</c> in the user's local application data, or what the environment
    /// variable TENSORCORE_CUDA_CACHE names.
    /// </summary>
    public static string? KernelCacheFolder { get; set; } = DefaultCacheFolder();

    private static string? DefaultCacheFolder()
    {
        if (Environment.GetEnvironmentVariable("TENSORCORE_CUDA_CACHE") is string { Length: > 0 } named) return named;
        string data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return data.Length == 0 ? null : Path.Combine(data, "TensorCore", "cuda");
    }
}
