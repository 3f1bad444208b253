namespace TensorCore;

/// <summary>y = x as a tensor of its own over the same storage;  dx = dy.</summary>
internal sealed class Alias : Op, IOp
{
    /// <inheritdoc/>
    public static string OpName => "alias";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override bool IsView => true;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs[0].Detach();

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx) => dx.Add(0, dy);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        Tensor x = g.Tensor(g.Shape());
        return OpSample.Of($"{x.Shape}", [x], t => t[0].Alias());
    }
}

public sealed partial class Tensor
{
    /// <summary>The same values on the tape as a node of their own.</summary>
    internal Tensor Alias() => Op.Apply(new Alias(), this);
}
