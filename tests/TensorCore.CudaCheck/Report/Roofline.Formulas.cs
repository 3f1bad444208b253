namespace TensorCore.CudaCheck;

internal static partial class Roofline
{
    private const string Stream =
        "each byte once, by 16-byte accesses that lie side by side. To keep its memory busy an A100's multiprocessor needs about 9 KB on their way (14 GB/s · 600 ns), an H100's about 18 KB; one 16-byte load of each "
        + "resident thread is up to 32 KB. What is missing to 100 % is what plain copies are missing too (BabelStream measures some 90 %), and a launch's beginning and end";

    private const string Single = "one element a thread, side by side where the innermost stride is 1, so a warp moves 128 bytes at a time; the places are worked out by multiplications instead of divisions, which costs issue slots but no memory time";

    private const string Tiny = "less work than a launch takes: a few microseconds, whatever the bound";

    // A plain stream; one element a thread; less than a launch.
    private static (double, double) Streaming => (0.88, 0.85);

    private static (double, double) Singly => (0.75, 0.70);

    private static (double, double) AsLaunch => (0.05, 0.03);

    /// <summary>Elementwise formulas by rule: each kind at the size of the MLP's hidden layer, (R, 4C), with its inputs and outputs of float32; a formula counts as 20 operations, more than most have.</summary>
    private static IEnumerable<RooflineRow> Formulas() =>
    [
        .. Kind("unary", 1, 1), .. Kind("unary_backward", 3, 1), .. Kind("binary", 2, 1), .. Kind("ternary", 3, 1), .. Kind("compare", 2, 0.25), .. Kind("where", 2.25, 1), .. Kind("fill", 0, 1),
        Row("elementwise.cu contiguous", "unary T=bf16", "GELU, (R, 4C)", 2 * BF16 * R * 4 * C, 20 * R * 4 * C, (0.80, 0.75), "half the bytes for the same operations: instructions begin to show beside the memory"),
        Row("elementwise.cu rows", "binary T=float", "a bias, (R, 4C) + (4C)", 2 * F32 * R * 4 * C + F32 * 4 * C, 1 * R * 4 * C, (0.82, 0.80), "as contiguous, with one 32-bit division an axis for four elements; the vector stays in the L1 cache"),
        Row("elementwise.cu strided", "binary T=float", "(R, C) + a transpose of (C, R)", 3 * F32 * R * C, 1 * R * C, (0.25, 0.20),
            "the general case, one element a thread: a transposed input is read by 32-byte sectors of which a warp uses 4 bytes at once and the rest from the L2 cache, if it is still there. Ops that matter copy their input first"),
        Row("reduce.cu reduce_short_rows", "reduce T=float", "sums of R rows of C", F32 * R * C + F32 * R, 1 * R * C, Streaming, Stream),
        Row("reduce.cu reduce_long_rows", "reduce T=float", "sums of R rows of V", F32 * R * V + F32 * R, 1 * R * V, Streaming, Stream),
        Row("reduce.cu reduce_columns", "reduce T=float", "sums over R rows of 4C columns", F32 * R * 4 * C + F32 * 4 * C, 1 * R * 4 * C, Singly,
            "a warp reads 128 bytes of a row at a time, 4 bytes a thread, and each thread adds one after the other: eight warps a block and several blocks hide the latency, not the narrow loads"),
        Row("update.cu update", "update T=float", "AdamW, all parameters in one launch", 7 * F32 * P, 16 * P, (0.85, 0.83), "seven streams; 16 operations, a root and a division for 28 bytes; the table of parameters is read by every block, from the L2 cache"),
        Row("norm_of_many.cu sum_of_squares", "T=float", "the gradients' norm", F32 * P, 2 * P, (0.85, 0.82), "reads only. The sums are in float64, which costs nothing here; on sm_86 and 89, which have a 64th of the rate, it is the bound", Unit.Float64),
        Row("norm_of_many.cu total", "T=float", "its partial sums", F64 * P / 8192, 1 * P / 8192, AsLaunch, Tiny, Unit.Float64),
        Row("norm_of_many.cu scale_to_norm", "T=float", "the gradients scaled", 2 * F32 * P, 1 * P, Streaming, Stream),
    ];

    private static IEnumerable<RooflineRow> Kind(string kind, double inputs, double outputs)
    {
        yield return Row("elementwise.cu contiguous", $"{kind} T=float", "(R, 4C)", (inputs + outputs) * F32 * R * 4 * C, (kind is "where" or "fill" ? 0 : 20) * R * 4 * C, Streaming, Stream,
            bytesFormula: $"{inputs + outputs}·4·R·4·C", operationsFormula: $"{(kind is "where" or "fill" ? 0 : 20)}·R·4·C");
    }
}
