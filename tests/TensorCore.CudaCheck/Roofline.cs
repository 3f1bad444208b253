namespace TensorCore.CudaCheck;

/// <summary>The unit that does a kernel's arithmetic.</summary>
internal enum Unit
{
    Float32,
    Tf32,
    BFloat16,
}

/// <summary>What a GPU does at best, from NVIDIA's data sheets (without sparsity): bytes and operations a second.</summary>
internal sealed record Gpu(string Name, double Bandwidth, double Float32, double Tf32, double BFloat16)
{
    public static readonly Gpu A100 = new("A100-SXM4-40GB", 1555e9, 19.5e12, 156e12, 312e12), H100 = new("H100-SXM", 3350e9, 67e12, 495e12, 989e12);

    public double Peak(Unit unit) => unit switch
    {
        Unit.Tf32 => Tf32,
        Unit.BFloat16 => BFloat16,
        _ => Float32,
    };
}

/// <summary>
/// A kernel at one size: the least bytes that it must move, its operations (a multiply-add counts two), and which share of the roofline's bound we expect on an A100 and an H100, with the
/// reason. Kernel and Defines find its figures: the first line of the budget with this file and kernel whose defines include these.
/// </summary>
internal sealed record RooflineLine(string File, string Kernel, string Defines, string What, Unit Unit, double Bytes, double Operations, int OnA100, int OnH100, string Reason)
{
    public double Intensity => Operations / Bytes;

    /// <summary>True if the device moves the bytes for longer than it computes.</summary>
    public bool IsBoundByMemory(Gpu gpu) => Bytes / gpu.Bandwidth >= Operations / gpu.Peak(Unit);

    /// <summary>The time below which no kernel can be, in seconds.</summary>
    public double Least(Gpu gpu) => Math.Max(Bytes / gpu.Bandwidth, Operations / gpu.Peak(Unit));
}

/// <summary>The kernels of a GPT-2 (124 million parameters, 16 sequences of 1024 tokens), a square product and a convolution, at their bounds.</summary>
internal static class Roofline
{
    private const double Batch = 16, T = 1024, Tokens = Batch * T, C = 768, V = 50257, Heads = 12, HeadDim = 64, Parameters = 124.4e6;
    private const double Float = 4, BFloat = 2;

    private const string Stream = "a pure stream of 16 bytes a thread and access, all warps resident: nothing but the memory's own losses (refresh, turning from reads to writes)";

    public static readonly RooflineLine[] All =
    [
        .. Streams(),
        .. Rows(),
        .. Attention(),
        Product("matmul.cu", "matmul", "T=float TILE=128 TA=0 TB=0 ALIGNED=1", "product, float32, 4096³", Unit.Float32, Float, 4096, 4096, 4096, 85, 75,
            "the share of FFMA in the main loop is a ceiling, since a scheduler starts one instruction a cycle; then the last wave of blocks, and register banks. On an H100 a multiprocessor starts as many a cycle but must find them at a higher clock and under a power limit"),
        Product("matmul_tensor.cu", "matmul_tensor", "T=float TILE=128 TA=0 TB=0 ALIGNED=1", "product, tf32, 4096³", Unit.Tf32, Float, 4096, 4096, 4096, 70, 50, Tensor),
        Product("matmul_tensor.cu", "matmul_tensor", "T=bf16 TILE=128 TA=0 TB=0 ALIGNED=1", "product, bfloat16, 4096³", Unit.BFloat16, BFloat, 4096, 4096, 4096, 75, 50, Tensor),
        Gpt("attention's inputs", C, 3 * C, 72, 48), Gpt("attention's output", C, C, 60, 40), Gpt("MLP, up", C, 4 * C, 72, 48), Gpt("MLP, down", 4 * C, C, 70, 45), Gpt("logits", C, V, 72, 48),
        Product("matmul.cu", "matmul", "T=float TILE=128 TA=0 TB=1 ALIGNED=1", "MLP, up, float32, 16384×768 by 3072", Unit.Float32, Float, Tokens, 4 * C, C, 83, 73, "as 4096³; 3072 tiles fill 216 places 14 times, the last wave a quarter"),
        .. Convolutions(),
    ];

