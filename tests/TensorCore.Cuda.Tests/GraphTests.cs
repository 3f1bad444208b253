using TensorCore.Optim;

namespace TensorCore.Cuda.Tests;

/// <summary>A step recorded as a CUDA graph does what the step itself does.</summary>
public sealed class GraphTests
{
    private static float[] Train(bool graph, int steps)
    {
        Device device = Gpu.Device;
        Generator g = new(4), dropout = new(8);
        Tensor w = Tensor.RandN([40, 30], generator: g).To(device).RequireGrad(), v = Tensor.RandN([30], generator: g).To(device).RequireGrad();
        AdamW optimizer = new([w, v], 0.05, weightDecay: 0.1);
        Tensor x = Tensor.Zeros([40, 30], device: device);
        Tensor[] Step()
        {
            optimizer.ZeroGrad();
            Tensor loss = ((w * x).Dropout(0.3, dropout) * v).Tanh().Sum();
            loss.Backward();
            Tensor norm = GradientClip.ScaleToNorm([w, v], 0.5);
            optimizer.Step();
            return [loss, norm];
        }
        Tensor[] batches = [.. Enumerable.Range(0, steps).Select(_ => Tensor.RandN([40, 30], generator: g))];
        List<float> seen = [];
        CudaGraph? captured = null;
        for (int i = 0; i < steps; i++)
        {
            optimizer.LearningRate = 0.05 / (1 + i);
            x.CopyFrom(batches[i]);
            IReadOnlyList<Tensor> results;
            if (!graph)
            {
                results = Step();
            }
            else
            {
                if (captured is null) captured = CudaGraph.Capture(device, Step);
                else captured.Replay();
                results = captured.Results;
            }
            Assert.Equal(i + 1, optimizer.StepCount);
            seen.AddRange(results.Select(r => (float)r.Item()));
        }
        return [.. seen, .. w.Detach().ToArray<float>(), .. v.Detach().ToArray<float>()];
    }

    [GpuFact]
    public void Replays_have_the_bits_of_steps()
    {
        float[] eager = Train(false, 6), replayed = Train(true, 6);
        Assert.Equal(eager, replayed);
    }

    [GpuFact]
    public void Reading_a_value_while_recording_is_refused()
    {
        Tensor x = Tensor.Ones([4], device: Gpu.Device);
        int runs = 0;
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => CudaGraph.Capture(Gpu.Device, () =>
        {
            Tensor y = x * 2;
            if (runs++ > 0) y.Sum().Item();
        }));
        Assert.Contains("captured", e.Message);
        Assert.Equal(8, (x * 2).Sum().Item()); // the device works on
    }

    [GpuFact]
    public void A_step_that_changes_is_refused()
    {
        int runs = 0;
        Assert.Contains("always the same", Assert.Throws<InvalidOperationException>(() => CudaGraph.Capture(Gpu.Device, () => (Tensor[])[Tensor.Ones([++runs], device: Gpu.Device)])).Message);
    }

    [GpuFact]
    public void A_graph_needs_a_GPU() => Assert.Throws<DeviceException>(() => CudaGraph.Capture(Device.Cpu, () => { }));
}
