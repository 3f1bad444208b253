using TensorCore.Cuda;
using TensorCore.Cuda.Interop;

namespace TensorCore.Benchmarks.Cuda;

/// <summary>Times queued work by the device's own events: the host's clock would see launches and waiting too.</summary>
internal sealed class DeviceTimer
{
    private readonly CudaDevice _device;
    private readonly nint _start, _end;

    public DeviceTimer(Device device)
    {
        _device = device.Gpu!;
        _device.Enter();
        Driver.Check(Driver.cuEventCreate(out _start, Driver.EventDefault));
        Driver.Check(Driver.cuEventCreate(out _end, Driver.EventDefault));
    }

    /// <summary>Median and best milliseconds of a call, over <paramref name="rounds"/> rounds of as many calls as take about <paramref name="milliseconds"/>.</summary>
    public (double Median, double Best) Measure(Action call, int rounds, double milliseconds)
    {
        call(); // compiles
        double once = Time(call, 1);
        int calls = (int)Math.Clamp(milliseconds / Math.Max(once, 1e-3), 1, 1000);
        double[] times = new double[rounds];
        for (int i = 0; i < rounds; i++) times[i] = Time(call, calls) / calls;
        Array.Sort(times);
        return (times[rounds / 2], times[0]);
    }

    private double Time(Action call, int calls)
    {
        Driver.Check(Driver.cuEventRecord(_start, _device.Stream));
        for (int i = 0; i < calls; i++) call();
        Driver.Check(Driver.cuEventRecord(_end, _device.Stream));
        Driver.Check(Driver.cuEventSynchronize(_end));
        Driver.Check(Driver.cuEventElapsedTime(out float ms, _start, _end));
        return ms;
    }
}
