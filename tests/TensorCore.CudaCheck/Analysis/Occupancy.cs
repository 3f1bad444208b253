namespace TensorCore.CudaCheck;

/// <summary>How many blocks a multiprocessor runs at once, and what it has no more of for another.</summary>
/// <param name="Blocks">Blocks; 0 if not even one fits.</param>
/// <param name="Share">Resident warps of the most there can be.</param>
/// <param name="Limit">What is used up: warps, blocks, registers or shared memory.</param>
internal readonly record struct Occupancy(int Blocks, double Share, string Limit)
{
    /// <summary>
    /// blocks = min(⌊warps / w⌋, blocks, ⌊⌊65536 / ⌈32·registers⌉₂₅₆⌋₄ / w⌋, ⌊shared / ⌈used + reserved⌉⌋) for blocks of w warps.
    /// </summary>
    public static Occupancy Of(Architecture a, int threads, int registers, int sharedBytes)
    {
        int warps = (threads + Architecture.WarpSize - 1) / Architecture.WarpSize;
        int registersPerWarp = RoundUp(registers * Architecture.WarpSize, Architecture.RegisterUnit);
        int warpsByRegisters = Architecture.Registers / registersPerWarp / Architecture.WarpUnit * Architecture.WarpUnit;
        int shared = RoundUp(sharedBytes + a.ReservedSharedBytes, a.SharedUnit);
        (int Blocks, string Limit)[] limits =
        [
            (a.MaxWarps / warps, "warps"),
            (a.MaxBlocks, "blocks"),
            (warpsByRegisters / warps, "registers"),
            (sharedBytes > a.MaxBlockSharedBytes ? 0 : shared == 0 ? int.MaxValue : a.SharedBytes / shared, "shared memory"),
        ];
        (int blocks, string limit) = limits.MinBy(l => l.Blocks);
        return new Occupancy(blocks, (double)(blocks * warps) / a.MaxWarps, limit);
    }

    private static int RoundUp(int n, int unit) => (n + unit - 1) / unit * unit;
}
