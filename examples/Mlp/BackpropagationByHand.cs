using TensorCore.Nn;

namespace TensorCore.Examples.Mlp;

/// <summary>
/// Backpropagation of a network with one hidden tanh layer and binary cross-entropy, written out: the chain rule from the last layer to the first.
/// Only here to show that nothing else happens inside <see cref="Tensor.Backward"/>.
/// </summary>
public static class BackpropagationByHand
{
    /// <summary>The gradients of (W₁, b₁, W₂, b₂), in this order.</summary>
    public static Tensor[] Gradients(MultilayerPerceptron network, Tensor x, Tensor targets)
    {
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        (Linear first, Linear second) = (network.Layers[0], network.Layers[1]);

        // Forward, keeping what backward will need.
        Tensor h = (x.MatMul(first.Weight.Transpose()) + first.Bias!).Tanh(); // (N, H)
        Tensor z = h.MatMul(second.Weight.Transpose()) + second.Bias!;        // (N, 1)

        // Backward. d… is the derivative of the loss with respect to ….
        Tensor dz = (z.Sigmoid() - targets) / targets.Count; // (N, 1): cross-entropy and sigmoid together
        Tensor dw2 = dz.Transpose().MatMul(h);               // (1, H): z = h·W₂ᵀ + b₂
        Tensor db2 = dz.Sum(0);                              // (1,)
        Tensor dh = dz.MatMul(second.Weight);                // (N, H): how h could have helped
        Tensor ds = dh * (1 - h * h);                        // (N, H): tanh′ = 1 − tanh²
        Tensor dw1 = ds.Transpose().MatMul(x);               // (H, inputs)
        Tensor db1 = ds.Sum(0);                              // (H,)
        return [dw1, db1, dw2, db2];
    }

    /// <summary>The largest difference between those gradients and the tape's.</summary>
    public static double LargestDifference(MultilayerPerceptron network, Tensor x, Tensor targets)
    {
        network.ZeroGrad();
        Loss.BinaryCrossEntropyWithLogits(network.Forward(x), targets).Backward();
        Tensor[] tape = [.. network.Parameters().Select(p => p.Grad!)];
        Tensor[] hand = Gradients(network, x, targets);
        network.ZeroGrad();
        return tape.Zip(hand, (a, b) => (a - b).Abs().Max().Item()).Max();
    }
}
