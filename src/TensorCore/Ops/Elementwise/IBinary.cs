using TensorCore.Cpu;

namespace TensorCore;

/// <summary>
/// An elementwise function of two tensors that broadcast against each other. One body serves every vector width and dtype.
/// The gradients are tensor operations of the op's output shape; summing them back to a broadcast input's shape happens here, once for all.
/// </summary>
public interface IBinary : IOp
{
    /// <summary>y = f(a, b) for a register of lanes.</summary>
    V Forward<V>(V a, V b)
        where V : struct, ISimd<V>;

    /// <summary>dy·∂f/∂a, of the output's shape, in tensor operations.</summary>
    Tensor GradA(Tensor a, Tensor b, Tensor y, Tensor dy);

    /// <summary>dy·∂f/∂b, of the output's shape, in tensor operations.</summary>
    Tensor GradB(Tensor a, Tensor b, Tensor y, Tensor dy);

    /// <summary>True if the function is defined on integers, giving integers.</summary>
    static virtual bool OnIntegers => false;

    /// <summary>True if the gradients read the inputs or the output, which are then saved.</summary>
    static virtual bool NeedsValues => true;
}

internal partial interface IBackend
{
    /// <summary>y = f(a, b); a and b are expanded to y's shape by strides.</summary>
    void Binary<TFunction>(TFunction f, Tensor a, Tensor b, Tensor y)
        where TFunction : struct, IBinary;
}

/// <summary>Puts an elementwise function of two tensors on the tape.</summary>
/// <typeparam name="TFunction">The function.</typeparam>
internal sealed class BinaryOp<TFunction>(TFunction f) : Op, IOp
    where TFunction : struct, IBinary
{
    private Tensor? _a, _b, _y;
    private Shape _shapeA, _shapeB;

    /// <inheritdoc/>
    public static string OpName => TFunction.OpName;

    /// <inheritdoc/>
    public override string Name => TFunction.OpName;

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => TFunction.Sample(g);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor a = inputs[0], b = inputs[1];
        bool integer = a.DType is DType.Int32 or DType.Int64;
        if (!(integer && TFunction.OnIntegers)) a.RequireFloat(Name);
        Tensor y = Tensor.Empty(Shape.Broadcast(a.Shape, b.Shape, Name), a.DType, a.Device);
        y.Device.Backend.Binary(f, a.Expand(y.Shape), b.Expand(y.Shape), y);
        (_shapeA, _shapeB) = (a.Shape, b.Shape);
        if (TFunction.NeedsValues) (_a, _b, _y) = (Save(a), Save(b), Save(y));
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (dx.Needs(0)) dx.Add(0, f.GradA(_a!, _b!, _y!, dy).SumTo(_shapeA));
        if (dx.Needs(1)) dx.Add(1, f.GradB(_a!, _b!, _y!, dy).SumTo(_shapeB));
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// Applies an elementwise function to two tensors that broadcast. Different dtypes are promoted:
    /// bool → int32 → int64 → float32 → float64.
    /// </summary>
    public static Tensor Apply<TFunction>(TFunction f, Tensor a, Tensor b)
        where TFunction : struct, IBinary
    {
        if (a.DType != b.DType || a.DType == DType.Bool)
        {
            DType common = Promote(a.DType, b.DType);
            (a, b) = (a.To(common), b.To(common));
        }
        return Op.Apply(new BinaryOp<TFunction>(f), a, b);
    }

    /// <summary>The dtype two operands are converted to: bool → int32 → int64 → bfloat16 → float32 → float64; two bools count as int32.</summary>
    internal static DType Promote(DType a, DType b)
    {
        DType common = Rank(a) >= Rank(b) ? a : b;
        return common == DType.Bool ? DType.Int32 : common;

        static int Rank(DType t) => t switch
        {
            DType.Bool => 0,
            DType.Int32 => 1,
            DType.Int64 => 2,
            DType.BFloat16 => 3,
            DType.Float32 => 4,
            _ => 5,
        };
    }
}
