namespace TensorCore.CudaCheck;

/// <summary>
/// What a multiprocessor of an architecture has. Sources: the CUDA C++ Programming Guide, appendix "Compute Capabilities", table "Technical Specifications per Compute Capability"; the units in
/// which registers and shared memory are given out and the 1 KiB that the system keeps of each block from sm_80 on: the same guide, "Shared Memory" of 8.x and 9.0, and the occupancy calculator of
/// the CUDA toolkit (<c>cuda_occupancy.h</c>).
/// </summary>
internal sealed record Architecture(int Number, int Warps, int Blocks, int SharedBytes, int ReservedPerBlock, int SharedUnit)
{
    private const int Registers = 65536, Partitions = 4, RegisterUnit = 256, WarpSize = 32;

    public static readonly Architecture[] All =
    [
        new(70, 64, 32, 96 << 10, 0, 256),
        new(75, 32, 16, 64 << 10, 0, 256),
        new(80, 64, 32, 164 << 10, 1024, 128),
        new(86, 48, 16, 100 << 10, 1024, 128),
        new(89, 48, 24, 100 << 10, 1024, 128),
        new(90, 64, 32, 228 << 10, 1024, 128),
    ];

    public static Architecture Get(int number) => All.First(a => a.Number == number);

    /// <summary>The blocks that a multiprocessor holds at once; 0 if not even one fits.</summary>
    public int ResidentBlocks(int threads, int registers, int sharedBytes)
    {
        int warps = Up(threads, WarpSize) / WarpSize;
        // Each of the four partitions gives its registers to whole warps, in units of 256.
        int byRegisters = registers == 0 ? Blocks : Registers / Partitions / Up(registers * WarpSize, RegisterUnit) * Partitions / warps;
        int shared = Up(sharedBytes, SharedUnit) + ReservedPerBlock;
        int byShared = shared == 0 ? Blocks : SharedBytes / shared;
        return Math.Min(Math.Min(Blocks, Warps / warps), Math.Min(byRegisters, byShared));
    }

    /// <summary>The share of the warps that a multiprocessor could hold, 0 to 1.</summary>
    public double Occupancy(int threads, int registers, int sharedBytes) => (double)ResidentBlocks(threads, registers, sharedBytes) * (Up(threads, WarpSize) / WarpSize) / Warps;

    private static int Up(int value, int unit) => (value + unit - 1) / unit * unit;
}
