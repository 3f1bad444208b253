namespace TensorCore.Cuda.Tests;

/// <summary>The seven steps of <c>kernels/study</c>: all are right, for any size.</summary>
public sealed class MatMulStudyTests
{
    [GpuTheory]
    [InlineData("1_naive", 32, 32, 32)]
    [InlineData("2_coalesced", 32, 32, 32)]
    [InlineData("3_shared", 32, 32, 32)]
    [InlineData("4_register_tiles", 128, 256, 1)]
    [InlineData("5_vectorised", 128, 256, 1)]
    [InlineData("6_warp_tiles", 128, 256, 1)]
    [InlineData("7_tensor_cores", 128, 128, 1)]
    public void Multiplies(string step, int tile, int threadsX, int threadsY)
    {
        bool tensor = step == "7_tensor_cores";
        if (tensor && Gpu.Device.Gpu!.ComputeCapability < 80) return;
        DType type = tensor ? DType.BFloat16 : DType.Float32;
        CudaKernel kernel = Gpu.Device.Gpu!.Kernels.Get($"study/{step}.cu", "matmul", type, []);
        Generator g = new(7);
        foreach ((int m, int n, int k) in ((int, int, int)[])[(1, 1, 1), (33, 65, 19), (136, 72, 40), (129, 150, 67)])
        {
            Tensor a = Tensor.RandN([m, k], generator: g).To(type), b = Tensor.RandN([k, n], generator: g).To(type);
            Tensor expected = a.To(DType.Float64).MatMul(b.To(DType.Float64));
            Tensor[] results = [.. Emulator.Schedules.Select(schedule => Emulator.Checked(schedule, () =>
            {
                Tensor c = Tensor.Empty([m, n], DType.Float32, Gpu.Device);
                kernel.Launch(((n + tile - 1) / tile, (m + tile - 1) / tile), (threadsX, threadsY), tensor ? 49152 : 0, a.To(Gpu.Device), b.To(Gpu.Device), c, m, n, k);
                return c.To(Device.Cpu);
            }))];
            Parity.AssertClose(expected, results[0], 3e-6 * Math.Sqrt(k), $"{step} of ({m}, {k}) by ({k}, {n})");
            foreach (Tensor again in results[1..]) Parity.AssertSameBits(results[0], again, step);
        }
    }
}
