using TensorCore.Nn;
using TensorCore.Optim;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Senses;

/// <summary>
/// A linear probe: p(second sense | v) = σ(w·v + b), learnt from some sentences and judged by others. If a straight cut through the space of the vectors tells the senses apart, then the model
/// has written the sense into the vector. (Alain and Bengio 2016, arXiv:1610.01644.)
/// </summary>
internal sealed class SenseProbe
{
    private const int Steps = 150;
    private const double LearningRate = 0.05, WeightDecay = 0.1;

    private readonly Tensor _mean, _scale; // (C)
    private readonly Linear _linear;

    /// <summary>Learns from vectors (C) with their senses.</summary>
    /// <param name="learnt">The vectors.</param>
    /// <param name="seed">Of the first weights.</param>
    public SenseProbe(IReadOnlyList<(float[] Vector, bool Second)> learnt, ulong seed = 1)
    {
        Tensor x = ToTensor([.. learnt.Select(p => p.Vector)]), targets = Tensor.From<float>([.. learnt.Select(p => p.Second ? 1f : 0f)], [learnt.Count, 1]);
        _mean = x.Mean(0);
        Tensor deviation = ((x - _mean) * (x - _mean)).Mean(0).Sqrt();
        // A number that is the same in all sentences tells nothing: it stays 0.
        _scale = Tensor.From(Array.ConvertAll(deviation.ToArray<float>(), d => d > 1e-6f ? 1 / d : 0));
        _linear = new(learnt[0].Vector.Length, 1, generator: new Generator(seed));
        AdamW optimizer = new(_linear.Parameters(), LearningRate, weightDecay: WeightDecay);
        for (int step = 0; step < Steps; step++)
        {
            optimizer.ZeroGrad();
            Loss.BinaryCrossEntropyWithLogits(Score(x), targets).Backward();
            optimizer.Step();
        }
    }

    /// <summary>The probability that it gives the second sense, for each vector.</summary>
    public float[] Probabilities(IReadOnlyList<float[]> vectors)
    {
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        return Score(ToTensor(vectors)).Sigmoid().ToArray<float>();
    }

    /// <summary>The share of vectors whose sense it says right.</summary>
    public double Accuracy(IReadOnlyList<(float[] Vector, bool Second)> heldOut) =>
        (double)Probabilities([.. heldOut.Select(p => p.Vector)]).Zip(heldOut).Count(p => p.First > 0.5f == p.Second.Second) / heldOut.Count;

    private Tensor Score(Tensor x) => _linear.Forward((x - _mean) * _scale); // (N, 1)

    private static Tensor ToTensor(IReadOnlyList<float[]> vectors) => Tensor.From<float>([.. vectors.SelectMany(v => v)], [vectors.Count, vectors[0].Length]);
}
