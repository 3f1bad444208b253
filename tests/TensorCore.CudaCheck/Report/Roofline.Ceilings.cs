namespace TensorCore.CudaCheck;

internal static partial class Roofline
{
    private const string Ladder = "Boehm's measurements of the same steps on an A6000, in shares of cuBLAS: 1 %, 9 %, 13 %, 69 %, 78 %, 94 %";

    private static IEnumerable<RooflineRow> Ceilings() =>
    [
        Row("ceilings.cu fma_ceiling", "T=float", "1,000,000 threads of 10,000 steps", F32 * 1, 16 * 1e6 * 1e4, (0.97, 0.95), "multiply-adds from registers, eight independent chains a thread and full occupancy: nothing but the loop's own counting stands in the way"),
        Row("ceilings.cu copy_ceiling", "T=float", "1 GiB copied", 2 * 1.07e9, 0 * 1e9, (0.90, 0.90), "a plain copy of 16 bytes a thread: what the device's memory gives at best"),
        Row("ceilings_tensor.cu mma_bf16_ceiling", "T=float", "31,250 warps of 10,000 steps", F32 * 1, 4 * 4096 * 31250 * 1e4, (0.95, 0.62), MmaSync, Unit.BFloat16),
        Row("ceilings_tensor.cu mma_tf32_ceiling", "T=float", "31,250 warps of 10,000 steps", F32 * 1, 4 * 2048 * 31250 * 1e4, (0.95, 0.62), MmaSync, Unit.Tf32),
        Study("1_naive", 0.02, 0.015, Ladder + ". 33 sectors for 32 multiply-adds"),
        Study("2_coalesced", 0.09, 0.08, Ladder + ". Two loads for each multiply-add"),
        Study("3_shared", 0.13, 0.12, Ladder + ". Two loads from shared memory for each multiply-add"),
        Study("4_register_tiles", 0.60, 0.52, Ladder + ". 16 loads for 64 multiply-adds"),
        Study("5_vectorised", 0.73, 0.65, Ladder + ". Four 128-bit loads for 64 multiply-adds"),
        Study("6_warp_tiles", 0.82, 0.73, Ladder + ". The next tile is on its way"),
        Row("study/7_tensor_cores.cu matmul", "T=bf16", "4096³", 3 * BF16 * 4096 * 4096, 2.0 * 4096 * 4096 * 4096, (0.70, 0.48), "as matmul_tensor.cu", Unit.BFloat16),
    ];

    private const string MmaSync = "mma from registers. On the H100 this instruction reaches about five eighths of the peak; the rest is reserved for its warp-group instruction (wgmma), which these kernels do not use";

    private static RooflineRow Study(string step, double a100, double h100, string reason) =>
        Row($"study/{step}.cu matmul", "T=float", "4096³", 3 * F32 * 4096 * 4096, 2.0 * 4096 * 4096 * 4096, (a100, h100), reason);
}
