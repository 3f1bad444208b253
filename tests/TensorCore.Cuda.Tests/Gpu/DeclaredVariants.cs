using System.Collections.Concurrent;

namespace TensorCore.Cuda.Tests;

/// <summary>Holds the programs that the tests have run against what the sources declare: what NVIDIA's compiler never saw must not run.</summary>
internal static class DeclaredVariants
{
    private static readonly ConcurrentDictionary<string, ILookup<string, KernelVariant>> s_declared = [];
    private static readonly ConcurrentDictionary<(string, string), bool> s_checked = [];

    /// <summary>True while a test runs on purpose what only devices before this one need.</summary>
    public static bool OlderDevices { get; set; }

    /// <summary>Every program used so far is one that its source declares for this device.</summary>
    public static void Check()
    {
        foreach ((string file, string defines) in Gpu.Device.Gpu!.Kernels.Used.Keys)
        {
            if (!s_checked.TryAdd((file, defines), true)) continue;
            ILookup<string, KernelVariant> declared = s_declared.GetOrAdd(file, static f => KernelSource.Variants(KernelSource.File(f)).ToLookup(v => Ordered(v.ToString())));
            if (!declared[Ordered(defines)].Any(v => OlderDevices || v.IsFor(Gpu.Device.Gpu!.ComputeCapability)))
                Assert.Fail($"kernels/{file} was compiled with {defines}, which none of its '// variants' lines has for sm_{Gpu.Device.Gpu!.ComputeCapability}: add it there, so that ./build.sh cuda-check compiles it too");
        }
    }

    private static string Ordered(string defines) => string.Join(' ', defines.Split(' ').Order(StringComparer.Ordinal));
}
