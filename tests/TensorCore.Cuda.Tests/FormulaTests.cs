using System.Reflection;
using TensorCore.Cpu;
using TensorCore.Optim;

namespace TensorCore.Cuda.Tests;

/// <summary>The formulas that bodies write down of themselves; no GPU is needed.</summary>
public sealed class FormulaTests
{
    private readonly struct Cubic(double c) : IUnary
    {
        public static string OpName => "cubic";

        public V Forward<V>(V x)
            where V : struct, ISimd<V> => V.Select(V.LessThan(x, V.Zero), V.Const(c) * x * x * x, V.Exp(-x));

        public V Backward<V>(V x, V y, V dy)
            where V : struct, ISimd<V> => c == 0 ? V.Zero : dy;

        public Tensor Derivative(Tensor x, Tensor y) => x;

        public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, x => x.Apply(new Cubic(2)));
    }

    private static (string Text, double[] Constants) Write<TBody>(TBody body, DType type, ElementwiseSignature signature)
        where TBody : struct, IFormulaBody
    {
        FormulaTrace trace = CudaBackend.Trace(body, type);
        return (ElementwiseProgram.Formula(signature, trace.Steps), [.. trace.Constants]);
    }

    [Fact]
    public void A_body_becomes_CUDA_C()
    {
        (string text, double[] constants) = Write(new UnaryBody<Cubic>(new Cubic(0.5)), DType.Float32, ElementwiseSignature.Unary);
        Assert.Equal(
            "acc_t v0 = x; acc_t v1 = (acc_t)0; bool v2 = v0 < v1; acc_t v3 = c0; acc_t v4 = v3 * v0; acc_t v5 = v4 * v0; acc_t v6 = v5 * v0; acc_t v7 = -v0; acc_t v8 = fn_exp(v7); acc_t v9 = v2 ? v6 : v8; y = v9;",
            text);
        Assert.Equal([0.5], constants);
    }

    [Fact]
    public void Constants_are_parameters_and_change_no_kernel()
    {
        int[] one = CudaBackend.Trace(new UnaryBody<Cubic>(new Cubic(1)), DType.Float32).Steps.ToArray();
        int[] two = CudaBackend.Trace(new UnaryBody<Cubic>(new Cubic(2)), DType.Float32).Steps.ToArray();
        Assert.Equal(one, two);
    }

    [Fact]
    public void A_body_that_branches_gives_another_kernel_for_each_way()
    {
        int[] zero = CudaBackend.Trace(new UnaryBackwardBody<Cubic>(new Cubic(0)), DType.Float32).Steps.ToArray();
        int[] other = CudaBackend.Trace(new UnaryBackwardBody<Cubic>(new Cubic(2)), DType.Float32).Steps.ToArray();
        Assert.NotEqual(zero, other);
    }

    [Fact]
    public void What_integers_have_not_is_refused() =>
        Assert.Throws<DTypeException>(() => CudaBackend.Trace(new UnaryBody<Cubic>(new Cubic(1)), DType.Int64));

    [Fact]
    public void Bits_of_values_are_refused() =>
        Assert.Throws<NotSupportedException>(() => Write(new BinaryBody<BitAnd>(default), DType.Float32, ElementwiseSignature.Binary));

    private readonly struct BitAnd : IBinary
    {
        public static string OpName => "bit_and";

        public V Forward<V>(V a, V b)
            where V : struct, ISimd<V> => V.And(a, b);

        public Tensor GradA(Tensor a, Tensor b, Tensor y, Tensor dy) => dy;

        public Tensor GradB(Tensor a, Tensor b, Tensor y, Tensor dy) => dy;

        public static OpSample Sample(SampleGenerator g) => OpSample.Binary(g, (a, b) => a);
    }

    /// <summary>Every elementwise function and every optimizer's rule of the library can be written down in float32 and float64, with few enough constants.</summary>
    [Fact]
    public void Every_function_of_the_library_has_a_formula()
    {
        int count = 0;
        foreach (Type type in typeof(Tensor).Assembly.GetTypes().Where(t => t.IsValueType && !t.IsGenericType))
        {
            foreach ((Type contract, string method) in ((Type, string)[])[(typeof(IUnary), nameof(OfUnary)), (typeof(IBinary), nameof(OfBinary)), (typeof(IUpdateRule), nameof(OfRule))])
            {
                if (!contract.IsAssignableFrom(type)) continue;
                object instance = Activator.CreateInstance(type, [.. (type.GetConstructors().MaxBy(c => c.GetParameters().Length)?.GetParameters() ?? []).Select(p => p.ParameterType == typeof(bool) ? true : (object)1.5)])!;
                typeof(FormulaTests).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, [instance]);
                count++;
            }
        }
        Assert.True(count > 40, $"only {count} functions were found");
    }

    private static void OfUnary<T>(T f)
        where T : struct, IUnary
    {
        foreach (DType type in (DType[])[DType.Float32, DType.Float64])
        {
            Assert.Contains("y = v", Write(new UnaryBody<T>(f), type, ElementwiseSignature.Unary).Text);
            Assert.Contains("dx = v", Write(new UnaryBackwardBody<T>(f), type, ElementwiseSignature.UnaryBackward).Text);
        }
    }

    private static void OfBinary<T>(T f)
        where T : struct, IBinary => Assert.Contains("y = v", Write(new BinaryBody<T>(f), DType.Float64, ElementwiseSignature.Binary).Text);

    private static void OfRule<T>(T rule)
        where T : struct, IUpdateRule
    {
        FormulaTrace trace = CudaBackend.Trace(new UpdateBody<T>(rule), DType.Float32);
        Assert.InRange(trace.Constants.Count, 1, 12);
        Assert.Contains("p = v", ElementwiseProgram.Update(DType.Float32, trace.Steps, trace.Constants.Count));
    }
}
