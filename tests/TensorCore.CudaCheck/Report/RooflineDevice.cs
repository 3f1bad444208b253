namespace TensorCore.CudaCheck;

/// <summary>
/// A device's peaks by its data sheet: bytes and operations a second, a multiply-add being two. Sources: NVIDIA A100 Tensor Core GPU Data Sheet (SXM, 40 GB) and NVIDIA H100 Tensor Core GPU Data Sheet
/// (SXM5), dense. Integers: 64 instructions a clock and multiprocessor (CUDA C++ Programming Guide, "Arithmetic Instructions"), where float32 has 64 multiply-adds on the A100 and 128 on the H100.
/// </summary>
internal sealed record RooflineDevice(string Name, int Architecture, double Bandwidth, IReadOnlyDictionary<Unit, double> Peaks)
{
    public static RooflineDevice A100 { get; } = new("A100", 80, 1555e9, new Dictionary<Unit, double>
    {
        [Unit.Float32] = 19.5e12,
        [Unit.Float64] = 9.7e12,
        [Unit.Int32] = 19.5e12 / 2,
        [Unit.Tf32] = 156e12,
        [Unit.BFloat16] = 312e12,
    });

    public static RooflineDevice H100 { get; } = new("H100", 90, 3350e9, new Dictionary<Unit, double>
    {
        [Unit.Float32] = 67e12,
        [Unit.Float64] = 34e12,
        [Unit.Int32] = 67e12 / 4,
        [Unit.Tf32] = 495e12,
        [Unit.BFloat16] = 989e12,
    });

    public static IReadOnlyList<RooflineDevice> All { get; } = [A100, H100];
}
