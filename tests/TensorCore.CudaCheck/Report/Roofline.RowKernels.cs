namespace TensorCore.CudaCheck;

internal static partial class Roofline
{
    private const string RowKept = "a row is read once and kept in registers; reductions by shuffles are few beside its loads";

    private const string Logits = "rows of 50,257 elements begin at odd addresses: the first and last elements of a row go one by one";

    private static IEnumerable<RooflineRow> RowKernels() =>
    [
        Row("softmax.cu softmax_rows_*", "T=float LOG=0", "B·H·T rows of T", 2 * F32 * R * H * T, 6 * R * H * T, (0.85, 0.83), RowKept),
        Row("softmax.cu softmax_backward_rows_*", "T=float LOG=0", "B·H·T rows of T", 3 * F32 * R * H * T, 4 * R * H * T, (0.85, 0.83), RowKept),
        Row("softmax.cu softmax_long", "T=float LOG=1", "R rows of V", 2 * F32 * R * V, 6 * R * V, (0.60, 0.60), "a row is 200 KB: read twice, the second time from the shared memory of an H100 or through the L2 cache of an A100, which it shares with as many rows as there are multiprocessors. " + Logits),
        Row("softmax.cu softmax_backward_long", "T=float LOG=1", "R rows of V", 3 * F32 * R * V, 4 * R * V, (0.55, 0.55), "two walks, the second through the L2 cache. " + Logits),
        Row("norm.cu norm_rows_*", "T=float", "layer norm, R rows of C", 2 * F32 * R * C, 8 * R * C, (0.85, 0.83), RowKept),
        Row("norm.cu norm_rows_*", "T=bf16", "layer norm, R rows of C", 2 * BF16 * R * C, 8 * R * C, (0.80, 0.76), "rows of 1.5 KiB: two reductions by shuffles for few loads a lane"),
        Row("norm.cu norm_long", "T=float", "layer norm, R rows of 32,768", 2 * F32 * R * 32768, 8 * R * 32768, (0.60, 0.60), "three walks, two of them through the L2 cache, which holds the rows that are at work"),
        Row("norm.cu norm_backward_rows_*", "T=float", "R rows of C", 3 * F32 * R * C, 16 * R * C, (0.75, 0.72), "two streams in, one out, and the columns' sums for weight and bias in registers, which leaves fewer warps"),
        Row("norm.cu norm_column_sums", "T=float", "dw, db from 432 parts", 2 * F32 * 432 * C, 2 * 432 * C, (0.30, 0.15), "2.7 MB, in the L2 cache since they were written; about a launch's time"),
        Row("norm.cu norm_backward_long", "T=float", "R rows of 32,768", 3 * F32 * R * 32768, 12 * R * 32768, (0.55, 0.55), "two walks over two inputs, the second through the L2 cache"),
        Row("norm.cu norm_backward_columns", "T=float", "R rows of 32,768", 2 * F32 * R * 32768, 4 * R * 32768, Singly, "a thread a column: 128 bytes a warp and row, unrolled so that several rows are on their way"),
        Row("cross_entropy.cu cross_entropy", "T=bf16", "R rows of V", BF16 * R * V, 4 * R * V, (0.80, 0.72), "reads only, one pass with a running maximum; an exponential for each 2 bytes. " + Logits),
        Row("cross_entropy.cu cross_entropy_backward", "T=bf16", "R rows of V", 2 * BF16 * R * V, 4 * R * V, (0.80, 0.76), Logits),
        Row("cross_entropy.cu soft_cross_entropy", "T=bf16", "R rows of V", 2 * BF16 * R * V, 8 * R * V, (0.60, 0.55), "two walks over the logits, the second through the L2 cache. " + Logits),
        Row("cross_entropy.cu soft_cross_entropy_backward", "T=bf16", "R rows of V", 4 * BF16 * R * V, 8 * R * V, (0.75, 0.72), Logits),
        Row("batch_norm.cu channel_moments", "T=float", "(N, K, S)", F32 * N * K * S, 4 * N * K * S, (0.82, 0.80), "reads only, 16 values a thread at a time; a few divisions for each 16 values"),
        Row("batch_norm.cu column_moments", "T=float", "(R, C)", F32 * R * C, 4 * R * C, Singly, "a warp reads 128 bytes of a row at a time"),
        Row("batch_norm.cu join_*", "T=float", "K channels, 64 parts", F32 * 2 * K * 64, 8 * K * 64, AsLaunch, Tiny),
        Row("batch_norm.cu channel_sums", "T=float", "(N, K, S)", 2 * F32 * N * K * S, 3 * N * K * S, (0.84, 0.81), Stream),
        Row("batch_norm.cu column_sums", "T=float", "(R, C)", 2 * F32 * R * C, 3 * R * C, Singly, "a warp reads 128 bytes of two rows at a time"),
        Row("batch_norm.cu batch_norm", "T=float", "(N, K, S)", 2 * F32 * N * K * S, 2 * N * K * S, (0.85, 0.83), Stream),
        Row("batch_norm.cu batch_norm_backward", "T=float", "(N, K, S)", 3 * F32 * N * K * S, 4 * N * K * S, (0.85, 0.83), Stream),
        Row("rotate.cu rotate_halves", "T=float", "queries, (B, H, T, D)", 2 * F32 * R * C, 3 * R * C, Singly, "a pair a thread; the table of angles stays in the caches"),
        Row("rotate.cu rotate_halves_vector", "T=float", "queries, (B, H, T, D)", 2 * F32 * R * C, 3 * R * C, (0.84, 0.80), "16 bytes a thread and access; the table of angles stays in the caches"),
        Row("rotate.cu rotate_pairs", "T=float", "queries, (B, H, T, D)", 2 * F32 * R * C, 3 * R * C, (0.70, 0.65), "a pair of neighbours a thread, 4 bytes at a time"),
        Row("rotate.cu rotate_pairs_vector", "T=float", "queries, (B, H, T, D)", 2 * F32 * R * C, 3 * R * C, (0.84, 0.80), "16 bytes a thread and access; the table of angles stays in the caches"),
        Row("cumsum.cu cumsum_rows", "T=float", "R rows of C", 2 * F32 * R * C, 2 * R * C, (0.70, 0.65), "a scan by shuffles between load and store of each tile; the next tile is on its way"),
        Row("cumsum.cu cumsum_row_parts", "T=float", "chunks of 8 rows of 10⁷", F32 * 8e7, 1 * 8e7, (0.80, 0.76), "reads only"),
        Row("cumsum.cu cumsum_columns", "T=float", "along R rows of C columns", 2 * F32 * R * C, 1 * R * C, (0.50, 0.40), "a thread a column and chunk: 128 bytes a warp and row, few warps where there are few columns"),
        Row("argmax.cu arg_rows", "T=float", "R rows of V", F32 * R * V, 3 * R * V, (0.82, 0.78), "reads only; three integer instructions make an element's key"),
        Row("argmax.cu arg_columns", "T=float", "over R rows of C columns", F32 * R * C, 3 * R * C, Singly, "a warp reads 128 bytes of a row at a time"),
        Row("argmax.cu arg_join", "T=float", "R items, 4 chunks", 8 * 4 * R + I64 * R, 4 * R, AsLaunch, Tiny),
    ];
}