    private const string Tensor = "an mma keeps an A100's tensor core busy for 8 cycles, so all other instructions of the loop fit beside it; lost are the fill of the stages, the barrier a tile and the end of the product. The fastest instructions of an H100 (wgmma) are not used: mma.sync reaches some 60 % of its peak at most";

    private static RooflineLine[] Streams()
    {
        double hidden = Tokens * 4 * C, n = Tokens * C;
        return
        [
            new("ceilings.cu", "copy_ceiling", "T=float", "copy of 256 MiB", Unit.Float32, 2 * 268435456.0, 0, 90, 90, Stream),
            new("elementwise.cu", "contiguous", "binary T=float", "x + y, 16384×768", Unit.Float32, 3 * Float * n, n, 88, 88, Stream),
            new("elementwise.cu", "contiguous", "unary T=float", "gelu, 16384×3072", Unit.Float32, 2 * Float * hidden, 20 * hidden, 87, 87, "some 20 operations an element against 8 bytes: far below the bound of arithmetic"),
            new("elementwise.cu", "contiguous", "unary T=bf16", "gelu, bfloat16, 16384×3072", Unit.Float32, 2 * BFloat * hidden, 20 * hidden, 80, 75, "half the bytes for the same operations: instructions begin to show beside the memory"),
            new("elementwise.cu", "contiguous", "unary_backward T=float", "gelu's gradient, 16384×3072", Unit.Float32, 4 * Float * hidden, 30 * hidden, 86, 86, "four streams; y is read although gelu needs only x and dy"),
            new("elementwise.cu", "rows", "binary T=float", "x + bias, 16384×3072", Unit.Float32, 2 * Float * hidden, hidden, 82, 80, "one 32-bit division an axis and 4 elements; the bias stays in L1"),
            new("random.cu", "dropout", "T=float", "dropout, 16384×768", Unit.Float32, 2 * Float * n, 25 * n, 80, 75, "ten rounds of Philox for 4 elements: two wide multiplications and four other instructions a round"),
            new("copy.cu", "transpose_4", "T=uint8", "(B, T, H, D) to (B, H, T, D), 32-bit elements", Unit.Float32, 2 * Float * n, 0, 80, 78, "through a tile in shared memory; both sides in whole sectors"),
            new("cast.cu", "to_bfloat16", "T=float", "float32 to bfloat16, 16384×768", Unit.Float32, (Float + BFloat) * n, n, 86, 85, Stream),
            new("update.cu", "update", "update T=float", "AdamW, 124 million parameters", Unit.Float32, 28 * Parameters, 16 * Parameters, 85, 83, "seven streams in one launch; 16 operations, a root and a division for 28 bytes"),
            new("norm_of_many.cu", "sum_of_squares", "T=float", "norm of all gradients", Unit.Float32, Float * Parameters, 2 * Parameters, 85, 82, "reads only; sums in double every so often"),
            new("reduce.cu", "reduce_columns", "reduce T=float", "bias gradient, 16384×3072 to 3072", Unit.Float32, Float * hidden, hidden, 80, 75, "reads only; a second launch joins the partial sums"),
            new("embedding.cu", "gather_rows", "T=float", "embedding, 16384 rows of 768", Unit.Float32, (2 * Float * n) + (8 * Tokens), 0, 82, 80, "rows of 3 KiB at any place: whole sectors, but less locality in DRAM pages"),
        ];
    }

