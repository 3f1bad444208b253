using TensorCore.Cuda.Interop;
using TensorCore.Nn;

namespace TensorCore.Tests.Cuda;

/// <summary>Whoever computes on the CPU loads nothing of NVIDIA's; no test of this project asks for a GPU.</summary>
public sealed class NoCudaTests
{
    [Fact]
    public void Work_on_the_CPU_looks_for_no_library()
    {
        Linear layer = new(3, 2);
        layer.To(Device.Cpu);
        layer.Forward(Tensor.Ones([1, 3]).To(Device.Cpu)).Sum().Backward();
        Assert.False(NativeLibraries.IsRegistered);
        if (OperatingSystem.IsLinux()) Assert.DoesNotContain("libcuda", File.ReadAllText("/proc/self/maps"));
    }

    [Fact]
    public void Autocast_changes_nothing_on_the_CPU()
    {
        Tensor a = Tensor.RandN([4, 5], generator: new Generator(1)), b = Tensor.RandN([5, 3], generator: new Generator(2));
        float[] plain = a.MatMul(b).ToArray<float>();
        using (Autocast.BFloat16())
        {
            Assert.True(Autocast.IsOn);
            Assert.Equal(plain, a.MatMul(b).ToArray<float>());
        }
        Assert.False(Autocast.IsOn);
    }
}
