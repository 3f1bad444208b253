namespace TensorCore.Cuda.Tests;

/// <summary>Runs the same tensor code on the CPU and, under several orders of threads, on the GPU.</summary>
internal static class OnBoth
{
    /// <summary>
    /// The GPU's result is the CPU's within <paramref name="tolerance"/>, in units of the largest element (at least 1), and has the same bits under every schedule. What runs on the GPU
    /// may be bfloat16: see <see cref="Values"/>.
    /// </summary>
    public static void Check(Func<Device, Tensor> run, double tolerance, string what)
    {
        Tensor expected = run(Device.Cpu).Detach().To(DType.Float64);
        Tensor? first = null;
        foreach ((int Kind, uint Seed) schedule in Emulator.Schedules)
        {
            Tensor y = Emulator.Checked(schedule, () => run(Gpu.Device).Detach().To(Device.Cpu));
            Parity.AssertClose(expected, y.To(DType.Float64), tolerance, what);
            if (first is not null) Parity.AssertSameBits(first, y, $"{what} under schedule {schedule}");
            first ??= y;
        }
    }

    /// <summary>Distinct values in [−1, 1] of bfloat16's precision; as bfloat16 they are float32 on the CPU, which does not compute in it.</summary>
    public static Tensor Values(Device device, DType dtype, int seed, params int[] shape)
    {
        float[] v = new float[Shape.ElementCount(shape)];
        ulong state = (ulong)(seed * 7919) + 1;
        for (int i = 0; i < v.Length; i++)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            v[i] = ((int)(state >> 56) - 128) / 128f;
        }
        return Tensor.From<float>(v, shape).To(dtype == DType.BFloat16 && !device.IsCuda ? DType.Float32 : dtype).To(device);
    }

    /// <summary>Indices in 0 … <paramref name="n"/> − 1, many of them twice.</summary>
    public static Tensor Indices(Device device, int n, int seed, params int[] shape)
    {
        long[] v = new long[Shape.ElementCount(shape)];
        ulong state = (ulong)(seed * 104729) + 1;
        for (int i = 0; i < v.Length; i++)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            v[i] = (long)((state >> 33) % (ulong)n);
        }
        return Tensor.From<long>(v, shape).To(device);
    }

    /// <summary>How far results may differ: rounding of sums in another order, or of results to bfloat16.</summary>
    public static double Tolerance(DType dtype) => dtype switch
    {
        DType.Float64 => 1e-13,
        DType.BFloat16 => 0.005,
        _ => 3e-6,
    };
}
