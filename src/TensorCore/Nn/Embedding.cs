namespace TensorCore.Nn;

/// <summary>A table of vectors, one for each token: indices of shape S → (S, width). It starts normal with deviation 1.</summary>
public sealed class Embedding : Module<Tensor, Tensor>
{
    /// <summary>A table of <paramref name="count"/> rows of <paramref name="width"/> numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1.</exception>
    public Embedding(int count, int width, DType dtype = DType.Float32, Generator? generator = null)
    {
        AtLeastOne(count, nameof(count));
        AtLeastOne(width, nameof(width));
        Weight = Parameter("weight", Initializers.Normal(Tensor.Empty([count, width], dtype, Device.Cpu), 0, 1, generator));
    }

    /// <summary>The table, (count, width).</summary>
    public Tensor Weight { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Weight.Embedding(x);
}
