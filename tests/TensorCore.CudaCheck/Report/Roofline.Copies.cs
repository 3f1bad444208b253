namespace TensorCore.CudaCheck;

internal static partial class Roofline
{
    private static IEnumerable<RooflineRow> Copies() =>
    [
        Row("cast.cu to_*", "T=float", "to bf16, all parameters", (F32 + BF16) * P, 1 * P, Streaming, Stream),
        Row("copy.cu copy_*", "T=uint8", "heads taken apart: (B, T, H, D) → (B, H, T, D), 16 bytes at a time", 2 * F32 * R * C, 0 * R, (0.82, 0.78), "runs of 256 bytes, 16 a thread; four loads of a thread are on their way before its first store"),
        Row("copy.cu spread_*", "T=uint8", "a value for each row written over C columns", F32 * R * C + F32 * R, 0 * R, Streaming, Stream),
        Row("copy.cu transpose_*", "T=uint8", "(R, C) → (C, R)", 2 * F32 * R * C, 0 * R, (0.78, 0.72),
            "lines of 128 bytes are read and written by way of a tile in shared memory, whose odd width keeps both ways free of bank conflicts; the barrier in the middle lets loads and stores overlap only between blocks"),
        Row("add_strided.cu add_packs", "T=float", "a gradient added into a slice, (R, C)", 3 * F32 * R * C, 1 * R * C, Streaming, Stream),
        Row("add_strided.cu add_elements", "T=float", "the same where rows are not aligned", 3 * F32 * R * C, 1 * R * C, Singly, Single),
        Row("random.cu fill_uniform", "T=float", "(R, C)", F32 * R * C, 30 * R * C, (0.7, 0.7), Philox, Unit.Int32),
        Row("random.cu fill_normal", "T=float", "(R, C)", F32 * R * C, 35 * R * C, (0.4, 0.4), "as the uniform numbers, and a logarithm, a root, a sine and a cosine for two of them, in the CPU's own polynomials", Unit.Int32),
        Row("random.cu dropout", "T=float", "(R, C)", 2 * F32 * R * C, 28 * R * C, (0.7, 0.7), Philox, Unit.Int32),
        Row("random_int.cu fill_int", "T=int64", "R numbers", I64 * R, 35 * R, AsLaunch, Tiny, Unit.Int32),
        Row("random_int.cu fill_bernoulli", "T=float", "(R, C)", F32 * R * C, 27 * R * C, (0.7, 0.7), Philox, Unit.Int32),
        Row("multinomial.cu running_sums", "T=double", "B rows of V weights", 2 * F64 * B * V, 1 * B * V, (0.10, 0.05), "a block a row, so B multiprocessors are at work, and a thread adds 256 neighbours one after the other", Unit.Float64),
        Row("multinomial.cu draw_positions", "T=double", "a draw for each of B rows", 16 * F64 * B, 16 * B, AsLaunch, Tiny, Unit.Float64),
        Row("multinomial.cu arrival_times", "T=double", "B rows of V", 3 * F64 * B * V, 40 * B * V, (0.5, 0.5), "a logarithm and a division in float64 for each element; a few microseconds", Unit.Float64),
        Row("multinomial.cu check_weights", "T=double", "B rows of V", F64 * B * V, 3 * B * V, (0.10, 0.05), "a block a row: B multiprocessors are at work", Unit.Float64),
    ];

    private const string Philox = "ten rounds of Philox for four numbers, two wide multiplications and four other instructions each: some 28 integer instructions an element, which take as long as the memory on an A100; neither is alone";
}
