using System.Text;

namespace TensorCore.Cuda;

/// <summary>The inputs and outputs of an elementwise kernel: their element types in CUDA C (T is the kernel's own) and their names in the formula.</summary>
internal sealed record ElementwiseSignature(string Name, (string Type, string Name)[] Inputs, (string Type, string Name)[] Outputs)
{
    public static readonly ElementwiseSignature Unary = new("unary", [("T", "x")], [("T", "y")]);
    public static readonly ElementwiseSignature UnaryBackward = new("unary_backward", [("T", "x"), ("T", "y"), ("T", "dy")], [("T", "dx")]);
    public static readonly ElementwiseSignature Binary = new("binary", [("T", "a"), ("T", "b")], [("T", "y")]);
    public static readonly ElementwiseSignature Ternary = new("ternary", [("T", "a"), ("T", "b"), ("T", "c")], [("T", "y")]);
    public static readonly ElementwiseSignature Compare = new("compare", [("T", "a"), ("T", "b")], [("uint8", "y")]);
    public static readonly ElementwiseSignature Where = new("where", [("uint8", "condition"), ("T", "a"), ("T", "b")], [("T", "y")]);
    public static readonly ElementwiseSignature Fill = new("fill", [], [("T", "y")]);
}

/// <summary>The text of the generated programs: <c>elementwise.cu</c>, <c>reduce.cu</c> and <c>update.cu</c> around a formula.</summary>
internal static class ElementwiseProgram
{
    /// <summary>The program of a formula over elements.</summary>
    public static string Text(ElementwiseSignature signature, DType type, int constants, string formula) => KernelSource.Program("elementwise.cu",
    [
        ("T", KernelSource.TypeName(type)),
        ("INPUTS(M)", List(signature.Inputs)),
        ("OUTPUTS(M)", List(signature.Outputs)),
        ("CONSTANTS(M)", string.Join(' ', Enumerable.Range(0, constants).Select(i => $"M(c{i})"))),
        ("FORMULA", formula),
    ]);

    /// <summary>The program of a body over elements.</summary>
    public static string Text<TBody>(ElementwiseSignature signature, DType type, TBody body)
        where TBody : struct, IFormulaBody
    {
        FormulaTrace trace = CudaBackend.Trace(body, type);
        return Text(signature, type, trace.Constants.Count, Formula(signature, trace.Steps));
    }

    /// <summary>Steps as CUDA C with a signature's names.</summary>
    public static string Formula(ElementwiseSignature signature, ReadOnlySpan<int> steps) =>
        FormulaTrace.Text(steps, [.. signature.Inputs.Select(i => i.Name)], [.. signature.Outputs.Select(o => o.Name)]);

    /// <summary>The program that chooses between two tensors.</summary>
    public static string Where(DType type) => Text(ElementwiseSignature.Where, type, 0, WhereFormula);

    /// <summary>The program that sets every element.</summary>
    public static string Fill(DType type) => Text(ElementwiseSignature.Fill, type, 1, FillFormula);

    public const string WhereFormula = "y = condition != 0 ? a : b;", FillFormula = "y = c0;";

    /// <summary>The program of a reduction.</summary>
    public static string Reduction<TReduction>(TReduction reduction, DType type)
        where TReduction : struct, IReduction
    {
        FormulaTrace trace = CudaBackend.Trace(new ReductionBody<TReduction>(reduction), type);
        return KernelSource.Program("reduce.cu", [("T", KernelSource.TypeName(type)), ("FORMULA", FormulaTrace.Text(trace.Steps, ["a", "b"], ["y"]))]);
    }

    /// <summary>The program of an optimizer's rule.</summary>
    public static string Update<TRule>(TRule rule, DType type)
        where TRule : struct, Optim.IUpdateRule
    {
        FormulaTrace trace = CudaBackend.Trace(new UpdateBody<TRule>(rule), type);
        return Update(type, trace.Steps, trace.Constants.Count);
    }

    /// <summary>The program of an optimizer's rule, whose steps are given.</summary>
    public static string Update(DType type, ReadOnlySpan<int> steps, int constants) => KernelSource.Program("update.cu",
    [
        ("T", KernelSource.TypeName(type)),
        ("DECLARE_CONSTANTS", string.Join(' ', Enumerable.Range(0, constants).Select(i => $"acc_t c{i} = u.constants[{i}];"))),
        ("FORMULA", FormulaTrace.Text(steps, ["p", "g", "s", "t"], ["p", "s", "t"])),
    ]);

    private static string List((string Type, string Name)[] operands) => string.Join(' ', operands.Select(o => $"M({o.Type}, {o.Name})"));
}
