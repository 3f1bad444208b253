using TensorCore.Cuda;

namespace TensorCore.CudaCheck;

/// <summary>
/// What a multiprocessor of an architecture holds. Sources: CUDA C++ Programming Guide 12.4, table "Technical Specifications per Compute Capability" (warps, blocks, registers,
/// shared memory); the allocation units are those of NVIDIA's occupancy calculator (Nsight Compute; formerly CUDA_Occupancy_Calculator.xls).
/// </summary>
/// <param name="Number">The compute capability: 80 for sm_80.</param>
/// <param name="Devices">GPUs of this kind.</param>
/// <param name="MaxWarps">Warps on a multiprocessor.</param>
/// <param name="MaxBlocks">Blocks on a multiprocessor.</param>
/// <param name="SharedBytes">Shared memory of a multiprocessor.</param>
/// <param name="MaxBlockSharedBytes">Shared memory that a block can ask for.</param>
/// <param name="SharedUnit">Shared memory is given out in multiples of this.</param>
/// <param name="ReservedSharedBytes">What the system keeps for itself in each block.</param>
internal sealed record Architecture(int Number, string Devices, int MaxWarps, int MaxBlocks, int SharedBytes, int MaxBlockSharedBytes, int SharedUnit, int ReservedSharedBytes)
{
    // The same in all of them.
    public const int WarpSize = 32, Registers = 65536, RegisterUnit = 256, WarpUnit = 4;

    public static IReadOnlyList<Architecture> All { get; } =
    [
        new(70, "V100", 64, 32, 96 << 10, 96 << 10, 256, 0),
        new(75, "T4, RTX 20", 32, 16, 64 << 10, 64 << 10, 256, 0),
        new(80, "A100", 64, 32, 164 << 10, 163 << 10, 128, 1 << 10),
        new(86, "A10, RTX 30", 48, 16, 100 << 10, 99 << 10, 128, 1 << 10),
        new(89, "L4, RTX 40", 48, 24, 100 << 10, 99 << 10, 128, 1 << 10),
        new(90, "H100", 64, 32, 228 << 10, 227 << 10, 128, 1 << 10),
    ];

    /// <summary>The options of the library's compilations for it.</summary>
    public string CompilerOptions => KernelCache.Options($"sm_{Number}");

    /// <summary>The architecture of a number.</summary>
    public static Architecture Get(int number) => All.FirstOrDefault(a => a.Number == number) ?? throw new ArgumentException($"sm_{number} is not among {string.Join(", ", All.Select(a => a.Number))}");

    /// <inheritdoc/>
    public override string ToString() => $"sm_{Number}";
}
