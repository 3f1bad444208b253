namespace TensorCore.CudaCheck;

internal static partial class Roofline
{
    private const string SoftmaxToo = "exponentials and rescaling share the schedulers with the products, and the diagonal's tiles are computed whole. FlashAttention-2 reaches 50 to 73 % of an A100's peak and 35 % of an H100's";

    /// <summary>Causal: half of the T×T scores count, and a product over them is 2·T²/2·D operations a head.</summary>
    private static IEnumerable<RooflineRow> Attention() =>
    [
        Row("attention_tensor.cu attention_forward", "T=bf16 HEAD_DIM=64 ROW_TILES=2 HAS_MASK=0", "causal, (B, H, T, D)", 4 * BF16 * R * C, 2 * B * H * T * T * D, (0.50, 0.33), SoftmaxToo, Unit.BFloat16),
        Row("attention_tensor_backward.cu attention_backward_keys", "T=bf16 HEAD_DIM=64 HAS_MASK=0", "causal, dk and dv", 6 * BF16 * R * C, 4 * B * H * T * T * D, (0.42, 0.28), "four products; two blocks of four warps a multiprocessor, as the registers allow; " + SoftmaxToo, Unit.BFloat16),
        Row("attention_tensor_backward.cu attention_backward_queries", "T=bf16 HEAD_DIM=64 HAS_MASK=0", "causal, dq", 5 * BF16 * R * C, 3 * B * H * T * T * D, (0.42, 0.28), "three products, two of them a second time; else as the keys' kernel", Unit.BFloat16),
        Row("attention_tiled.cu attention_forward", "T=float HEAD_DIM=64 HAS_MASK=0", "causal, (B, H, T, D)", 4 * F32 * R * C, 2 * B * H * T * T * D, (0.60, 0.52), OnCores),
        Row("attention_tiled.cu attention_backward_keys", "T=float HEAD_DIM=64 HAS_MASK=0", "causal, dk and dv", 6 * F32 * R * C, 4 * B * H * T * T * D, (0.60, 0.52), OnCores),
        Row("attention_tiled.cu attention_backward_queries", "T=float HEAD_DIM=64 HAS_MASK=0", "causal, dq", 5 * F32 * R * C, 3 * B * H * T * T * D, (0.60, 0.52), OnCores),
        Row("attention.cu attention_*", "T=float", "causal forward, for head sizes above 128", 4 * F32 * R * C, 2 * B * H * T * T * D, (0.25, 0.22), "the general kernel: 32×32 tiles, four multiply-adds for each five words read from shared memory, and a barrier a tile"),
        Row("attention_statistics.cu attention_statistics", "T=float", "Σ dy·y of each query", 2 * F32 * R * C + 12 * B * H * T, 2 * R * C, (0.80, 0.76), "two streams of 256-byte rows, eight threads each"),
        Row("attention_few.cu attention_few", "T=bf16 LANES=8 QUERIES=1", "a token's queries, B sequences of T keys", 2 * BF16 * R * C, 4 * R * C, (0.75, 0.65), "reads each key and value once, 16 bytes a thread, four keys of a group on their way; 50 MB in 32 µs, so the launch and the last wave show"),
        Row("attention_few.cu attention_few_combine", "T=bf16 LANES=8 QUERIES=1", "its 8 parts", F32 * 8 * B * H * (D + 4), 16 * B * H * D, AsLaunch, Tiny),
    ];

    private const string OnCores = "on the ordinary cores, both operands from shared memory into registers: the main loop's share of multiply-adds is a ceiling; softmax and the passage of weights through shared memory take their part, and the diagonal's tiles are computed whole";
}
