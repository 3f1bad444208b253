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
        Tensor loss = x, norm = x;
        void Step()
        {
            optimizer.ZeroGrad();
            loss = ((w * x).Dropout(0.3, dropout) * v).Tanh().Sum();
            loss.Backward();
            norm = GradientClip.ScaleToNorm([w, v], 0.5);
            optimizer.Step();
        }
        Tensor[] batches = [.. Enumerable.Range(0, steps).Select(_ => Tensor.RandN([40, 30], generator: g))];
        List<float> seen = [];
        CudaGraph? captured = null;
        for (int i = 0; i < steps; i++)
        {
            optimizer.LearningRate = 0.05 / (1 + i);
            if (!graph || i == 0)
            {
                x.CopyFrom(batches[i]);
                Step();
            }
            else if (i == 1)
            {
                // Capturing runs the step twice: on a copy of the state that is put back afterwards.
                (Tensor[] Weights, Dictionary<string, Tensor> State, (ulong, ulong) Draws) before = ([w.Detach().Clone(), v.Detach().Clone()], optimizer.StateDict().ToDictionary(p => p.Key, p => p.Value.Clone()), dropout.State);
                captured = CudaGraph.Capture(device, Step);
                using (Autograd.NoGrad())
                {
                    w.CopyFrom(before.Weights[0]);
                    v.CopyFrom(before.Weights[1]);
                }
                Restore(optimizer, before.State);
                dropout.State = before.Draws;
                x.CopyFrom(batches[i]);
                captured.Replay();
            }
            else
            {
                x.CopyFrom(batches[i]);
                captured!.Replay();
            }
            seen.Add(loss.ToArray<float>()[0]);
            seen.Add((float)norm.Item());
        }
        Assert.Equal(steps, optimizer.StepCount);
        return [.. seen, .. w.Detach().ToArray<float>(), .. v.Detach().ToArray<float>()];
    }

    /// <summary>Copies a saved state into the tensors that the graph knows.</summary>
    private static void Restore(Optimizer optimizer, Dictionary<string, Tensor> saved)
    {
        IReadOnlyDictionary<string, Tensor> own = optimizer.StateDict();
        foreach ((string name, Tensor value) in saved)
            if (value.Rank > 0) own[name].CopyFrom(value);
        optimizer.RestoreCounts(saved);
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
    public void A_graph_needs_a_GPU() => Assert.Throws<DeviceException>(() => CudaGraph.Capture(Device.Cpu, () => { }));
}
