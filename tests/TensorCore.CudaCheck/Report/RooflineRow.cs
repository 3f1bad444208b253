using System.Text.RegularExpressions;

namespace TensorCore.CudaCheck;

/// <summary>A kernel at a typical shape against the least time that its bytes and its operations take.</summary>
/// <param name="File">The source.</param>
/// <param name="Kernel">The kernel, or several: <c>copy_*</c>.</param>
/// <param name="Variant">The specialisation, a line of the budget.</param>
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

    /// <summary>What bounds it on a device: memory, or the unit that computes.</summary>
    public string Bound(RooflineDevice device) => Bytes / device.Bandwidth >= Operations / device.Peaks[Unit] ? "memory" : Unit switch
    {
        Unit.Float32 => "fp32",
        Unit.Float64 => "fp64",
        Unit.Int32 => "int32",
        Unit.Tf32 => "tf32",
        _ => "bf16",
    };

    /// <summary>Seconds that a device needs at the least.</summary>
    public double TimeAtBound(RooflineDevice device) => Math.Max(Bytes / device.Bandwidth, Operations / device.Peaks[Unit]);

    /// <summary>Whether the figures of a line stand beside the row.</summary>
    public bool Describes(Line line) => line.Key.Variant == Variant && Covers(line.Key.File, line.Key.Kernel);

    /// <summary>Whether the row is about a kernel.</summary>
    public bool Covers(string file, string kernel) => file == File && Kernel.Split(' ').Any(k => Regex.IsMatch(kernel, $"^{k.Replace("*", "\\w+", StringComparison.Ordinal)}$"));
}
