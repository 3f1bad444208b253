namespace TensorCore.CudaCheck;

internal static partial class Roofline
{
    private static IEnumerable<RooflineRow> Convolutions() =>
    [
        Row("conv2d.cu correlate", "T=float TILE=64", "K of 3×3 over (N, K, S)", F32 * (2 * N * K * S + 9 * K * K), 2 * N * S * K * 9 * K, (0.65, 0.57), "a product whose right operand is gathered: addresses take instructions beside the FFMA, and with 64 channels a tile of 64×64"),
        Row("conv2d_weight.cu weight_gradient", "T=float TILE=64", "its weight's gradient", F32 * (2 * N * K * S + 9 * K * K), 2 * N * S * K * 9 * K, (0.60, 0.52), "both operands are gathered, and stored to shared memory transposed"),
        Row("conv2d_tensor.cu correlate_tensor", "T=bf16 TILE=64", "K of 3×3 over (N, K, S)", BF16 * (2 * N * K * S + 9 * K * K), 2 * N * S * K * 9 * K, (0.45, 0.30), "64×64 tiles for want of channels: twice the reads of a 128×128 tile's; the gathered operand's addresses", Unit.BFloat16),
        Row("conv2d_tensor_weight.cu weight_gradient_tensor", "T=bf16 TILE=64", "its weight's gradient", BF16 * (2 * N * K * S + 9 * K * K), 2 * N * S * K * 9 * K, (0.40, 0.27), "as above; the operands lie along the channels and are turned round by ldmatrix", Unit.BFloat16),
        Row("conv2d_parts.cu sum_parts_*", "T=float", "8 parts of a small image's result, 2 M elements", 9 * F32 * 2e6, 8 * 2e6, (0.75, 0.65), "a stream, in part still in the L2 cache"),
        Row("conv2d_parts.cu sum_weight_parts", "T=float", "64 parts of K·K·9", 65 * F32 * K * K * 9, 64 * K * K * 9, (0.30, 0.20), "9.6 MB, about a launch's time"),
        Row("conv_direct.cu direct", "T=float", "depthwise 3×3 over (N, K, S)", 2 * F32 * N * K * S, 18 * N * K * S, (0.50, 0.45), "nine loads from the L1 cache for each four positions' row, and their addresses, beside 8 bytes of memory an element"),
        Row("conv_direct.cu direct_transposed", "T=float", "its adjoint", 2 * F32 * N * K * S, 18 * N * K * S, (0.40, 0.35), "as direct, and a division for each tap of a stride above 1"),
        Row("conv_direct.cu direct_weight_gradient", "T=float", "its weight's gradient", 2 * F32 * N * K * S, 18 * N * K * S, (0.50, 0.45), "nine sums a thread; dy is read once, x from the L1 cache for each tap"),
        Row("pool.cu max_pool", "T=float", "3×3, step 2, of (N, K, S)", F32 * N * K * S * 1.25 + 4 * N * K * S / 4, 9 * N * K * S / 4, (0.55, 0.50), "a window a thread: neighbours' windows overlap in the L1 cache"),
        Row("pool.cu max_pool_2x2", "T=float", "2×2 of (N, K, S)", F32 * N * K * S * 1.25 + 4 * N * K * S / 4, 1 * N * K * S, (0.82, 0.79), "16 bytes of two rows a thread"),
        Row("pool.cu avg_pool", "T=float", "3×3, step 2, of (N, K, S)", F32 * N * K * S * 1.25, 9 * N * K * S / 4, (0.55, 0.50), "a window a thread: neighbours' windows overlap in the L1 cache"),
        Row("pool.cu avg_pool_2x2", "T=float", "2×2 of (N, K, S)", F32 * N * K * S * 1.25, 1 * N * K * S, (0.82, 0.79), "16 bytes of two rows a thread"),
        Row("pool.cu avg_pool_by_*", "T=float", "whole planes of (N, K, S)", F32 * N * K * S, 1 * N * K * S, (0.75, 0.72), "a warp or a block a plane, 4 bytes a thread and access"),
        Row("pool.cu spread_*", "T=float", "2×2's gradient, (N, K, S)", F32 * N * K * S * 1.25, 1 * N * K * S, (0.78, 0.74), "16 bytes are written at once, each value of a window read from the L1 cache"),
        Row("planes.cu gather_planes", "T=float", "max pooling's second gradient", 12 * N * K * S / 4, 1 * N * K * S / 4, (0.45, 0.40), "4 bytes at places that lie near one another: whole sectors are read for a part of them"),
        Row("planes.cu scatter_planes", "T=float", "2×2 max pooling's gradient", F32 * N * K * S + 8 * N * K * S / 4, 4 * N * K * S / 4, (0.40, 0.35), "sums in shared memory, a round with two barriers for each 256 elements; a block a plane"),
    ];
}
