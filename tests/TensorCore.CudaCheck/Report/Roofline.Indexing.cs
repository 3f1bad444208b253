namespace TensorCore.CudaCheck;

internal static partial class Roofline
{
    private const string RowsAnywhere = "rows of 3 KiB at any place: whole sectors, but less locality in the memory's pages";

    private const string ElementsAnywhere = "elements at any place: a sector of 32 bytes for each element of 4, unless neighbours are asked for together";

    private static IEnumerable<RooflineRow> Indexing() =>
    [
        Row("embedding.cu check_indices", "T=float", "R tokens", I64 * R, 2 * R, AsLaunch, Tiny),
        Row("embedding.cu gather_rows", "T=float", "R rows of C", 2 * F32 * R * C + I64 * R, 0 * R, (0.82, 0.80), RowsAnywhere),
        Row("embedding.cu scatter_rows", "T=float", "R rows of C into V", 3 * F32 * R * C + 2 * I64 * R, 1 * R * C, (0.60, 0.50), "a thread walks through a chunk of the sorted positions: few warps, each with one row on its way at a time"),
        Row("embedding.cu scatter_joins", "T=float", "runs over chunks", 2 * F32 * R * C / 32, 1 * R * C / 32, AsLaunch, Tiny),
        Row("gather.cu gather_*", "T=uint8", "(R, C) elements along the last axis", (F32 + F32 + I64) * R * C, 0 * R, (0.60, 0.55), ElementsAnywhere + "; four are on their way for each thread"),
        Row("gather.cu scatter_*", "T=uint8", "(R, C) elements along the last axis", (F32 + F32 + I64 + 4) * R * C, 0 * R, (0.45, 0.40), ElementsAnywhere + "; the winners' list is read too"),
        Row("gather.cu claim", "T=uint8", "(R, C) elements", (I64 + 4) * R * C, 1 * R * C, (0.40, 0.35), "an atomic maximum for each element, in the L2 cache", Unit.Int32),
        Row("gather.cu last_named", "T=uint8", "R rows", (I64 + 4 + U8) * R, 1 * R, AsLaunch, Tiny, Unit.Int32),
        Row("gather.cu select_rows_*", "T=uint8", "R rows of C", 2 * F32 * R * C + I64 * R, 0 * R, (0.82, 0.80), RowsAnywhere),
        Row("gather.cu write_rows_*", "T=uint8", "R rows of C", 2 * F32 * R * C + I64 * R, 0 * R, (0.80, 0.77), RowsAnywhere),
        Row("index_add.cu add_few_rows_*", "T=float", "512 rows of C", 3 * F32 * 512 * C, 1 * 512 * C, (0.20, 0.12), "each row looks through the list of 512 indices; about a launch's time"),
        Row("index_add.cu add_sorted_*", "T=float", "R rows of C into V", 3 * F32 * R * C + 8 * R, 1 * R * C, (0.70, 0.65), RowsAnywhere + "; four rows of a run are on their way"),
        Row("index_add.cu scatter_add_few", "T=float", "8 picks of each of R rows", (I64 + 3 * F32) * 8 * R, 8 * 8 * R, (0.30, 0.25), "each of a row's picks is compared with those before it, from the L1 cache"),
        Row("index_add.cu scatter_add_columns", "T=float", "R picks for each of C columns", (I64 + 3 * F32) * R * C, 1 * R * C, (0.10, 0.06), "a thread a column goes through all picks, so that equal ones add in their order: the price of the same bits each time where they cannot be sorted"),
        Row("index_sort.cu sort_keys", "T=int", "R·C places", (I64 + 4) * R * C, 6 * R * C, Streaming, Stream, Unit.Int32),
        Row("index_sort.cu sort_count", "T=int", "R·C keys, a pass", 4 * R * C, 4 * R * C, (0.60, 0.55), "an atomic addition in shared memory for each key, which equal digits delay", Unit.Int32),
        Row("index_sort.cu sort_scan", "T=int", "256 digits of 512 blocks", 8 * 256 * 512, 2 * 256 * 512, AsLaunch, "one block scans 0.5 MB: some ten microseconds, whatever the bound", Unit.Int32),
        Row("index_sort.cu sort_move", "T=int", "R·C keys and numbers, a pass", 16 * R * C, 40 * R * C, (0.45, 0.40), "warps rank their keys one digit's row after the other; stores go to 256 places at once, in runs of eight or so", Unit.Int32),
        Row("index_tensor.cu wrap_indices", "T=int64", "R·C indices", 2 * I64 * R * C, 3 * R * C, Singly, "8 bytes a thread", Unit.Int32),
        Row("index_tensor.cu join_indices", "T=int64", "R·C indices", 3 * I64 * R * C, 2 * R * C, Singly, "8 bytes a thread", Unit.Int32),
        Row("index_tensor.cu count_true", "T=int64", "a mask (R, C)", U8 * R * C, 1 * R * C, (0.70, 0.60), "16 bytes a thread, once: 12.6 MB in 8 µs", Unit.Int32),
        Row("index_tensor.cu scan_counts", "T=int64", "R·C/4096 counts", 2 * I64 * R * C / 4096, 2 * R * C / 4096, AsLaunch, Tiny, Unit.Int32),
        Row("index_tensor.cu true_positions", "T=int64", "a mask (R, C), half of it true", U8 * R * C + I64 * R * C / 2, 4 * R * C, (0.50, 0.45), "a thread writes its own positions one after the other: sectors are filled by the L2 cache", Unit.Int32),
        Row("index_tensor.cu coordinates", "T=int64", "R·C positions", 2 * I64 * R * C, 8 * R * C, Singly, "8 bytes a thread", Unit.Int32),
        Row("sort.cu sort_tiny", "T=float", "R·H rows of 32", (F32 + I64) * R * H * 32, 64 * R * H * 32, (0.60, 0.55), "32 shuffles and comparisons for each element", Unit.Int32),
        Row("sort.cu sort_tiles", "T=float", "R rows of 2,048", (F32 + I64) * R * 2048, 250 * R * 2048, (0.50, 0.45), "some 19 exchanges of eight in registers, then eight merges through shared memory", Unit.Int32),
        Row("sort.cu sort_merge", "T=float", "R rows of V, a pass", 16 * R * V, 30 * R * V, (0.55, 0.50), "a binary search in global memory for each tile, a merge path in shared memory for each thread", Unit.Int32),
        Row("sort.cu select_first", "T=float", "top 40 of R rows of V", F32 * R * V, 6 * R * V, (0.55, 0.50), "reads only, with two barriers for each 1,024 elements; the buffer is sorted seldom", Unit.Int32),
    ];
}
