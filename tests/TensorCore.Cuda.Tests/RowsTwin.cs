namespace TensorCore.Cuda.Tests;

/// <summary>The same kernels on the CPU and on the GPU: results are compared, and on the emulated GPU every schedule must give the same bits.</summary>
internal static class RowsTwin
{
    /// <param name="dtype">The dtype on the GPU; bfloat16 is compared with float32 on the CPU, from the same values.</param>
    /// <param name="tolerance">The largest difference, in units of a result's largest element (at least 1).</param>
    /// <param name="run">Makes inputs and calls kernels of their device.</param>
    public static void Compare(DType dtype, double tolerance, Func<RowsInputs, Tensor[]> run)
    {
        Tensor[] expected = run(new RowsInputs(Device.Cpu, dtype));
        Tensor[]? first = null;
        foreach ((int Kind, uint Seed) schedule in Emulator.Schedules)
        {
            Tensor[] own = Emulator.Checked(schedule, () => run(new RowsInputs(Gpu.Device, dtype)).Select(t => t.To(Device.Cpu)).ToArray());
            for (int i = 0; i < own.Length; i++)
            {
                if (first is not null) Parity.AssertSameBits(first[i], own[i], $"result {i} under another schedule");
                else Parity.AssertClose(expected[i], own[i], tolerance, $"result {i}");
            }
            first ??= own;
            if (!Gpu.IsEmulated) return;
        }
    }

    /// <summary>What float32, float64 and bfloat16 differ by from the CPU: sums of many terms in another order, and one rounding to 8 bits.</summary>
    public static double Tolerance(DType dtype) => dtype switch { DType.Float64 => 1e-12, DType.BFloat16 => 6e-3, _ => 1e-5 };
}

/// <summary>Inputs from fixed numbers, the same on every device.</summary>
internal sealed class RowsInputs(Device device, DType dtype)
{
    private readonly Random _random = new(20);

    public Device Device => device;

    public IBackend Backend => device.Backend;

    /// <summary>The dtype of values.</summary>
    public DType DType { get; } = dtype == DType.BFloat16 && !device.IsCuda ? DType.Float32 : dtype;

    public DType Statistics => Tensor.StatisticsType(DType);

    /// <summary>Numbers from low to high, the first <paramref name="offset"/> elements into their buffer, so that they are not aligned.</summary>
    public Tensor Values(int[] shape, double low = -2, double high = 2, int offset = 0)
    {
        double[] values = new double[Shape.ElementCount(shape) + offset];
        for (int i = 0; i < values.Length; i++) values[i] = low + ((high - low) * _random.NextDouble());
        return Of(values, shape, offset);
    }

    public Tensor Of(double[] values, int[] shape, int offset = 0)
    {
        Tensor x = Tensor.From(values, [values.Length]);
        if (dtype == DType.BFloat16) x = x.To(DType.BFloat16);
        return x.To(DType).To(device)[offset..].Reshape(shape);
    }

    public Tensor Statistic(int[] shape, double low, double high) => Values(shape, low, high).To(Statistics);

    public Tensor Integers(int[] shape, long low, long high)
    {
        long[] values = new long[Shape.ElementCount(shape)];
        for (int i = 0; i < values.Length; i++) values[i] = _random.NextInt64(low, high);
        return Tensor.From(values, shape).To(device);
    }

    public Tensor Empty(int[] shape, DType? type = null, int offset = 0) => Tensor.Empty([checked((int)Shape.ElementCount(shape)) + offset], type ?? DType, device)[offset..].Reshape(shape);

    public Tensor EmptyStatistics(params int[] shape) => Tensor.Empty(shape, Statistics, device);
}
