using TensorCore.Cpu;

namespace TensorCore;

/// <summary>
/// An elementwise function of one tensor, as a struct (its fields are the function's parameters). One body serves every vector width and
/// dtype; the derivative stands directly below it.
/// </summary>
public interface IUnary : IOp
{
    /// <summary>y = f(x) for a register of lanes.</summary>
    V Forward<V>(V x)
        where V : struct, ISimd<V>;

    /// <summary>dx = dy·f′(x) for a register of lanes; y = f(x) is at hand.</summary>
    V Backward<V>(V x, V y, V dy)
        where V : struct, ISimd<V>;

    /// <summary>f′(x) in tensor operations, for gradients of gradients; y = f(x) is at hand.</summary>
    Tensor Derivative(Tensor x, Tensor y);

    /// <summary>True if the function is defined on integers, giving integers.</summary>
    static virtual bool OnIntegers => false;

    /// <summary>False if the derivative is a constant: x and y are then not kept, and <see cref="Backward"/> and <see cref="Derivative"/> must not read their values.</summary>
    static virtual bool NeedsValues => true;
}

internal partial interface IBackend
{
    void Unary<TFunction>(TFunction f, Tensor x, Tensor y)
        where TFunction : struct, IUnary;

    void UnaryBackward<TFunction>(TFunction f, Tensor x, Tensor y, Tensor dy, Tensor dx)
        where TFunction : struct, IUnary;
}

/// <summary>Puts an elementwise function on the tape.</summary>
/// <typeparam name="TFunction">The function.</typeparam>
internal sealed class UnaryOp<TFunction>(TFunction f) : Op, IOp
    where TFunction : struct, IUnary
{
    private Tensor? _x, _y;

    /// <inheritdoc/>
    public static string OpName => TFunction.OpName;

    /// <inheritdoc/>
    public override string Name => TFunction.OpName;

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g) => TFunction.Sample(g);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor x = inputs[0];
        bool integer = x.DType is DType.Int32 or DType.Int64;
        if (!(integer && TFunction.OnIntegers)) x.RequireFloat(Name);
        Tensor y = Tensor.EmptyLike(x);
        x.Device.Backend.Unary(f, x.Contiguous(), y);
        if (TFunction.NeedsValues) (_x, _y) = (Save(x), Save(y));
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        (Tensor x, Tensor y) = (_x ?? dy, _y ?? dy);
        if (Autograd.IsRecording)
        {
            dx.Add(0, dy * f.Derivative(x, y));
            return;
        }
        Tensor g = Tensor.EmptyLike(dy);
        dy.Device.Backend.UnaryBackward(f, x.Contiguous(), y.Contiguous(), dy.Contiguous(), g);
        dx.Add(0, g, fresh: true);
    }
}

public sealed partial class Tensor
{
    /// <summary>Applies an elementwise function, one of the library's or your own <see cref="IUnary"/>; same shape out.</summary>
    public Tensor Apply<TFunction>(TFunction f)
        where TFunction : struct, IUnary => Op.Apply(new UnaryOp<TFunction>(f), this);
}
