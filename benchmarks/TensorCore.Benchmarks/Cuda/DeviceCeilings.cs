using TensorCore.Cuda;

namespace TensorCore.Benchmarks.Cuda;

/// <summary>What the device does at best, measured in the same run: copying, multiply-adds from registers, tensor cores.</summary>
/// <param name="CopyGBs">Bytes read and written in a second, in GB.</param>
/// <param name="Float32">Multiply-adds as two operations, in TFLOP/s.</param>
/// <param name="Tf32">Tensor cores, tf32; 0 before sm_80.</param>
/// <param name="BFloat16">Tensor cores, bfloat16; 0 before sm_80.</param>
internal sealed record DeviceCeilings(double CopyGBs, double Float32, double Tf32, double BFloat16)
{
    public static DeviceCeilings Measure(Device device, DeviceTimer timer, bool quick)
    {
        CudaDevice gpu = device.Gpu!;
        int blocks = gpu.Multiprocessors * 8, steps = quick ? 64 : 20_000, rounds = quick ? 2 : 7;
        int bytes = quick ? 1 << 18 : 1 << 28;
        Tensor x = Tensor.Zeros([bytes / 4], device: device), y = Tensor.ZerosLike(x);
        double copy = Rate("ceilings.cu", "copy_ceiling", 2.0 * bytes, k => k.Launch(CudaLaunch.Blocks(bytes / 16, 256), 256, 0, x, y, (long)(bytes / 16)));
        double fma = Rate("ceilings.cu", "fma_ceiling", 16.0 * steps * 256 * blocks, k => k.Launch(blocks, 256, 0, y, steps));
        bool tensor = gpu.ComputeCapability >= 80;
        double warps = 8.0 * blocks;
        double tf32 = tensor ? Rate("ceilings_tensor.cu", "mma_tf32_ceiling", 2.0 * 4 * 16 * 8 * 8 * steps * warps, k => k.Launch(blocks, 256, 0, y, steps)) : 0;
        double bf16 = tensor ? Rate("ceilings_tensor.cu", "mma_bf16_ceiling", 2.0 * 4 * 16 * 8 * 16 * steps * warps, k => k.Launch(blocks, 256, 0, y, steps)) : 0;
        return new(copy / 1e9, fma / 1e12, tf32 / 1e12, bf16 / 1e12);

        double Rate(string file, string name, double work, Action<CudaKernel> launch)
        {
            CudaKernel kernel = gpu.Kernels.Get(file, name, DType.Float32, []);
            return work / (timer.Measure(() => launch(kernel), rounds, quick ? 1 : 20).Best / 1e3);
        }
    }
}
