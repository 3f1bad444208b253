namespace TensorCore.CudaCheck;

internal static partial class Roofline
{
    private static IEnumerable<RooflineRow> Products() => [];

    private static IEnumerable<RooflineRow> Attention() => [];

    private static IEnumerable<RooflineRow> RowKernels() => [];

    private static IEnumerable<RooflineRow> Convolutions() => [];

    private static IEnumerable<RooflineRow> Indexing() => [];

    private static IEnumerable<RooflineRow> Ceilings() =>
    [
        Row("ceilings.cu fma_ceiling", "T=float", "1,000,000 threads of 10,000 steps", F32 * 1, 16 * 1e6 * 1e4, (0.97, 0.95), "multiply-adds from registers, eight independent chains a thread and full occupancy: nothing but the loop's own counting stands in the way."),
        Row("ceilings.cu copy_ceiling", "T=float", "1 GiB copied", 2 * 1.07e9, 0 * 1e9, (0.9, 0.9), "a plain copy of 16 bytes a thread: what the device's memory gives at best."),
        Row("ceilings_tensor.cu mma_bf16_ceiling", "T=float", "31,250 warps of 10,000 steps", F32 * 1, 4 * 4096 * 31250 * 1e4, (0.95, 0.62), "mma from registers. On the H100 this instruction reaches about five eighths of the peak; the rest is reserved for its warp-group instruction (wgmma), which these kernels do not use.", Unit.BFloat16),
        Row("ceilings_tensor.cu mma_tf32_ceiling", "T=float", "31,250 warps of 10,000 steps", F32 * 1, 4 * 2048 * 31250 * 1e4, (0.95, 0.62), "as above, in tf32.", Unit.Tf32),
    ];
}
