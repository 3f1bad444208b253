namespace TensorCore.Nn;

/// <summary>max(x, 0).</summary>
public sealed class Relu : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Relu();
}

/// <summary>x where x ≥ 0, else slope·x.</summary>
public sealed class LeakyRelu(double slope = 0.01) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.LeakyRelu(slope);
}

/// <summary>x where x > 0, else alpha·(eˣ − 1).</summary>
public sealed class Elu(double alpha = 1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Elu(alpha);
}

/// <summary>x·Φ(x), by erf or in the tanh form that GPT-2 uses.</summary>
public sealed class Gelu(bool approximate = false) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Gelu(approximate);
}

/// <summary>x·σ(x).</summary>
public sealed class Silu : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Silu();
}

/// <summary>1/(1 + e⁻ˣ).</summary>
public sealed class Sigmoid : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Sigmoid();
}

/// <summary>tanh x.</summary>
public sealed class Tanh : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Tanh();
}

/// <summary>ln(1 + eˣ).</summary>
public sealed class Softplus : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Softplus();
}

/// <summary>1 where x ≥ 0, else 0: the perceptron's threshold. Its gradient is 0 everywhere.</summary>
public sealed class Step : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Step();
}

/// <summary>eˣ/Σ eˣ along an axis.</summary>
public sealed class Softmax(int axis = -1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Softmax(axis);
}

/// <summary>x − ln Σ eˣ along an axis.</summary>
public sealed class LogSoftmax(int axis = -1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.LogSoftmax(axis);
}

/// <summary>x itself: stands where a module may be left out.</summary>
public sealed class Identity : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x;
}

/// <summary>Joins the axes from <paramref name="startAxis"/> to the last: (B, C, H, W) → (B, C·H·W).</summary>
/// <param name="startAxis">The first axis that is joined.</param>
public sealed class Flatten(int startAxis = 1) : Module<Tensor, Tensor>
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        int start = x.Shape.Axis(startAxis);
        long rest = 1;
        for (int i = start; i < x.Rank; i++) rest *= x.Size(i);
        return x.Reshape([.. x.Shape.Span[..start], checked((int)rest)]);
    }
}
