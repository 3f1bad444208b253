using System.Runtime.InteropServices;
using System.Text;

namespace TensorCore.Cuda;

/// <summary>One step of a formula.</summary>
internal enum FormulaStep
{
    Input,
    Constant,
    Zero,
    One,
    Add,
    Subtract,
    Multiply,
    Divide,
    Negate,
    Fma,
    Max,
    Min,
    Abs,
    Sqrt,
    Round,
    Floor,
    Less,
    LessOrEqual,
    Equal,
    Select,
    And,
    Or,
    Exp,
    Expm1,
    Log,
    Log1p,
    Tanh,
    Sigmoid,
    Erf,
    Sin,
    Cos,
    Pow,
}

/// <summary>The steps that a formula's body took on this thread, each with the numbers of the steps it reads; and the values of its constants.</summary>
internal sealed class FormulaTrace
{
    // A step is four numbers: what, and up to three operands.
    private const int Width = 4;

    [ThreadStatic] private static FormulaTrace? t_current;

    private readonly List<int> _steps = [];
    private readonly List<double> _constants = [];

    public static FormulaTrace Current => t_current ??= new FormulaTrace();

    /// <summary>The steps as numbers: two formulas with the same are one kernel.</summary>
    public ReadOnlySpan<int> Steps => CollectionsMarshal.AsSpan(_steps);

    /// <summary>The constants in the order in which the body asked for them.</summary>
    public IReadOnlyList<double> Constants => _constants;

    /// <summary>Forgets the last formula.</summary>
    public static FormulaTrace Begin()
    {
        FormulaTrace trace = Current;
        trace._steps.Clear();
        trace._constants.Clear();
        return trace;
    }

    public int Add(FormulaStep step, int a = -1, int b = -1, int c = -1)
    {
        _steps.Add((int)step);
        _steps.Add(a);
        _steps.Add(b);
        _steps.Add(c);
        return (_steps.Count / Width) - 1;
    }

    public int AddConstant(double value)
    {
        _constants.Add(value);
        return Add(FormulaStep.Constant, _constants.Count - 1);
    }

    /// <summary>Notes which value an output is, so that it is a part of what tells formulas apart.</summary>
    public void Output(int value) => _steps.Add(value);

    /// <summary>
    /// The steps as declarations in CUDA C, <c>acc_t v3 = v1 * v2;</c>, then <c>y = v3;</c> for each output. Comparisons are bool; inputs have the names given.
    /// </summary>
    public static string Text(ReadOnlySpan<int> steps, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs)
    {
        StringBuilder text = new();
        int count = (steps.Length - outputs.Length) / Width;
        bool[] isMask = new bool[count];
        for (int i = 0; i < count; i++)
        {
            FormulaStep step = (FormulaStep)steps[i * Width];
            int a = steps[(i * Width) + 1], b = steps[(i * Width) + 2], c = steps[(i * Width) + 3];
            isMask[i] = step is FormulaStep.Less or FormulaStep.LessOrEqual or FormulaStep.Equal
                || (step is FormulaStep.And or FormulaStep.Or && isMask[a] && isMask[b]) || (step is FormulaStep.Select && isMask[b] && isMask[c]);
            text.Append(isMask[i] ? "bool" : "acc_t").Append($" v{i} = {Expression(step, a, b, c, isMask, inputs)}; ");
        }
        for (int k = 0; k < outputs.Length; k++) text.Append($"{outputs[k]} = v{steps[(count * Width) + k]}; ");
        return text.ToString().TrimEnd();
    }

    private static string Expression(FormulaStep step, int a, int b, int c, bool[] isMask, ReadOnlySpan<string> inputs) => step switch
    {
        FormulaStep.Input => inputs[a],
        FormulaStep.Constant => $"c{a}",
        FormulaStep.Zero => "(acc_t)0",
        FormulaStep.One => "(acc_t)1",
        FormulaStep.Add => $"v{a} + v{b}",
        FormulaStep.Subtract => $"v{a} - v{b}",
        FormulaStep.Multiply => $"v{a} * v{b}",
        FormulaStep.Divide => $"v{a} / v{b}",
        FormulaStep.Negate => $"-v{a}",
        FormulaStep.Fma => $"fn_fma(v{a}, v{b}, v{c})",
        FormulaStep.Max => $"max_of(v{a}, v{b})",
        FormulaStep.Min => $"min_of(v{a}, v{b})",
        FormulaStep.Less => $"v{a} < v{b}",
        FormulaStep.LessOrEqual => $"v{a} <= v{b}",
        FormulaStep.Equal => $"v{a} == v{b}",
        FormulaStep.Select when isMask[a] => $"v{a} ? v{b} : v{c}",
        FormulaStep.And when isMask[a] && isMask[b] => $"v{a} && v{b}",
        FormulaStep.Or when isMask[a] && isMask[b] => $"v{a} || v{b}",
        // A mask and a value: the value where the mask is set, else 0.
        FormulaStep.And when isMask[a] => $"v{a} ? v{b} : (acc_t)0",
        FormulaStep.And when isMask[b] => $"v{b} ? v{a} : (acc_t)0",
        FormulaStep.Pow => $"fn_pow(v{a}, v{b})",
        FormulaStep.Select or FormulaStep.And or FormulaStep.Or =>
            throw new NotSupportedException($"{step} of values that are no comparisons' results does not run on a GPU: bits have no meaning in a formula"),
        _ => $"fn_{step.ToString().ToLowerInvariant()}(v{a})",
    };
}

/// <summary>Finds a kernel by the steps of its formula without building text.</summary>
internal sealed class StepsComparer : IEqualityComparer<int[]>, IAlternateEqualityComparer<ReadOnlySpan<int>, int[]>
{
    public bool Equals(int[]? a, int[]? b) => a.AsSpan().SequenceEqual(b);

    public int GetHashCode(int[] steps) => GetHashCode(steps.AsSpan());

    public bool Equals(ReadOnlySpan<int> alternate, int[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<int> alternate)
    {
        HashCode hash = default;
        hash.AddBytes(MemoryMarshal.AsBytes(alternate));
        return hash.ToHashCode();
    }

    public int[] Create(ReadOnlySpan<int> alternate) => alternate.ToArray();
}
