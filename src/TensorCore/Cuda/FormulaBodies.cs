using TensorCore.Cpu;
using TensorCore.Optim;

namespace TensorCore.Cuda;

/// <summary>Runs a body on <see cref="Formula{TLane}"/> registers, so that it writes itself down.</summary>
internal interface IFormulaBody
{
    void Trace<TLane>(FormulaTrace trace)
        where TLane : struct, IFormulaLane;
}

internal readonly struct UnaryBody<TFunction>(TFunction f) : IFormulaBody
    where TFunction : struct, IUnary
{
    public void Trace<TLane>(FormulaTrace trace)
        where TLane : struct, IFormulaLane => trace.Output(f.Forward(Formula<TLane>.Input(0)).Value);
}

internal readonly struct UnaryBackwardBody<TFunction>(TFunction f) : IFormulaBody
    where TFunction : struct, IUnary
{
    public void Trace<TLane>(FormulaTrace trace)
        where TLane : struct, IFormulaLane => trace.Output(f.Backward(Formula<TLane>.Input(0), Formula<TLane>.Input(1), Formula<TLane>.Input(2)).Value);
}

internal readonly struct BinaryBody<TFunction>(TFunction f) : IFormulaBody
    where TFunction : struct, IBinary
{
    public void Trace<TLane>(FormulaTrace trace)
        where TLane : struct, IFormulaLane => trace.Output(f.Forward(Formula<TLane>.Input(0), Formula<TLane>.Input(1)).Value);
}

internal readonly struct TernaryBody<TFunction>(TFunction f) : IFormulaBody
    where TFunction : struct, ITernary
{
    public void Trace<TLane>(FormulaTrace trace)
        where TLane : struct, IFormulaLane => trace.Output(f.Compute(Formula<TLane>.Input(0), Formula<TLane>.Input(1), Formula<TLane>.Input(2)).Value);
}

internal readonly struct CompareBody<TComparison> : IFormulaBody
    where TComparison : struct, IComparison
{
    public void Trace<TLane>(FormulaTrace trace)
        where TLane : struct, IFormulaLane
    {
        // A mask's truth as 1 or 0.
        trace.Output(default(TComparison).Mask(Formula<TLane>.Input(0), Formula<TLane>.Input(1)).Value);
    }
}

internal readonly struct ReductionBody<TReduction>(TReduction reduction) : IFormulaBody
    where TReduction : struct, IReduction
{
    public void Trace<TLane>(FormulaTrace trace)
        where TLane : struct, IFormulaLane => trace.Output(reduction.Combine(Formula<TLane>.Input(0), Formula<TLane>.Input(1)).Value);
}

internal readonly struct UpdateBody<TRule>(TRule rule) : IFormulaBody
    where TRule : struct, IUpdateRule
{
    public void Trace<TLane>(FormulaTrace trace)
        where TLane : struct, IFormulaLane
    {
        Formula<TLane> p = Formula<TLane>.Input(0), g = Formula<TLane>.Input(1), s = Formula<TLane>.Input(2), t = Formula<TLane>.Input(3);
        rule.Apply(ref p, g, ref s, ref t);
        trace.Output(p.Value);
        trace.Output(s.Value);
        trace.Output(t.Value);
    }
}
