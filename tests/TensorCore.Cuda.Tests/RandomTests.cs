namespace TensorCore.Cuda.Tests;

/// <summary>Same seed, same numbers, bit for bit, on the CPU and on the GPU.</summary>
public sealed class RandomTests
{
    public static TheoryData<string, DType, int> Draws()
    {
        TheoryData<string, DType, int> data = [];
        foreach (int n in (int[])[1, 3, 4, 5, 1023, 4099])
        {
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
            {
                data.Add("uniform", dtype, n);
                data.Add("normal", dtype, n);
                data.Add("dropout", dtype, n);
            }
            data.Add("int", DType.Int64, n);
            data.Add("int", DType.Int32, n);
            data.Add("bernoulli", DType.Bool, n);
            data.Add("bernoulli", DType.Float32, n);
        }
        return data;
    }

    [GpuTheory]
    [MemberData(nameof(Draws))]
    public void The_same_bits_as_on_the_CPU(string kind, DType dtype, int n)
    {
        Tensor Draw(Device device)
        {
            Generator g = new(0x123456789ABCDEF);
            g.NextStream();
            return kind switch
            {
                "uniform" => Tensor.Rand([n], -1.5, 2.25, dtype, g, device),
                "normal" => Tensor.RandN([n], 0.5, 3, dtype, g, device),
                "int" => Tensor.RandInt([n], -7, 1000, dtype, g, device),
                "bernoulli" => Tensor.Bernoulli([n], 0.3, dtype, g, device),
                _ => (Tensor.Arange(n).To(dtype).To(device) + 1).Dropout(0.25, g),
            };
        }
        Parity.AssertSameBits(Draw(Device.Cpu), Draw(Gpu.Device).To(Device.Cpu), $"{kind} {dtype.Name()}");
    }

    [GpuFact]
    public void Bounds_are_refused_as_on_the_CPU()
    {
        foreach (Device device in (Device[])[Device.Cpu, Gpu.Device])
        {
            Assert.Throws<ArgumentException>(() => Tensor.Rand([3], 2, 1, device: device));
            Assert.Throws<ArgumentException>(() => Tensor.RandN([3], 0, -1, device: device));
            Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.RandInt([3], 5, 5, device: device));
        }
    }
}
