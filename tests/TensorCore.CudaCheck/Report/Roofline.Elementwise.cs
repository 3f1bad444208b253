namespace TensorCore.CudaCheck;

internal static partial class Roofline
{
    // Others measure 90 % of the data sheet's bandwidth for plain copies on both devices (BabelStream); a launch of some 50 to 200 µs loses a little at its beginning and end.
    private static readonly (double, double) s_streaming = (0.88, 0.85), s_single = (0.75, 0.70), s_small = (0.05, 0.03);

    private const string Streaming =
        "each byte once, by 16-byte accesses that lie side by side. To keep its memory busy an A100's multiprocessor needs about 9 KB on their way (14 GB/s · 600 ns), an H100's about 18 KB; one 16-byte load of each "
        + "resident thread is up to 32 KB. What is missing to 100 % is what plain copies are missing too.";

    private const string Single = "one element a thread, side by side where the innermost stride is 1, so a warp moves 128 bytes at a time; the places are computed by multiplications instead of divisions, which costs issue slots but no memory time.";

    private static IEnumerable<RooflineRow> Elementwise() =>
    [
        Row("elementwise.cu contiguous", "unary T=bf16", "GELU of the MLP, (B·T, 4C)", 2 * BF16 * Rows * 4 * C, 20 * Rows * 4 * C, s_streaming, Streaming),
        Row("elementwise.cu contiguous", "unary_backward T=bf16", "its gradient: x, y, dy → dx", 4 * BF16 * Rows * 4 * C, 30 * Rows * 4 * C, s_streaming, Streaming),
        Row("elementwise.cu contiguous", "binary T=float", "a residual, (B·T, C) + (B·T, C)", 3 * F32 * Rows * C, 1 * Rows * C, s_streaming, Streaming),
        Row("elementwise.cu rows", "binary T=float", "a bias, (B·T, C) + (C)", 2 * F32 * Rows * C + F32 * C, 1 * Rows * C, s_streaming, Streaming),
        Row("elementwise.cu strided", "binary T=float", "(B, T, C) + a transpose of (B, C, T)", 3 * F32 * Rows * C, 1 * Rows * C, (0.25, 0.2),
            "the general case, one element a thread: a transposed input is read by 32-byte sectors of which a warp uses 4 bytes at once and the rest from the L2 cache, if it is still there. Ops that matter copy their input first."),
        Row("reduce.cu reduce_short_rows", "SumReduction T=float", "sums of (B·T) rows of C", F32 * Rows * C + F32 * Rows, 1 * Rows * C, s_streaming, Streaming),
        Row("reduce.cu reduce_long_rows", "SumReduction T=float", "sums of (B·T) rows of V", F32 * Rows * V + F32 * Rows, 1 * Rows * V, s_streaming, Streaming),
        Row("reduce.cu reduce_columns", "SumReduction T=float", "sums over (B·T) rows of 4C columns, a bias's gradient", F32 * Rows * 4 * C + F32 * 4 * C, 1 * Rows * 4 * C, s_single,
            "a warp reads 128 bytes of a row at a time, 4 bytes a thread, and each thread adds one after the other: eight warps a block and several blocks hide the latency, not the narrow loads."),
        Row("update.cu update", "Adam T=float", "AdamW over all parameters in one launch", 7 * F32 * P, 15 * P, s_streaming, Streaming),
        Row("norm_of_many.cu sum_of_squares", "T=float", "the gradients' norm", F32 * P, 2 * P, s_streaming, Streaming + " The sums are in float64, which costs nothing here; on sm_86 and 89, which have a 64th of the rate, it is the bound.", Unit.Float64),
        Row("norm_of_many.cu total", "T=float", "its partial sums", F64 * P / 8192, 1 * P / 8192, s_small, "one block for 120 KB: a few microseconds, whatever the bound.", Unit.Float64),
        Row("norm_of_many.cu scale_to_norm", "T=float", "the gradients scaled", 2 * F32 * P, 1 * P, s_streaming, Streaming),
        Row("cast.cu to_*", "T=float", "a weight's bf16 copy: all parameters", (F32 + BF16) * P, 1 * P, s_streaming, Streaming),
        Row("copy.cu copy_*", "T=uint8", "heads taken apart: (B, T, H, D) → (B, H, T, D), 16 bytes at a time", 2 * F32 * Rows * C, 0 * Rows, (0.82, 0.78), "runs of 256 bytes, 16 a thread; four loads of a thread are on their way before its first store."),
        Row("copy.cu spread_*", "T=uint8", "a value for each row written over C columns", F32 * Rows * C + F32 * Rows, 0 * Rows, s_streaming, Streaming),
        Row("copy.cu transpose_*", "T=uint8", "(B·T, C) → (C, B·T) in float32", 2 * F32 * Rows * C, 0 * Rows, (0.78, 0.72),
            "lines of 128 bytes are read and written by way of a tile in shared memory, whose 33rd column keeps both ways free of bank conflicts; the barrier in the middle lets loads and stores overlap only between blocks."),
        Row("add_strided.cu add_packs", "T=float", "a gradient added into a slice, (B·T, C)", 3 * F32 * Rows * C, 1 * Rows * C, s_streaming, Streaming),
        Row("add_strided.cu add_elements", "T=float", "the same where rows are not aligned", 3 * F32 * Rows * C, 1 * Rows * C, s_single, Single),
        Row("random.cu fill_uniform", "T=float", "(B·T, C)", F32 * Rows * C, 30 * Rows * C, (0.7, 0.7),
            "Philox takes about 100 integer instructions for four numbers; on the A100 that is as long as the writing, so neither is alone.", Unit.Int32),
        Row("random.cu fill_normal", "T=float", "(B·T, C)", F32 * Rows * C, 35 * Rows * C, (0.5, 0.5), "as the uniform numbers, and a logarithm, a root, a sine and a cosine for two of them.", Unit.Int32),
        Row("random.cu dropout", "T=bf16", "(B·T, C)", 2 * BF16 * Rows * C, 28 * Rows * C, (0.7, 0.7), "Philox decides, not memory: about 28 integer instructions an element.", Unit.Int32),
        Row("random_int.cu fill_int", "T=int64", "(B·T) numbers", I64 * Rows, 35 * Rows, s_small, "128 KB: the launch is longer than the work.", Unit.Int32),
        Row("random_int.cu fill_bernoulli", "T=float", "(B·T, C)", F32 * Rows * C, 27 * Rows * C, (0.7, 0.7), "as the uniform numbers.", Unit.Int32),
    ];
}
