namespace TensorCore;

/// <summary>
/// y = x/(1 − p) where a random bit is set (with probability 1 − p), else 0;  dx = dy/(1 − p) at the same places. The bits are a function of (seed,
/// stream, position), so backward draws them again instead of storing them.
/// (Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, JMLR 15.)
/// </summary>
internal sealed class DropoutOp : Op, IOp
{
    private readonly double _p;
    private readonly ulong _seed, _stream;

    internal DropoutOp(double p, ulong seed, ulong stream) => (_p, _seed, _stream) = (p, seed, stream);

    /// <inheritdoc/>
    public static string OpName => "dropout";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor y = Tensor.EmptyLike(inputs[0]);
        y.Device.Backend.Dropout(inputs[0].Contiguous(), y, _p, _seed, _stream);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx) => dx.Add(0, Op.Apply(new DropoutOp(_p, _seed, _stream), dy), fresh: true);

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        Tensor x = g.Tensor(g.Shape());
        double p = g.OneOf(0.5, 0.1, 0, 1);
        ulong seed = (ulong)g.Choose(1000);
        return OpSample.Of($"{x.Shape} p {p} seed {seed}", [x], t => t[0].Dropout(p, new Generator(seed))); // the same bits at each call
    }
}

internal partial interface IBackend
{
    /// <summary>y[i] = x[i]/(1 − p) where word i of (seed, stream) is below (1 − p)·2³², else 0, also where x is not finite; both contiguous.</summary>
    void Dropout(Tensor x, Tensor y, double p, ulong seed, ulong stream);
}

public sealed partial class Tensor
{
    /// <summary>
    /// Sets each element to 0 with probability <paramref name="p"/> and divides the others by 1 − p, so that the expected value stays. Outside
    /// training it returns this tensor.
    /// </summary>
    /// <param name="p">In [0, 1].</param>
    /// <param name="generator">Gives the stream of random bits; its state then decides the result, whatever the number of threads.</param>
    /// <param name="training">False in evaluation.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is not a probability.</exception>
    /// <exception cref="DTypeException">Not float32 or float64.</exception>
    public Tensor Dropout(double p, Generator generator, bool training = true)
    {
        ArgumentNullException.ThrowIfNull(generator);
        if (!(p is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(p), p, "dropout: p is the probability of a zero, from 0 to 1");
        RequireFloat("dropout");
        if (!training || p == 0) return this;
        return Op.Apply(new DropoutOp(p, generator.Seed, generator.NextStream()), this);
    }
}
