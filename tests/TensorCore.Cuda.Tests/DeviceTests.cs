using TensorCore.Nn;

namespace TensorCore.Cuda.Tests;

/// <summary>Devices, moves between them, and what is said when something is wrong.</summary>
public sealed class DeviceTests
{
    [Fact]
    public void Names_are_parsed()
    {
        Assert.Same(Device.Cpu, Device.Parse("cpu"));
        foreach (string name in (string[])["gpu", "cuda:", "cuda:x", "cuda:-1", "CPU", ""])
            Assert.Contains("cpu, cuda or cuda:N", Assert.Throws<DeviceException>(() => Device.Parse(name)).Message);
    }

    [GpuFact]
    public void There_is_a_device()
    {
        Assert.True(Device.CudaCount >= 1);
        Assert.Same(Device.Cuda(), Device.Parse("cuda"));
        Assert.Same(Device.Cuda(0), Device.Parse("cuda:0"));
        Assert.True(Gpu.Device.IsCuda);
        Assert.Equal("cuda:0", Gpu.Device.ToString());
        Assert.Contains("sm_", Gpu.Device.Description);
        Assert.Contains($"{Device.CudaCount} CUDA device", Assert.Throws<DeviceException>(() => Device.Cuda(99)).Message);
    }

    [GpuFact]
    public void Values_survive_the_way_there_and_back()
    {
        foreach (DType dtype in Enum.GetValues<DType>())
        {
            foreach (int n in (int[])[0, 1, 5, 2_500_001]) // more than one staging buffer
            {
                Tensor x = (Tensor.Arange(n) - 2).To(dtype);
                Tensor y = x.To(Gpu.Device);
                Assert.Equal(Gpu.Device, y.Device);
                Assert.Equal(x.To(DType.Float64).ToArray<double>(), y.To(Device.Cpu).To(DType.Float64).ToArray<double>());
            }
        }
    }

    [GpuFact]
    public void Views_are_moved_as_they_read()
    {
        Tensor x = Tensor.Arange(24).Reshape(2, 3, 4).To(Gpu.Device);
        Assert.Equal(new long[] { 1, 13, 5, 17, 9, 21 }, x.Permute(2, 1, 0)[1].ToArray<long>());
        Assert.Equal(new long[] { 23, 22, 21, 20 }, x[1, 2].Flip(0).ToArray<long>());
    }

    [GpuFact]
    public void Tensors_on_two_devices_are_not_mixed()
    {
        Tensor a = Tensor.Ones([2]), b = Tensor.Ones([2], device: Gpu.Device);
        foreach (Func<Tensor> f in (Func<Tensor>[])[() => a + b, () => b.MatMul(a), () => a == b, () => Tensor.Cat([a, b])])
        {
            string message = Assert.Throws<DeviceException>(f).Message;
            Assert.Contains("cpu", message);
            Assert.Contains("cuda:0", message);
            Assert.Contains("To(device)", message);
        }
    }

    [GpuFact]
    public void A_span_over_the_GPUs_memory_is_refused() =>
        Assert.Throws<DeviceException>(() => Tensor.Ones([2], device: Gpu.Device).AsSpan<float>().Length);

    [GpuFact]
    public void Write_changes_the_values_on_the_GPU()
    {
        Tensor x = Tensor.Ones([3], device: Gpu.Device);
        x.Write<float>(v => v[1] = 7);
        Assert.Equal(new float[] { 1, 7, 1 }, x.ToArray<float>());
        x.CopyFrom(Tensor.From<float>([4, 5, 6])).Fill(2).AddInPlace(Tensor.Ones([3], device: Gpu.Device));
        Assert.Equal(new float[] { 3, 3, 3 }, x.ToArray<float>());
    }

    [GpuFact]
    public void Gradients_flow_between_devices()
    {
        Tensor x = Tensor.From<float>([1, 2, 3]).RequireGrad();
        (x.To(Gpu.Device) * 2).To(Device.Cpu).Sum().Backward();
        Assert.Equal(new float[] { 2, 2, 2 }, x.Grad!.ToArray<float>());
        Assert.Equal(Device.Cpu, x.Grad!.Device);
    }

    [GpuFact]
    public void A_module_moves_with_its_buffers_and_shared_parameters()
    {
        BatchNorm norm = new(3);
        norm.To(Gpu.Device);
        Assert.All(norm.StateDict().Values, t => Assert.Equal(Gpu.Device, t.Device));
        Assert.All(norm.Parameters(), p => Assert.True(p.IsLeaf && p.RequiresGrad));
    }

    [GpuFact]
    public void Values_print_from_the_GPU() => Assert.Equal("[1. 2. 3.]", Tensor.From<float>([1, 2, 3], [3], Gpu.Device).ToString());
}
