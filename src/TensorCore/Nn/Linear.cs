namespace TensorCore.Nn;

/// <summary>
/// A fully connected layer: y = activation(x·Wᵀ + b), x (…, in) → (…, out). W and b start uniform in ±1/√in, as in PyTorch
/// (He et al. 2015 with slope √5).
/// </summary>
public sealed class Linear : Module<Tensor, Tensor>
{
    private readonly Activation _activation;
    private readonly bool _inputFirst;

    /// <summary>A layer from <paramref name="inFeatures"/> to <paramref name="outFeatures"/> numbers.</summary>
    /// <param name="inFeatures">The size of the last axis that goes in.</param>
    /// <param name="outFeatures">The size of the last axis that comes out.</param>
    /// <param name="bias">Adds b of shape (out,).</param>
    /// <param name="activation">A function fused behind the product.</param>
    /// <param name="inputFirst">Stores the weight as (in, out), as GPT-2's checkpoints do, instead of (out, in).</param>
    /// <param name="dtype">Of the parameters.</param>
    /// <param name="generator">Draws the starting values.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1.</exception>
    public Linear(int inFeatures, int outFeatures, bool bias = true, Activation activation = Activation.None, bool inputFirst = false,
        DType dtype = DType.Float32, Generator? generator = null)
    {
        (InFeatures, OutFeatures) = (AtLeastOne(inFeatures, nameof(inFeatures)), AtLeastOne(outFeatures, nameof(outFeatures)));
        (_activation, _inputFirst) = (activation, inputFirst);
        double bound = 1 / Math.Sqrt(inFeatures);
        Weight = Parameter("weight", Initializers.Uniform(Tensor.Empty(inputFirst ? [inFeatures, outFeatures] : [outFeatures, inFeatures], dtype, Device.Cpu), -bound, bound, generator));
        if (bias) Bias = Parameter("bias", Initializers.Uniform(Tensor.Empty([outFeatures], dtype, Device.Cpu), -bound, bound, generator));
    }

    /// <summary>The size of the last axis that goes in.</summary>
    public int InFeatures { get; }

    /// <summary>The size of the last axis that comes out.</summary>
    public int OutFeatures { get; }

    /// <summary>W: (out, in), or (in, out) if stored input first.</summary>
    public Tensor Weight { get; }

    /// <summary>b of shape (out,), if any.</summary>
    public Tensor? Bias { get; }

    /// <summary>What <see cref="Lora"/> adds to the product, if anything.</summary>
    internal LowRank? Adapter { get; private set; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        if (Adapter is null) return x.Linear(Weight, Bias, _activation, _inputFirst);
        Tensor y = x.Linear(Weight, Bias, Activation.None, _inputFirst) + Adapter.Forward(x); // (…, out)
        return _activation switch
        {
            Activation.Relu => y.Relu(),
            Activation.GeluTanh => y.Gelu(approximate: true),
            _ => y,
        };
    }

    internal void Attach(LowRank adapter)
    {
        Parameter("lora_a", adapter.A);
        Parameter("lora_b", adapter.B);
        Adapter = adapter;
    }

    internal void Detach()
    {
        RemoveParameter("lora_a");
        RemoveParameter("lora_b");
        Adapter = null;
    }

    /// <summary>W ← W + (α/r)·BA.</summary>
    internal void Merge()
    {
        if (Adapter is null) return;
        Tensor delta = Adapter.B.Detach().MatMul(Adapter.A.Detach()) * Adapter.Scale; // (out, in)
        Weight.CopyFrom(Weight + (_inputFirst ? delta.Transpose() : delta));
        Detach();
    }
}
