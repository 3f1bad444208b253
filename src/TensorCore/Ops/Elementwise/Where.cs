namespace TensorCore;

/// <summary>y = a where the condition is true, else b, broadcasting;  da = dy where true, db = dy where false, 0 elsewhere.</summary>
internal sealed class Where : Op, IOp
{
    private Tensor? _condition;
    private Shape _shapeA, _shapeB;

    /// <inheritdoc/>
    public static string OpName => "where";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        (Tensor condition, Tensor a, Tensor b) = (inputs[0], inputs[1], inputs[2]);
        (_shapeA, _shapeB) = (a.Shape, b.Shape);
        Shape shape = Shape.Broadcast(condition.Shape, Shape.Broadcast(a.Shape, b.Shape, Name), Name);
        _condition = Save(condition);
        Tensor y = Tensor.Empty(shape, a.DType, a.Device);
        y.Device.Backend.Where(condition.Expand(shape).Contiguous(), a.Expand(shape), b.Expand(shape), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        Tensor zero = Tensor.Zeros([], dy.DType, dy.Device);
        if (dx.Needs(1)) dx.Add(1, Tensor.Where(_condition!, dy, zero).SumTo(_shapeA));
        if (dx.Needs(2)) dx.Add(2, Tensor.Where(_condition!, zero, dy).SumTo(_shapeB));
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int[] shape = g.Shape();
        Tensor condition = g.Mask(g.BroadcastableTo(shape));
        Tensor a = g.Tensor(g.BroadcastableTo(shape)), b = g.Tensor(g.BroadcastableTo(shape));
        if (g.Chance(6)) return OpSample.Of($"{condition.Shape} ? {a.Shape} : same", [condition, a], t => Tensor.Where(t[0], t[1], t[1] * 2));
        return OpSample.Of($"{condition.Shape} ? {a.Shape} : {b.Shape}", [condition, a, b], t => Tensor.Where(t[0], t[1], t[2]));
    }
}

internal partial interface IBackend
{
    /// <summary>y = condition ? a : b; condition contiguous, a and b expanded to y's shape by strides.</summary>
    void Where(Tensor condition, Tensor a, Tensor b, Tensor y);
}

public sealed partial class Tensor
{
    /// <summary>a where the condition is true, else b; all three broadcast. a and b are promoted to one dtype.</summary>
    /// <exception cref="DTypeException">The condition is not bool.</exception>
    public static Tensor Where(Tensor condition, Tensor a, Tensor b)
    {
        condition.AsBool("where");
        if (a.DType != b.DType)
        {
            DType common = Promote(a.DType, b.DType);
            (a, b) = (a.To(common), b.To(common));
        }
        return Op.Apply(new Where(), condition, a, b);
    }

    /// <summary>This tensor with <paramref name="value"/> where the mask (which broadcasts) is true.</summary>
    public Tensor MaskedFill(Tensor mask, double value) => Where(mask, Full([], value, DType, Device), this);
}
