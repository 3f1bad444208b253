using System.Collections.Concurrent;

namespace TensorCore.Cuda.Tests;

/// <summary>Holds the programs that the tests have run against what the sources declare: what NVIDIA's compiler never saw must not run.</summary>
internal static class DeclaredVariants
{
    private static readonly ConcurrentDictionary<string, HashSet<string>> s_declared = [];
    private static readonly ConcurrentDictionary<(string, string), bool> s_checked = [];

    /// <summary>Every program used so far is one that its source declares.</summary>
    public static void Check()
    {
        foreach ((string file, string defines) in Gpu.Device.Gpu!.Kernels.Used.Keys)
        {
            if (!s_checked.TryAdd((file, defines), true)) continue;
            HashSet<string> declared = s_declared.GetOrAdd(file, static f => [.. KernelSource.Variants(KernelSource.File(f)).Where(v => v.IsFor(Gpu.Device.Gpu!.ComputeCapability)).Select(v => Ordered(v.ToString()))]);
            if (!declared.Contains(Ordered(defines)))
                Assert.Fail($"kernels/{file} was compiled with {defines}, which none of its '// variants' lines has for sm_{Gpu.Device.Gpu!.ComputeCapability}: add it there, so that ./build.sh cuda-check compiles it too");
        }
    }

    private static string Ordered(string defines) => string.Join(' ', defines.Split(' ').Order(StringComparer.Ordinal));
}
