using TensorCore.Examples.Charts;

namespace TensorCore.Examples.Perceptron;

/// <summary>
/// The neuron of McCulloch and Pitts (1943): f(x) = θ(w·x + b), where θ is the unit step: 1 above zero, else 0. It fires on one side of the
/// line w·x + b = 0.
/// </summary>
public sealed class ThresholdNeuron(int inputs)
{
    /// <summary>w, one weight for each input; they start at zero.</summary>
    public Tensor Weights { get; } = Tensor.Zeros([inputs]);

    /// <summary>b.</summary>
    public Tensor Bias { get; } = Tensor.Zeros([]);

    /// <summary>The line between its two answers, for two inputs.</summary>
    public DecisionLine Line
    {
        get
        {
            float[] w = Weights.ToArray<float>();
            return new(w[0], w[1], Bias.Item());
        }
    }

    /// <summary>θ(w·x + b): (N, inputs) → (N,), or (inputs,) → ().</summary>
    public Tensor Forward(Tensor x) => (x.MatMul(Weights) + Bias).Step();

    /// <summary>
    /// Rosenblatt's rule (1958): w ← w + (t − y)·x, b ← b + (t − y). The neuron changes only where its answer y is wrong: towards x if it
    /// should have fired, away from x if it should not have. Returns whether it was wrong.
    /// </summary>
    public bool Learn(Tensor x, int target)
    {
        double error = target - Forward(x).Item(); // −1, 0 or 1
        Weights.AddInPlace(x * error);
        Bias.AddInPlace(Tensor.Scalar(error));
        return error != 0;
    }
}
