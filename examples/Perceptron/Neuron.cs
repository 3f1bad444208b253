namespace TensorCore.Examples.Perceptron;

/// <summary>
/// A neuron that learns by gradient descent: a weighted sum z = w·x + b and a loss that says how wrong it is. The gradient of the loss comes from
/// the library's tape; beside it stands the same gradient derived by hand, so that one can be checked against the other.
/// </summary>
public abstract class Neuron(double[] weights, double bias)
{
    /// <summary>w, in double precision so that both gradients agree to the last digits.</summary>
    public Tensor Weights { get; } = Tensor.From(weights).RequireGrad();

    /// <summary>b.</summary>
    public Tensor Bias { get; } = Tensor.Scalar(bias, DType.Float64).RequireGrad();

    /// <summary>z = w·x + b: (N, inputs) → (N,).</summary>
    public Tensor Sum(Tensor x) => x.MatMul(Weights) + Bias;

    /// <summary>What the neuron answers: (N, inputs) → (N,).</summary>
    public abstract Tensor Forward(Tensor x);

    /// <summary>L, averaged over the examples.</summary>
    public abstract Tensor Loss(Tensor x, Tensor targets);

    /// <summary>dL/dz for each example, by hand. dL/dw = Σ dz·x and dL/db = Σ dz follow from z = w·x + b by the chain rule.</summary>
    protected abstract Tensor SumGradientByHand(Tensor x, Tensor targets);

    /// <summary>(dL/dw, dL/db) by the formulas, without the tape.</summary>
    public (Tensor Dw, Tensor Db) GradientByHand(Tensor x, Tensor targets)
    {
        using (Autograd.NoGrad())
        {
            Tensor dz = SumGradientByHand(x, targets); // (N,)
            return (x.Transpose().MatMul(dz), dz.Sum());
        }
    }
}

/// <summary>
/// A probability: p = σ(z) = 1 / (1 + e⁻ᶻ), with binary cross-entropy L = −mean(t·ln p + (1 − t)·ln(1 − p)).
/// The derivative of σ cancels against those of the logarithms: dL/dz = (p − t)/N.
/// </summary>
public sealed class LogisticNeuron(double[] weights, double bias) : Neuron(weights, bias)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Sum(x).Sigmoid();

    /// <inheritdoc/>
    public override Tensor Loss(Tensor x, Tensor targets) => TensorCore.Loss.BinaryCrossEntropyWithLogits(Sum(x), targets);

    /// <inheritdoc/>
    protected override Tensor SumGradientByHand(Tensor x, Tensor targets) => (Forward(x) - targets) / targets.Count;
}

/// <summary>A number: y = z, with the squared error L = mean((y − t)²), so dL/dz = 2·(y − t)/N.</summary>
public sealed class LinearNeuron(double[] weights, double bias) : Neuron(weights, bias)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Sum(x);

    /// <inheritdoc/>
    public override Tensor Loss(Tensor x, Tensor targets) => TensorCore.Loss.MeanSquaredError(Sum(x), targets);

    /// <inheritdoc/>
    protected override Tensor SumGradientByHand(Tensor x, Tensor targets) => 2 * (Forward(x) - targets) / targets.Count;
}
