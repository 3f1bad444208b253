using System.Globalization;
using System.Runtime.CompilerServices;

namespace TensorCore.CudaCheck;

/// <summary>
/// The rows, kernel by kernel. Shapes are those of GPT-2 124M at a batch of 16 sequences of 1,024 tokens, and of the CNN example. Bytes and operations are C# expressions, which
/// the document prints as they stand.
/// </summary>
internal static partial class Roofline
{
    // GPT-2 124M: sequences, tokens, rows of tokens, channels, vocabulary, heads, their features, parameters.
    private const double B = 16, T = 1024, R = B * T, C = 768, V = 50257, H = 12, D = 64, P = 124.4e6;

    // A convolution: images, channels, positions.
    private const double N = 128, K = 64, S = 56 * 56;

    // Bytes of an element.
    private const double F32 = 4, BF16 = 2, F64 = 8, I64 = 8, U8 = 1;

    /// <summary>All rows, by the sections of the document.</summary>
    public static IReadOnlyList<Family> Families { get; } =
    [
        new("Formulas: elementwise functions, reductions, optimizers", [.. Formulas()]),
        new("Copies and random numbers", [.. Copies()]),
        new("Matrix products", [.. Products()]),
        new("Attention", [.. Attention()]),
        new("Softmax, norms, cross-entropy", [.. RowKernels()]),
        new("Convolution and pooling", [.. Convolutions()]),
        new("Indices and sorting", [.. Indexing()]),
        new("Ceilings and the study", [.. Ceilings()]),
    ];

    /// <summary>All rows.</summary>
    public static IReadOnlyList<RooflineRow> All { get; } = [.. Families.SelectMany(f => f.Rows)];

    private static RooflineRow Row(
        string kernel,
        string variant,
        string shape,
        double bytes,
        double operations,
        (double A100, double H100) expected,
        string reason,
        Unit unit = Unit.Float32,
        [CallerArgumentExpression(nameof(bytes))] string bytesFormula = "",
        [CallerArgumentExpression(nameof(operations))] string operationsFormula = "")
    {
        string[] names = kernel.Split(' ', 2);
        return new RooflineRow(names[0], names[1], variant, shape, bytes, Formula(bytesFormula), operations, Formula(operationsFormula), unit, expected, reason);
    }

    private static string Formula(string expression) =>
        expression.Replace(" * ", "·", StringComparison.Ordinal).Replace("F32", "4", StringComparison.Ordinal).Replace("BF16", "2", StringComparison.Ordinal)
            .Replace("F64", "8", StringComparison.Ordinal).Replace("I64", "8", StringComparison.Ordinal).Replace("U8", "1", StringComparison.Ordinal);

    /// <summary>A number of three digits with its power of a thousand: <c>25.2 M</c>.</summary>
    public static string Short(double x)
    {
        string[] powers = ["", " k", " M", " G", " T", " P"];
        int power = 0;
        for (; x >= 999.5 && power + 1 < powers.Length; power++) x /= 1000;
        return x.ToString(x >= 99.5 ? "F0" : x >= 9.95 ? "F1" : "F2", CultureInfo.InvariantCulture) + powers[power];
    }
}
