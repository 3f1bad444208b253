using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace TensorCore.CudaCheck;

/// <summary>What computes the operations.</summary>
internal enum Unit
{
    /// <summary>Ordinary cores in float32.</summary>
    Float32,

    /// <summary>Ordinary cores in float64.</summary>
    Float64,

    /// <summary>Ordinary cores in 32-bit integers; every instruction is one operation.</summary>
    Int32,

    /// <summary>Tensor cores, tf32 inputs.</summary>
    Tf32,

    /// <summary>Tensor cores, bf16 inputs.</summary>
    BFloat16,
}

/// <summary>
/// A device's peaks by its data sheet: bytes and operations a second, a multiply-add being two. Sources: NVIDIA A100 Tensor Core GPU Data Sheet (SXM, 40 GB) and NVIDIA H100 Tensor Core GPU Data Sheet
/// (SXM5), dense. Integers: 64 instructions a clock and multiprocessor (CUDA C++ Programming Guide, "Arithmetic Instructions"), where float32 has 64 multiply-adds on the A100 and 128 on the H100.
/// </summary>
internal sealed record RooflineDevice(string Name, int Architecture, double Bandwidth, IReadOnlyDictionary<Unit, double> Peaks)
{
    public static RooflineDevice A100 { get; } = new("A100", 80, 1555e9, new Dictionary<Unit, double>
    {
        [Unit.Float32] = 19.5e12, [Unit.Float64] = 9.7e12, [Unit.Int32] = 19.5e12 / 2, [Unit.Tf32] = 156e12, [Unit.BFloat16] = 312e12,
    });

    public static RooflineDevice H100 { get; } = new("H100", 90, 3350e9, new Dictionary<Unit, double>
    {
        [Unit.Float32] = 67e12, [Unit.Float64] = 34e12, [Unit.Int32] = 67e12 / 4, [Unit.Tf32] = 495e12, [Unit.BFloat16] = 989e12,
    });

    public static IReadOnlyList<RooflineDevice> All { get; } = [A100, H100];
}

/// <summary>A kernel at a typical shape against the least time that its bytes and its operations take.</summary>
/// <param name="File">The source.</param>
/// <param name="Kernel">The kernel, or several: <c>copy_*</c>.</param>
/// <param name="Variant">The specialisation whose figures stand beside it, a line of the budget.</param>
/// <param name="Shape">The problem.</param>
/// <param name="Bytes">Read from and written to the device's memory, each once.</param>
/// <param name="BytesFormula">How they are counted.</param>
/// <param name="Operations">Of the unit; a multiply-add is two.</param>
/// <param name="OperationsFormula">How they are counted.</param>
/// <param name="Unit">What computes them.</param>
/// <param name="Expected">The share of the bound that is expected of the A100 and the H100.</param>
/// <param name="Reason">Why.</param>
internal sealed record RooflineRow(
    string File, string Kernel, string Variant, string Shape, double Bytes, string BytesFormula, double Operations, string OperationsFormula, Unit Unit, (double A100, double H100) Expected, string Reason)
{
    /// <summary>Operations for each byte.</summary>
    public double Intensity => Operations / Bytes;

    /// <summary>The intensity from which on a device is bound by arithmetic.</summary>
    public double Ridge(RooflineDevice device) => device.Peaks[Unit] / device.Bandwidth;

    public bool IsBoundByMemory(RooflineDevice device) => Intensity < Ridge(device);

    /// <summary>Seconds that a device needs at the least.</summary>
    public double TimeAtBound(RooflineDevice device) => Math.Max(Bytes / device.Bandwidth, Operations / device.Peaks[Unit]);

    public double ExpectedOn(RooflineDevice device) => device == RooflineDevice.A100 ? Expected.A100 : Expected.H100;

    /// <summary>Whether the figures of a line stand beside the row.</summary>
    public bool Describes(Line line) => line.Key.Variant == Variant && Covers(line.Key.File, line.Key.Kernel);

    /// <summary>Whether the row is about a kernel.</summary>
    public bool Covers(string file, string kernel) => file == File && Kernel.Split(' ').Any(k => Regex.IsMatch(kernel, $"^{k.Replace("*", "\\w+", StringComparison.Ordinal)}$"));
}

/// <summary>
/// The rows, kernel by kernel. Shapes are those of GPT-2 124M at a batch of 16 sequences of 1,024 tokens, and of the CNN example. Bytes and operations are C# expressions, which
/// the document prints as they stand.
/// </summary>
internal static partial class Roofline
{
    // GPT-2 124M: rows of B·T tokens, channels, vocabulary, heads; parameters.
    private const double B = 16, T = 1024, Rows = B * T, C = 768, V = 50257, H = 12, D = 64, P = 124.4e6;

    // Bytes of an element.
    private const double F32 = 4, BF16 = 2, F64 = 8, I64 = 8, U8 = 1;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RooflineRow> All { get; } = [.. Elementwise(), .. Products(), .. Attention(), .. RowKernels(), .. Convolutions(), .. Indexing(), .. Ceilings()];

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
