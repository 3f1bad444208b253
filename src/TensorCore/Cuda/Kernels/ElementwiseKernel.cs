using System.Runtime.InteropServices;
using TensorCore.Cuda;

namespace TensorCore;

// The elementwise kernels of every op: their formulas are the ops' own bodies, written down by Formula. One program for each formula and dtype; a launch traces the body anew
// (some twenty steps, well under a microsecond) to read its constants and to find the program.
internal sealed partial class CudaBackend
{
    private const int ElementwiseThreads = 256;

    private readonly Dictionary<(ElementwiseSignature, DType), Dictionary<int[], GeneratedProgram>> _elementwise = [];

    public void Unary<TFunction>(TFunction f, Tensor x, Tensor y)
        where TFunction : struct, IUnary => Elementwise(ElementwiseSignature.Unary, TFunction.OpName, new UnaryBody<TFunction>(f), y, x);

    public void UnaryBackward<TFunction>(TFunction f, Tensor x, Tensor y, Tensor dy, Tensor dx)
        where TFunction : struct, IUnary => Elementwise(ElementwiseSignature.UnaryBackward, TFunction.OpName + "_backward", new UnaryBackwardBody<TFunction>(f), dx, x, y, dy);

    public void Binary<TFunction>(TFunction f, Tensor a, Tensor b, Tensor y)
        where TFunction : struct, IBinary => Elementwise(ElementwiseSignature.Binary, TFunction.OpName, new BinaryBody<TFunction>(f), y, a, b);

    public void Ternary<TFunction>(TFunction f, Tensor a, Tensor b, Tensor c, Tensor y)
        where TFunction : struct, ITernary => Elementwise(ElementwiseSignature.Ternary, TFunction.Name, new TernaryBody<TFunction>(f), y, a, b, c);

    public void Compare<TComparison>(Tensor a, Tensor b, Tensor y)
        where TComparison : struct, IComparison => Elementwise(ElementwiseSignature.Compare, TComparison.Name, default(CompareBody<TComparison>), y, a, b);

    public void AddInPlace(Tensor y, Tensor x) => Binary(default(Add), y, x, y);

    public void Where(Tensor condition, Tensor a, Tensor b, Tensor y) =>
        Launch(WhereProgram(y.DType), ElementwiseSignature.Where, y, [], condition, a, b);

    public void Fill(Tensor y, double value) => Launch(FillProgram(y.DType), ElementwiseSignature.Fill, y, [Constant(y.DType == DType.Bool && value != 0 ? 1 : value, y.DType)]);

    private GeneratedProgram WhereProgram(DType type) => Program(ElementwiseSignature.Where, type, "where", [], 0, _ => ElementwiseProgram.WhereFormula);

    private GeneratedProgram FillProgram(DType type) => Program(ElementwiseSignature.Fill, type, "fill", [], 1, _ => ElementwiseProgram.FillFormula);

    /// <summary>y = the formula of contiguous or strided inputs of y's shape; y contiguous, and among the inputs if it is changed in place.</summary>
    private void Elementwise<TBody>(ElementwiseSignature signature, string name, TBody body, Tensor y, params ReadOnlySpan<Tensor> inputs)
        where TBody : struct, IFormulaBody
    {
        if (y.Count == 0) return;
        DType type = inputs[0].DType;
        FormulaTrace trace = Trace(body, type);
        GeneratedProgram kernels = Program(signature, type, name, trace.Steps, trace.Constants.Count,
            steps => ElementwiseProgram.Formula(signature, steps));
        KernelArgument[] constants = [.. trace.Constants.Select(c => Constant(c, type))];
        Launch(kernels, signature, y, constants, inputs);
    }

    /// <summary>The body's steps in the lane of a dtype.</summary>
    internal static FormulaTrace Trace<TBody>(TBody body, DType type)
        where TBody : struct, IFormulaBody
    {
        FormulaTrace trace = FormulaTrace.Begin();
        switch (type)
        {
            case DType.Float64: body.Trace<DoubleLane>(trace); break;
            case DType.Int32: body.Trace<Int32Lane>(trace); break;
            case DType.Int64: body.Trace<Int64Lane>(trace); break;
            case DType.Bool: throw new DTypeException("no elementwise kernel for bool: convert with To");
            default: body.Trace<FloatLane>(trace); break;
        }
        return trace;
    }

    /// <summary>A constant as a kernel of this dtype takes it: integers saturate, as on the CPU.</summary>
    internal static KernelArgument Constant(double value, DType type) => type switch
    {
        DType.Int32 => (int)value,
        DType.Int64 => (long)value,
        DType.Bool => (int)value,
        _ => KernelArgument.Real(value, type),
    };

    private delegate string FormulaText(ReadOnlySpan<int> steps);

    private GeneratedProgram Program(ElementwiseSignature signature, DType type, string name, ReadOnlySpan<int> steps, int constants, FormulaText formula)
    {
        lock (_elementwise)
        {
            ref Dictionary<int[], GeneratedProgram>? programs = ref CollectionsMarshal.GetValueRefOrAddDefault(_elementwise, (signature, type), out _);
            programs ??= new(new StepsComparer());
            var bySteps = programs.GetAlternateLookup<ReadOnlySpan<int>>();
            if (!bySteps.TryGetValue(steps, out GeneratedProgram? kernels))
                bySteps[steps] = kernels = new GeneratedProgram(device.Kernels, $"{name} ({KernelSource.TypeName(type)})", ElementwiseProgram.Text(signature, type, constants, formula(steps)));
            return kernels;
        }
    }

    private static unsafe void Launch(GeneratedProgram kernels, ElementwiseSignature signature, Tensor y, KernelArgument[] constants, params ReadOnlySpan<Tensor> inputs)
    {
        if (y.Count == 0) return;
        int vec = 16 / Math.Max(1, signature.Inputs.Length > 0 && signature == ElementwiseSignature.Compare ? inputs[0].DType.Size() : y.DType.Size());
        KernelArgument[] arguments = new KernelArgument[inputs.Length + 1 + constants.Length + 2];
        int at = 0;
        bool contiguous = true;
        foreach (Tensor x in inputs)
        {
            arguments[at++] = x;
            contiguous &= x.IsContiguous && x.Count == y.Count;
        }
        arguments[at++] = y;
        constants.CopyTo(arguments, at);
        at += constants.Length;
        if (contiguous)
        {
            arguments[at++] = y.Count;
            kernels.Kernel("contiguous").Launch(CudaLaunch.Blocks(y.Count, vec * ElementwiseThreads), ElementwiseThreads, 0, arguments.AsSpan(0, at));
            return;
        }
        StridedLayout layout = new(y, inputs);
        bool rows = layout.AllowsVectors(y, inputs, vec);
        arguments[at++] = KernelArgument.OfStructure(&layout);
        arguments[at++] = y.Count;
        CudaKernel kernel = kernels.Kernel(rows ? "rows" : "strided");
        kernel.Launch(CudaLaunch.Blocks(y.Count, rows ? vec * ElementwiseThreads : ElementwiseThreads), ElementwiseThreads, 0, arguments.AsSpan(0, at));
    }
}
