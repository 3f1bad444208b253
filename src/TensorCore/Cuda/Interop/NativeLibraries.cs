using System.Reflection;
using System.Runtime.InteropServices;

namespace TensorCore.Cuda.Interop;

/// <summary>
/// Finds NVIDIA's libraries when the first function of one is called, so that a machine without CUDA notices nothing. Looked at in this order: the folders of the
/// environment variable TENSORCORE_CUDA_LIBRARIES, the application's folder, the system's loader, and the folders under CUDA_PATH.
/// </summary>
internal static class NativeLibraries
{
    public const string Driver = "cuda", Nvrtc = "nvrtc", Blas = "cublas";

    /// <summary>The environment variable that names folders to look at first, separated as in PATH.</summary>
    public const string FoldersVariable = "TENSORCORE_CUDA_LIBRARIES";

    private static readonly Lock s_lock = new();
    private static readonly Dictionary<string, nint> s_loaded = [];
    private static bool s_registered;

    /// <summary>True once CUDA was asked for.</summary>
    public static bool IsRegistered
    {
        get
        {
            lock (s_lock) return s_registered;
        }
    }

    /// <summary>Makes this class answer for the imports of the three libraries. Called before the first of them.</summary>
    public static void Register()
    {
        lock (s_lock)
        {
            if (s_registered) return;
            NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
            s_registered = true;
        }
    }

    /// <summary>True if the library is there; loads it.</summary>
    public static bool Has(string library) => Load(library) != 0;

    /// <summary>The names tried for a library, newest first. Plain <c>libcuda.so</c> is left out: it is the linker's stub in the toolkit's folder.</summary>
    public static IReadOnlyList<string> FileNames(string library) => (library, OperatingSystem.IsWindows()) switch
    {
        (Driver, false) => ["libcuda.so.1"],
        (Driver, true) => ["nvcuda.dll"],
        (Nvrtc, false) => ["libnvrtc.so.13", "libnvrtc.so.12"],
        (Nvrtc, true) => ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll"],
        (Blas, false) => ["libcublas.so.13", "libcublas.so.12"],
        (Blas, true) => ["cublas64_13.dll", "cublas64_12.dll"],
        _ => [],
    };

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? path) => FileNames(library).Count == 0 ? 0 : Load(library);

    private static nint Load(string library)
    {
        lock (s_lock)
        {
            if (s_loaded.TryGetValue(library, out nint handle)) return handle;
            return s_loaded[library] = Find(library);
        }
    }

    private static nint Find(string library)
    {
        string? named = Environment.GetEnvironmentVariable(FoldersVariable);
        string[] first = [.. (named ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), AppContext.BaseDirectory];
        foreach (string folder in first)
            if (TryFolder(folder, library, out nint handle)) return handle;
        foreach (string file in FileNames(library))
            if (NativeLibrary.TryLoad(file, out nint handle)) return handle;
        if (Environment.GetEnvironmentVariable("CUDA_PATH") is string { Length: > 0 } toolkit)
        {
            foreach (string folder in (string[])["lib64", "lib", "bin", Path.Combine("bin", "x64")])
                if (TryFolder(Path.Combine(toolkit, folder), library, out nint handle)) return handle;
        }
        return 0;
    }

    private static bool TryFolder(string folder, string library, out nint handle)
    {
        handle = 0;
        foreach (string file in FileNames(library))
        {
            string path = Path.GetFullPath(Path.Combine(folder, file));
            if (!File.Exists(path)) continue;
            if (library == Nvrtc) LoadBuiltins(folder);
            if (NativeLibrary.TryLoad(path, out handle)) return true;
        }
        return false;
    }

    /// <summary>NVRTC opens libnvrtc-builtins by its bare name, which is found only if it is loaded already or on the loader's path.</summary>
    private static void LoadBuiltins(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder, OperatingSystem.IsWindows() ? "nvrtc-builtins*.dll" : "libnvrtc-builtins.so.*"))
            if (NativeLibrary.TryLoad(Path.GetFullPath(file), out _)) return;
    }
}
