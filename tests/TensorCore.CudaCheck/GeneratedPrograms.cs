using System.Reflection;
using TensorCore.Cuda;
using TensorCore.Optim;

namespace TensorCore.CudaCheck;

/// <summary>
/// The programs that the library writes around the formulas of its own elementwise functions, reductions and optimizers, which are found by reflection. float32 is compiled for every architecture,
/// bfloat16 and float64 for two; the programs with the shortest and the longest formula of each kind are disassembled.
/// </summary>
internal static class GeneratedPrograms
{
    private static readonly (Type Contract, string Method)[] s_contracts =
    [
        (typeof(IUnary), nameof(Unary)), (typeof(IBinary), nameof(Binary)), (typeof(ITernary), nameof(Ternary)), (typeof(IComparison), nameof(Comparison)),
        (typeof(IReduction), nameof(Reduction)), (typeof(IUpdateRule), nameof(Rule)),
    ];

    public static List<CheckedProgram> Programs()
    {
        List<CheckedProgram> programs = [];
        foreach (Type type in typeof(Tensor).Assembly.GetTypes().Where(t => t.IsValueType && !t.IsGenericType).OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            foreach ((Type contract, string method) in s_contracts)
            {
                if (!contract.IsAssignableFrom(type)) continue;
                ParameterInfo[] parameters = type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance).MaxBy(c => c.GetParameters().Length)?.GetParameters() ?? [];
                object instance = Activator.CreateInstance(type, [.. parameters.Select(p => p.ParameterType == typeof(bool) ? true : (object)1.5)])!;
                typeof(GeneratedPrograms).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, [programs, instance]);
            }
        }
        foreach (DType type in (DType[])[DType.Float32, DType.BFloat16, DType.Float64])
        {
            Add(programs, "elementwise.cu", "where", "where", type, ElementwiseProgram.Where(type));
            Add(programs, "elementwise.cu", "fill", "fill", type, ElementwiseProgram.Fill(type));
        }
        // Functions may share a formula: the library compiles it once.
        programs = [.. programs.DistinctBy(p => p.Text)];
        HashSet<CheckedProgram> disassembled = [];
        foreach (IGrouping<(string, string), CheckedProgram> kind in programs.GroupBy(p => (p.File, p.Defines)))
            disassembled.UnionWith([kind.MinBy(p => p.Text.Length)!, kind.MaxBy(p => p.Text.Length)!]);
        return [.. programs.Select(p => p with { IsDisassembled = disassembled.Contains(p) })];
    }

    private static void Unary<T>(List<CheckedProgram> programs, T f)
        where T : struct, IUnary
    {
        Elementwise(programs, ElementwiseSignature.Unary, T.OpName, new UnaryBody<T>(f), DType.Float32, DType.BFloat16, DType.Float64);
        Elementwise(programs, ElementwiseSignature.UnaryBackward, T.OpName, new UnaryBackwardBody<T>(f), DType.Float32, DType.BFloat16, DType.Float64);
    }

    private static void Binary<T>(List<CheckedProgram> programs, T f)
        where T : struct, IBinary => Elementwise(programs, ElementwiseSignature.Binary, T.OpName, new BinaryBody<T>(f), DType.Float32, DType.BFloat16, DType.Float64);

    private static void Ternary<T>(List<CheckedProgram> programs, T f)
        where T : struct, ITernary => Elementwise(programs, ElementwiseSignature.Ternary, T.Name, new TernaryBody<T>(f), DType.Float32, DType.BFloat16);

    private static void Comparison<T>(List<CheckedProgram> programs, T f)
        where T : struct, IComparison => Elementwise(programs, ElementwiseSignature.Compare, T.Name, default(CompareBody<T>), DType.Float32, DType.BFloat16);

    private static void Reduction<T>(List<CheckedProgram> programs, T reduction)
        where T : struct, IReduction
    {
        foreach (DType type in (DType[])[DType.Float32, DType.BFloat16, DType.Float64]) Add(programs, "reduce.cu", "reduce", typeof(T).Name, type, ElementwiseProgram.Reduction(reduction, type));
    }

    private static void Rule<T>(List<CheckedProgram> programs, T rule)
        where T : struct, IUpdateRule
    {
        string name = $"{typeof(T).DeclaringType?.Name}.{typeof(T).Name}";
        foreach (DType type in (DType[])[DType.Float32, DType.BFloat16, DType.Float64]) Add(programs, "update.cu", "update", name, type, ElementwiseProgram.Update(rule, type));
    }

    private static void Elementwise<TBody>(List<CheckedProgram> programs, ElementwiseSignature signature, string name, TBody body, params DType[] types)
        where TBody : struct, IFormulaBody
    {
        foreach (DType type in types) Add(programs, "elementwise.cu", signature.Name, name, type, ElementwiseProgram.Text(signature, type, body));
    }

    private static void Add(List<CheckedProgram> programs, string file, string kind, string name, DType type, string text)
    {
        string element = KernelSource.TypeName(type);
        int[] architectures = type == DType.Float32 ? [.. Architecture.All.Select(a => a.Number)] : [80, 90];
        programs.Add(new CheckedProgram(file, $"{kind} T={element}", $"{file} {name} {kind} T={element}", text, architectures, false, type == DType.Float64 ? 2 : 1));
    }
}
