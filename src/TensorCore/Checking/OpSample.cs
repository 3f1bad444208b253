namespace TensorCore;

/// <summary>One call of an op to be checked: inputs and the function of them.</summary>
public sealed class OpSample
{
    private OpSample(string description, Tensor[] inputs, Func<Tensor[], Tensor> function) =>
        (Description, Inputs, Function) = (description, inputs, function);

    /// <summary>Shapes and options, for the message of a failed check.</summary>
    public string Description { get; }

    /// <summary>The inputs: leaves that require a gradient, and others (indices, masks) that do not.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>The call, in public operations. Must give the same result each time it is called with the same inputs.</summary>
    public Func<Tensor[], Tensor> Function { get; }

    /// <summary>False if the function passes through a narrower dtype, so that only a wide tolerance makes sense.</summary>
    public bool IsExact { get; private init; } = true;

    /// <summary>A sample of any op.</summary>
    /// <param name="description">Shapes and options.</param>
    /// <param name="inputs">Leaves that require a gradient, and others.</param>
    /// <param name="function">The call.</param>
    /// <param name="isExact">False if the function passes through a narrower dtype.</param>
    public static OpSample Of(string description, Tensor[] inputs, Func<Tensor[], Tensor> function, bool isExact = true) =>
        new(description, inputs, function) { IsExact = isExact };

    /// <summary>A sample of an elementwise function of one tensor with values in [low, high], away from its kinks.</summary>
    public static OpSample Unary(SampleGenerator g, Func<Tensor, Tensor> f, double low = -2, double high = 2, params ReadOnlySpan<double> kinks)
    {
        Tensor x = g.Tensor(g.Shape(), low, high, kinks);
        return Of($"{x.Shape}", [x], t => f(t[0]));
    }

    /// <summary>A sample of an elementwise function of two tensors that broadcast, or of the same tensor twice.</summary>
    public static OpSample Binary(SampleGenerator g, Func<Tensor, Tensor, Tensor> f, (double Low, double High)? a = null, (double Low, double High)? b = null, bool allowSame = true)
    {
        (double Low, double High) rangeA = a ?? (-2, 2), rangeB = b ?? (-2, 2);
        int[] shape = g.Shape();
        if (allowSame && g.Chance(8))
        {
            Tensor x = g.Tensor(shape, Math.Max(rangeA.Low, rangeB.Low), Math.Min(rangeA.High, rangeB.High));
            return Of($"{x.Shape} twice", [x], t => f(t[0], t[0]));
        }
        Tensor p = g.Tensor(g.BroadcastableTo(shape), rangeA.Low, rangeA.High);
        Tensor q = g.Tensor(g.Chance() ? shape : g.BroadcastableTo(shape), rangeB.Low, rangeB.High);
        return Of($"{p.Shape} and {q.Shape}", [p, q], t => f(t[0], t[1]));
    }
}
