using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void FillUniform(Tensor y, ulong seed, ulong stream, double low, double high)
    {
        // The same bounds as on the CPU, with the same errors.
        if (y.DType == DType.Float64 ? !(low <= high) || !double.IsFinite(high - low) : !((float)low <= (float)high) || !float.IsFinite((float)high - (float)low))
            throw new ArgumentException($"FillUniform: bounds [{low}, {high}) must be finite, in order, and their distance within {y.DType.Name()}");
        Draw("random.cu", "fill_uniform", y, seed, stream, PerBlock(y), low, high);
    }

    public void FillNormal(Tensor y, ulong seed, ulong stream, double mean, double std)
    {
        if (!double.IsFinite(mean) || !double.IsFinite(std) || std < 0)
            throw new ArgumentException($"FillNormal: mean {mean} and standard deviation {std} must be finite, and the latter not negative");
        Draw("random.cu", "fill_normal", y, seed, stream, PerBlock(y), mean, std);
    }

    public void FillInt(Tensor y, ulong seed, ulong stream, long low, long high) => Draw("random_int.cu", "fill_int", y, seed, stream, 2, low, (ulong)high - (ulong)low);

    public void FillBernoulli(Tensor y, ulong seed, ulong stream, double probability) => Draw("random_int.cu", "fill_bernoulli", y, seed, stream, 4, probability);

    public void Dropout(Tensor x, Tensor y, double p, ulong seed, ulong stream)
    {
        if (y.Count == 0) return;
        Kernel("random.cu", "dropout", y.DType).Launch(CudaLaunch.Blocks(CudaLaunch.Blocks(y.Count, 4), RandomThreads), RandomThreads, 0,
            x, y, y.Count, seed, stream, DrawSlot(seed, stream), 1 - p, KernelArgument.Real(1 / (1 - p), y.DType));
    }

    private const int RandomThreads = 256;

    /// <summary>Elements that one block of four random words gives.</summary>
    private static int PerBlock(Tensor y) => y.DType == DType.Float64 ? 2 : 4;

    private void Draw(string file, string kernel, Tensor y, ulong seed, ulong stream, int perBlock, params ReadOnlySpan<KernelArgument> parameters)
    {
        if (y.Count == 0) return;
        KernelArgument[] arguments = [y, y.Count, seed, stream, DrawSlot(seed, stream), .. parameters];
        Kernel(file, kernel, y.DType).Launch(CudaLaunch.Blocks(CudaLaunch.Blocks(y.Count, perBlock), RandomThreads), RandomThreads, 0, arguments);
    }

    /// <summary>Where a captured kernel reads its seed and stream, which change with each replay; null outside a capture.</summary>
    private KernelArgument DrawSlot(ulong seed, ulong stream) => device.Capturing is { } graph ? KernelArgument.Pointer(graph.DrawSlot(seed, stream)) : (Tensor?)null;
}
