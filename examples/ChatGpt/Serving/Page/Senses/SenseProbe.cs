using TensorCore.Nn;
using TensorCore.Optim;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Senses;

/// <summary>
/// A linear probe: p(second sense | v) = σ(w·v + b), learnt from some sentences and judged by others. If a straight cut through the space of the vectors tells the senses apart, then the model
/// has written the sense into the vector. (Alain and Bengio 2016, arXiv:1610.01644.)
/// </summary>
internal static class SenseProbe
{
    private const int Steps = 150;
    private const double LearningRate = 0.05, WeightDecay = 0.1;

    /// <summary>The share of the held-out vectors whose sense the probe says right.</summary>
    /// <param name="learnt">Vectors (C) with their senses.</param>
    /// <param name="heldOut">Others.</param>
    /// <param name="seed">Of the probe's first weights.</param>
    public static double Accuracy(IReadOnlyList<(float[] Vector, bool Second)> learnt, IReadOnlyList<(float[] Vector, bool Second)> heldOut, ulong seed = 1)
    {
        (Tensor x, Tensor targets) = ToTensors(learnt);
        Tensor mean = x.Mean(0), deviation = ((x - mean) * (x - mean)).Mean(0).Sqrt(); // (C)
        // A number that is the same in all sentences tells nothing: it stays 0.
        Tensor scale = Tensor.From(Array.ConvertAll(deviation.ToArray<float>(), d => d > 1e-6f ? 1 / d : 0));
        Linear probe = new(learnt[0].Vector.Length, 1, generator: new Generator(seed));
        AdamW optimizer = new(probe.Parameters(), LearningRate, weightDecay: WeightDecay);
        Tensor z = (x - mean) * scale;
        for (int step = 0; step < Steps; step++)
        {
            optimizer.ZeroGrad();
            Loss.BinaryCrossEntropyWithLogits(probe.Forward(z), targets).Backward();
            optimizer.Step();
        }
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        (Tensor judged, Tensor senses) = ToTensors(heldOut);
        return 1 - (probe.Forward((judged - mean) * scale).Step() - senses).Abs().Mean().Item();
    }

    private static (Tensor X, Tensor Targets) ToTensors(IReadOnlyList<(float[] Vector, bool Second)> points) =>
        (Tensor.From<float>([.. points.SelectMany(p => p.Vector)], [points.Count, points[0].Vector.Length]), Tensor.From<float>([.. points.Select(p => p.Second ? 1f : 0f)], [points.Count, 1]));
}