    private static RooflineLine[] Rows()
    {
        double n = Tokens * C, logits = Tokens * V;
        return
        [
            new("norm.cu", "norm_rows_1", "T=float", "layer norm, 16384×768", Unit.Float32, 2 * Float * n, 8 * n, 85, 83, "a row is read once and kept in registers"),
            new("norm.cu", "norm_rows_1", "T=bf16", "layer norm, bfloat16, 16384×768", Unit.Float32, 2 * BFloat * n, 8 * n, 80, 76, "rows of 1.5 KiB: two reductions by shuffles for a few loads a lane"),
            new("norm.cu", "norm_backward_rows_1", "T=float", "layer norm's gradient, 16384×768", Unit.Float32, 3 * Float * n, 16 * n, 78, 75, "two streams in, one out, and the columns' sums for weight and bias, which take registers"),
            new("softmax.cu", "softmax_rows_2", "T=float LOG=0", "softmax, 16384·12 rows of 1024", Unit.Float32, 2 * Float * Tokens * Heads * T, 6 * Tokens * Heads * T, 85, 83, "a row is read once and kept in registers"),
            new("cross_entropy.cu", "cross_entropy", "T=bf16", "cross-entropy, bfloat16, 16384×50257", Unit.Float32, BFloat * logits, 4 * logits, 83, 78, "reads only, one pass with a running maximum; an exponential for 2 bytes"),
            new("cross_entropy.cu", "cross_entropy_backward", "T=bf16", "cross-entropy's gradient, bfloat16, 16384×50257", Unit.Float32, 2 * BFloat * logits, 4 * logits, 83, 80, "rows of 50257 elements begin at odd addresses: the first and last elements of a row go one by one"),
            new("batch_norm.cu", "batch_norm", "T=float", "batch norm, 128×64×56×56, with given statistics", Unit.Float32, 2 * Float * 128 * 64 * 56 * 56, 2.0 * 128 * 64 * 56 * 56, 85, 83, Stream),
        ];
    }

    private static RooflineLine[] Attention()
    {
        // Half of T×T scores count where it is causal; a product over them is 2·T²/2·D operations a head.
        double product = Batch * Heads * T * T * HeadDim, rows = Batch * Heads * T * HeadDim;
        const string Softmax = "exponentials and rescaling share the schedulers with the products, and the diagonal's tiles are computed whole";
        return
        [
            new("attention_tensor.cu", "attention_forward", "T=bf16 HEAD_DIM=64 ROW_TILES=2 HAS_MASK=0", "causal attention, bfloat16", Unit.BFloat16, 4 * BFloat * rows, 2 * product, 50, 33, Softmax + "; on an H100 without wgmma"),
            new("attention_tensor_backward.cu", "attention_backward_keys", "T=bf16 HEAD_DIM=64 HAS_MASK=0", "its gradient of keys and values", Unit.BFloat16, 6 * BFloat * rows, 4 * product, 42, 28, "four products; few warps for want of registers; " + Softmax),
            new("attention_tensor_backward.cu", "attention_backward_queries", "T=bf16 HEAD_DIM=64 HAS_MASK=0", "its gradient of queries", Unit.BFloat16, 5 * BFloat * rows, 3 * product, 42, 28, "three products; few warps for want of registers; " + Softmax),
            new("attention.cu", "attention_forward", "T=float", "causal attention, float32", Unit.Float32, 4 * Float * rows, 2 * product, 50, 45, "on the ordinary cores, operands from shared memory; " + Softmax),
        ];
    }

    private static RooflineLine[] Convolutions()
    {
        double image = 128.0 * 64 * 56 * 56, weights = 64.0 * 64 * 9, operations = 2 * image * 64 * 9;
        return
        [
            new("convolution.cu", "convolution", "T=float", "convolution, float32, 128×64×56×56, 64 of 3×3", Unit.Float32, Float * ((2 * image) + weights), operations, 70, 62, "a product of 401408×64 by 576 whose left operand is gathered: addresses take instructions beside the FFMA"),
            new("convolution_tensor.cu", "convolution", "T=bf16", "convolution, bfloat16, 128×64×56×56, 64 of 3×3", Unit.BFloat16, BFloat * ((2 * image) + weights), operations, 45, 30, "the gathered operand's addresses; 64 columns give small tiles"),
        ];
    }

    private static RooflineLine Gpt(string what, double k, double n, int a100, int h100) =>
        Product("matmul_tensor.cu", "matmul_tensor", "T=bf16 TILE=128 TA=0 TB=1 ALIGNED=1", $"{what}, bfloat16, 16384×{k} by {n}", Unit.BFloat16, BFloat, Tokens, n, k, a100, h100,
            k < 1000 ? "as 4096³, but with only 768 elements to sum the fill of the stages and the end weigh more" : "as 4096³");

    private static RooflineLine Product(string file, string kernel, string defines, string what, Unit unit, double size, double m, double n, double k, int a100, int h100, string reason) =>
        new(file, kernel, defines, what, unit, size * ((m * k) + (k * n) + (m * n)), 2 * m * n * k, a100, h100, reason);
}
