using System.Runtime.Intrinsics;

namespace TensorCore.Cpu;

/// <summary>The vector widths that kernels run at.</summary>
public enum SimdLevel
{
    /// <summary>One element at a time: the naive twin of every vector path.</summary>
    Scalar,

    /// <summary>128 bits: SSE or NEON.</summary>
    V128,

    /// <summary>256 bits: AVX2 with FMA.</summary>
    V256,

    /// <summary>512 bits: AVX-512.</summary>
    V512,
}

/// <summary>Chooses the vector width: the widest the machine has, or what TENSORCORE_SIMD (scalar, 128, 256, 512) says.</summary>
public static class Simd
{
    /// <summary>The widest level this machine accelerates.</summary>
    public static SimdLevel Best { get; } =
        Vector512.IsHardwareAccelerated ? SimdLevel.V512
        : Vector256.IsHardwareAccelerated ? SimdLevel.V256
        : Vector128.IsHardwareAccelerated ? SimdLevel.V128
        : SimdLevel.Scalar;

    /// <summary>The level kernels run at from now on. Lowering it forces a narrower path; results may differ in the last bits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The machine does not have that width.</exception>
    public static SimdLevel Level
    {
        get;
        set => field = value <= Best ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"this machine's widest vectors are {Best}");
    } = FromEnvironment();

    private static SimdLevel FromEnvironment() => Environment.GetEnvironmentVariable("TENSORCORE_SIMD")?.ToLowerInvariant() switch
    {
        null or "" => Best,
        "scalar" => SimdLevel.Scalar,
        "128" => Min(SimdLevel.V128),
        "256" => Min(SimdLevel.V256),
        "512" => Min(SimdLevel.V512),
        string other => throw new InvalidOperationException($"TENSORCORE_SIMD={other}: use scalar, 128, 256 or 512"),
    };

    private static SimdLevel Min(SimdLevel wanted) => wanted <= Best ? wanted : Best;
}
