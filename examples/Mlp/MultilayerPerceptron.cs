using TensorCore.Nn;

namespace TensorCore.Examples.Mlp;

/// <summary>
/// Neurons in layers, each connected to all of the layer before: hₗ = φ(Wₗ·hₗ₋₁ + bₗ), and at the end Wₗ·h + b without φ. What the last sum means (a logit,
/// a number) is left to the loss. Without φ the layers would collapse into a single linear one.
/// </summary>
public sealed class MultilayerPerceptron : Module<Tensor, Tensor>
{
    private readonly Linear[] _layers;
    private readonly Func<Tensor, Tensor> _activation;

    /// <summary>A network with these layer widths, the inputs first: <c>new([2, 32, 1], h =&gt; h.Tanh(), generator)</c>.</summary>
    public MultilayerPerceptron(int[] widths, Func<Tensor, Tensor> activation, Generator generator)
    {
        _activation = activation;
        _layers = new Linear[widths.Length - 1];
        for (int i = 0; i < _layers.Length; i++)
            _layers[i] = Child($"{i}", new Linear(widths[i], widths[i + 1], generator: generator));
    }

    /// <summary>The layers, the one nearest the inputs first.</summary>
    public IReadOnlyList<Linear> Layers => _layers;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => _layers[^1].Forward(Hidden(x, _layers.Length - 1));

    /// <summary>What the neurons of hidden layer <paramref name="layer"/> (from 1) answer: (N, inputs) → (N, width).</summary>
    public Tensor Hidden(Tensor x, int layer)
    {
        for (int i = 0; i < layer; i++)
            x = _activation(_layers[i].Forward(x)); // (N, widths[i + 1])
        return x;
    }
}
