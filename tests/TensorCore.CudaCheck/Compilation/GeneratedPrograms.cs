using System.Reflection;
using TensorCore.Cuda;
using TensorCore.Optim;

namespace TensorCore.CudaCheck;

/// <summary>
/// The programs that the library makes from bodies: elementwise functions, comparisons, reductions and optimizers' rules, found by reflection, for each dtype on which they are defined. A body may
/// branch on its parameters, which gives another program; so each is written down for several values of them, and equal texts are taken once.
/// </summary>
internal static class GeneratedPrograms
{
    private static readonly DType[] s_floats = [DType.Float32, DType.BFloat16, DType.Float64];
    private static readonly DType[] s_numbers = [.. s_floats, DType.Int32, DType.Int64];

    // Values at which bodies branch: momentum 0, exponents, slopes.
    private static readonly double[] s_values = [1.5, 0, 0.5, 1, 2, 3, -1];

    public static IEnumerable<KernelProgram> All()
    {
        HashSet<string> seen = [];
        return Candidates().Where(p => seen.Add(p.Text));
    }

    private static IEnumerable<KernelProgram> Candidates()
    {
        foreach (DType type in (DType[])[.. s_numbers, DType.Bool])
        {
            yield return Elementwise(ElementwiseSignature.Where, "where", type, ElementwiseProgram.Where(type));
            yield return Elementwise(ElementwiseSignature.Fill, "fill", type, ElementwiseProgram.Fill(type));
        }
        foreach ((Type contract, string method) in ((Type, string)[])
        [
            (typeof(IUnary), nameof(OfUnary)), (typeof(IBinary), nameof(OfBinary)), (typeof(ITernary), nameof(OfTernary)), (typeof(IComparison), nameof(OfComparison)),
            (typeof(IReduction), nameof(OfReduction)), (typeof(IUpdateRule), nameof(OfRule)),
        ])
        {
            MethodInfo write = typeof(GeneratedPrograms).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!;
            foreach (Type type in typeof(Tensor).Assembly.GetTypes().Where(t => t.IsValueType && !t.IsGenericType && contract.IsAssignableFrom(t)).OrderBy(t => t.FullName, StringComparer.Ordinal))
            {
                int ways = 0;
                HashSet<string> texts = [];
                foreach (object body in Instances(type))
                {
                    KernelProgram[] programs = [.. (IEnumerable<KernelProgram>)write.MakeGenericMethod(type).Invoke(null, [body])!];
                    if (programs.Count(p => texts.Add(p.Text)) == 0) continue;
                    ways++;
                    foreach (KernelProgram program in programs) yield return ways == 1 ? program : program with { Variant = $"{program.Variant} way {ways}" };
                }
            }
        }
    }

    private static IEnumerable<object> Instances(Type type)
    {
        ParameterInfo[] parameters = type.GetConstructors().MaxBy(c => c.GetParameters().Length)?.GetParameters() ?? [];
        if (parameters.Length == 0)
        {
            yield return Activator.CreateInstance(type)!;
            yield break;
        }
        foreach (double value in s_values)
            foreach (bool flag in (bool[])[true, false])
                yield return Activator.CreateInstance(type, [.. parameters.Select(p => Argument(type, p, value, flag))])!;
    }

    private static object Argument(Type type, ParameterInfo parameter, double value, bool flag) =>
        parameter.ParameterType == typeof(double) ? value : parameter.ParameterType == typeof(bool) ? flag : throw new InvalidOperationException($"{type} {parameter.Name}: which values of {parameter.ParameterType} it takes is not known here");

    private static IEnumerable<KernelProgram> OfUnary<T>(T f)
        where T : struct, IUnary =>
    [
        .. (T.OnIntegers ? s_numbers : s_floats).Select(type => Elementwise(ElementwiseSignature.Unary, T.OpName, type, ElementwiseProgram.Text(ElementwiseSignature.Unary, type, new UnaryBody<T>(f)))),
        .. s_floats.Select(type => Elementwise(
            ElementwiseSignature.UnaryBackward, T.OpName + "_backward", type, ElementwiseProgram.Text(ElementwiseSignature.UnaryBackward, type, new UnaryBackwardBody<T>(f)))),
    ];

    private static IEnumerable<KernelProgram> OfBinary<T>(T f)
        where T : struct, IBinary => (T.OnIntegers ? s_numbers : s_floats)
            .Select(type => Elementwise(ElementwiseSignature.Binary, T.OpName, type, ElementwiseProgram.Text(ElementwiseSignature.Binary, type, new BinaryBody<T>(f))));

    private static IEnumerable<KernelProgram> OfTernary<T>(T f)
        where T : struct, ITernary => s_floats
            .Select(type => Elementwise(ElementwiseSignature.Ternary, T.Name, type, ElementwiseProgram.Text(ElementwiseSignature.Ternary, type, new TernaryBody<T>(f))));

    private static IEnumerable<KernelProgram> OfComparison<T>(T comparison)
        where T : struct, IComparison => s_numbers
            .Select(type => Elementwise(ElementwiseSignature.Compare, T.Name, type, ElementwiseProgram.Text(ElementwiseSignature.Compare, type, default(CompareBody<T>))));

    private static IEnumerable<KernelProgram> OfReduction<T>(T reduction)
        where T : struct, IReduction => s_numbers
            .Select(type => new KernelProgram("reduce.cu", $"{typeof(T).Name} {Named(type)}", ElementwiseProgram.Reduction(reduction, type), $"reduce {Named(type)}"));

    private static IEnumerable<KernelProgram> OfRule<T>(T rule)
        where T : struct, IUpdateRule => s_floats
            .Select(type => new KernelProgram("update.cu", $"{(typeof(T).DeclaringType ?? typeof(T)).Name}{(typeof(T).Name == "Rule" ? "" : "." + typeof(T).Name)} {Named(type)}", ElementwiseProgram.Update(rule, type), $"update {Named(type)}"));

    private static KernelProgram Elementwise(ElementwiseSignature signature, string op, DType type, string text) =>
        new("elementwise.cu", $"{op} {Named(type)}", text, $"{signature.Name} {Named(type)}");

    private static string Named(DType type) => $"T={KernelSource.TypeName(type)}";
}
