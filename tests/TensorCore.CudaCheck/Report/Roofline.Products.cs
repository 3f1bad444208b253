namespace TensorCore.CudaCheck;

internal static partial class Roofline
{
    private const string Ordinary =
        "the main loop's share of multiply-adds is a ceiling, since a scheduler starts one instruction a cycle; then the last wave of blocks, and register banks. Loops of this shape reach 94 % of cuBLAS (Boehm, SGEMM_CUDA). "
        + "An H100's multiprocessor starts as many a cycle at a higher clock, under a power limit";

    private const string Tensor =
        "an mma keeps an A100's tensor core busy for 8 cycles, so all other instructions of the loop fit beside it; lost are the fill of the stages, a barrier a tile and the end of the product. The fastest instructions of an H100 (wgmma) are not used: "
        + "mma.sync reaches some 60 % of its peak at most";

    private const string Weights = "each weight is read once, 16 bytes a thread and several on their way; x comes from shared memory";

    private static IEnumerable<RooflineRow> Products() =>
    [
        Row("matmul.cu matmul", "T=float TILE=128 TA=0 TB=0 ALIGNED=1", "4096³", 3 * F32 * 4096 * 4096, 2.0 * 4096 * 4096 * 4096, (0.85, 0.75), Ordinary),
        Row("matmul.cu matmul", "T=float TILE=128 TA=0 TB=1 ALIGNED=1", "MLP up, (R, C)·(C, 4C)", F32 * (R * C + C * 4 * C + R * 4 * C), 2 * R * C * 4 * C, (0.83, 0.73), Ordinary),
        Row("matmul.cu matmul", "T=double TILE=64 TA=0 TB=0 ALIGNED=1", "4096³", 3 * F64 * 4096 * 4096, 2.0 * 4096 * 4096 * 4096, (0.80, 0.75), "half as many multiply-adds a cycle as in float32, so the loads beside them weigh less; the tensor cores' float64 is not used", Unit.Float64),
        Row("matmul_tensor.cu matmul_tensor", "T=bf16 TILE=128 TA=0 TB=0 ALIGNED=1", "4096³", 3 * BF16 * 4096 * 4096, 2.0 * 4096 * 4096 * 4096, (0.75, 0.50), Tensor, Unit.BFloat16),
        Row("matmul_tensor.cu matmul_tensor", "T=float TILE=128 TA=0 TB=0 ALIGNED=1", "4096³", 3 * F32 * 4096 * 4096, 2.0 * 4096 * 4096 * 4096, (0.65, 0.45), "as bf16, with the rounding to tf32 and narrower reads of shared memory in the loop", Unit.Tf32),
        Row("matmul_tensor.cu matmul_tensor", "T=bf16 TILE=128 TA=0 TB=1 ALIGNED=1", "MLP up, (R, C)·(C, 4C)", BF16 * (R * C + C * 4 * C + R * 4 * C), 2 * R * C * 4 * C, (0.70, 0.47), "as 4096³, but with only C elements to sum the fill of the stages and the end weigh more", Unit.BFloat16),
        Row("matmul_tensor.cu matmul_tensor", "T=bf16 TILE=64 TA=0 TB=1 ALIGNED=0", "logits, (R, C)·(C, V)", BF16 * (R * C + C * V + R * V), 2 * R * C * V, (0.35, 0.25), "rows of V elements begin at odd addresses: values are copied one by one, and smaller tiles read more", Unit.BFloat16),
        Row("matmul_split.cu matmul_sum", "T=float", "a weight's gradient (C, C) in 8 parts", 9 * F32 * C * C, 8 * C * C, (0.70, 0.60), "a stream of 21 MB, part of it still in the L2 cache"),
        Row("matmul_vector.cu matmul_rows_dot", "T=bf16 ROWS=1", "logits of a token, (1, C)·(C, V), stored transposed", BF16 * C * V, 2 * C * V, (0.85, 0.80), Weights),
        Row("matmul_vector.cu matmul_rows_sum", "T=bf16 ROWS=1", "MLP up of a token, (1, C)·(C, 4C)", BF16 * C * 4 * C, 2 * C * 4 * C, (0.35, 0.25), Weights + "; but 4.7 MB are read in 3 µs, as long as a launch takes"),
        Row("linear.cu activation_backward", "T=bf16", "GELU's and a bias's gradients, (R, 4C)", 3 * BF16 * R * 4 * C, 20 * R * 4 * C, (0.78, 0.72), "two streams in, one out; the columns' sums stay in registers. The exponential shows beside half-size elements"),
        Row("linear.cu activation_backward_unaligned", "T=bf16", "the same where rows are not aligned", 3 * BF16 * R * 4 * C, 20 * R * 4 * C, (0.40, 0.35), "2 bytes a thread and access: a warp moves 64 bytes at a time"),
        Row("linear.cu bias_sum", "T=float", "a bias's gradient from 32 chunks, 4C columns", F32 * 33 * 4 * C, 32 * 4 * C, AsLaunch, Tiny),
        Row("linear.cu linear_finish", "T=bf16", "bias and GELU after cuBLAS, (R, 4C)", 3 * BF16 * R * 4 * C, 20 * R * 4 * C, (0.78, 0.72), "y is read and written, the pre-activation written; the exponential shows beside half-size elements"),
    ];
}
