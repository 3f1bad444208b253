using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TensorCore.Cuda.Tests;

/// <summary>
/// The GPU that these tests run on: a real one if the machine has it, else the emulated one of <c>tests/cudaemu</c>, whose folder is named to the library before it first looks
/// for CUDA. With neither the tests are skipped and say what is missing.
/// </summary>
internal static class Gpu
{
    private const string Folders = "TENSORCORE_CUDA_LIBRARIES";

    /// <summary>Why there is no GPU; null if there is one.</summary>
    public static string? Missing { get; private set; }

    /// <summary>True on the emulated GPU.</summary>
    public static bool IsEmulated { get; private set; }

    /// <summary>The folder of the emulator's library.</summary>
    public static string EmulatorFolder { get; } = Path.Combine(Repository(), "tests", "cudaemu", "build");

    public static Device Device => Device.Cuda();

    [ModuleInitializer]
    internal static void Choose()
    {
        string? named = Environment.GetEnvironmentVariable(Folders);
        if (string.IsNullOrEmpty(named) && HasRealDevice()) return;
        string folder = string.IsNullOrEmpty(named) ? EmulatorFolder : named;
        if (!File.Exists(Path.Combine(folder, "libcuda.so.1")))
        {
            Missing = $"there is no GPU and no emulated one ({folder}): ./build.sh test builds it with g++ (apt-get install g++)";
            return;
        }
        IsEmulated = true;
        Environment.SetEnvironmentVariable(Folders, folder);
        // By a call: what is set in the environment here does not reach native code.
        if (Environment.GetEnvironmentVariable("CUDAEMU_MEMORY_MB") is null) Emulator.cudaemu_set_memory(192);
        // Every tensor its own allocation of its exact size, so that the emulator's checks see each one's bounds; no kernels from other runs' caches.
        CudaOptions.ExactAllocations = true;
        CudaOptions.KernelCacheFolder = null;
    }

    private static unsafe bool HasRealDevice()
    {
        if (!NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out nint driver)) return false;
        return NativeLibrary.TryGetExport(driver, "cuInit", out nint init) && ((delegate* unmanaged<uint, int>)init)(0) == 0;
    }

    private static string Repository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "TensorCore.sln"))) return folder.FullName;
        return AppContext.BaseDirectory;
    }
}

/// <summary>A test that needs a GPU, real or emulated.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GpuFactAttribute : FactAttribute
{
    public GpuFactAttribute(bool emulatedOnly = false) => Skip = Gpu.Missing ?? (emulatedOnly && !Gpu.IsEmulated ? "needs the emulated GPU's controls" : null);
}

/// <summary>A theory that needs a GPU, real or emulated.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GpuTheoryAttribute : TheoryAttribute
{
    public GpuTheoryAttribute() => Skip = Gpu.Missing;
}
