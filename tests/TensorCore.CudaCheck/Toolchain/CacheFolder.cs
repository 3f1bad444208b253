namespace TensorCore.CudaCheck;

/// <summary>Where the tools and the figures of unchanged programs are kept: outside the repository, since the tools are NVIDIA's.</summary>
internal static class CacheFolder
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string Variable = "TENSORCORE_CUDA_CHECK_CACHE";

    /// <summary>The variable's folder, else <c>TensorCore/cuda-check</c> in the user's cache (XDG_CACHE_HOME, else <c>~/.cache</c>).</summary>
    public static string Path { get; } = Choose(Environment.GetEnvironmentVariable);

    internal static string Choose(Func<string, string?> variable)
    {
        if (variable(Variable) is { Length: > 0 } named) return System.IO.Path.GetFullPath(named);
        string cache = variable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return System.IO.Path.Combine(cache, "TensorCore", "cuda-check");
    }
}
