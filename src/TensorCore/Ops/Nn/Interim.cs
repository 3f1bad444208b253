using TensorCore.Cpu;

namespace TensorCore;

/// <summary>Elementwise functions that composites need until the public ones are here.</summary>
internal static class Interim
{
    public static Tensor Exp(Tensor x) => x.Apply(default(ExpFunction));

    public static Tensor Log(Tensor x) => x.Apply(default(LogFunction));

    public static Tensor Reciprocal(Tensor x) => x.Apply(default(ReciprocalFunction));

    public static Tensor Rsqrt(Tensor x) => x.Apply(default(RsqrtFunction));

    public static Tensor Softplus(Tensor x) => x.Apply(default(SoftplusFunction));

    public static Tensor RowMax(Tensor x)
    {
        using (Autograd.NoGrad())
        {
            int[] shape = x.Sizes.ToArray();
            int n = shape[^1];
            shape[^1] = 1;
            Tensor y = Tensor.Empty(shape, x.DType, x.Device);
            x.Device.Backend.Reduce(default(Largest), x.Contiguous(), y, y.Count, n, 1);
            return y;
        }
    }

    private readonly struct Largest : IReduction
    {
        public V Identity<V>()
            where V : struct, ISimd<V> => V.Const(double.NegativeInfinity);

        public V Combine<V>(V a, V b)
            where V : struct, ISimd<V> => V.Max(a, b);

        public double Lanes<V>(V a)
            where V : struct, ISimd<V> => V.MaxLane(a);
    }

    private readonly struct ExpFunction : IUnary
    {
        public static string OpName => "interim_exp";

        public V Forward<V>(V x)
            where V : struct, ISimd<V> => V.Exp(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, ISimd<V> => dy * y;

        public Tensor Derivative(Tensor x, Tensor y) => y;

        public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, Exp);
    }

    private readonly struct LogFunction : IUnary
    {
        public static string OpName => "interim_log";

        public V Forward<V>(V x)
            where V : struct, ISimd<V> => V.Log(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, ISimd<V> => dy / x;

        public Tensor Derivative(Tensor x, Tensor y) => Reciprocal(x);

        public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, Log, 0.5, 4);
    }

    private readonly struct ReciprocalFunction : IUnary
    {
        public static string OpName => "interim_reciprocal";

        public V Forward<V>(V x)
            where V : struct, ISimd<V> => V.One / x;

        public V Backward<V>(V x, V y, V dy)
            where V : struct, ISimd<V> => -(dy * y * y);

        public Tensor Derivative(Tensor x, Tensor y) => -(y * y);

        public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, Reciprocal, 0.5, 4);
    }

    private readonly struct RsqrtFunction : IUnary
    {
        public static string OpName => "interim_rsqrt";

        public V Forward<V>(V x)
            where V : struct, ISimd<V> => V.One / V.Sqrt(x);

        public V Backward<V>(V x, V y, V dy)
            where V : struct, ISimd<V> => dy * V.Const(-0.5) * y * y * y;

        public Tensor Derivative(Tensor x, Tensor y) => y * y * y * -0.5;

        public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, Rsqrt, 0.5, 4);
    }

    private readonly struct SoftplusFunction : IUnary
    {
        public static string OpName => "interim_softplus";

        public V Forward<V>(V x)
            where V : struct, ISimd<V> => V.Max(x, V.Zero) + V.Log1p(V.Exp(-V.Abs(x)));

        public V Backward<V>(V x, V y, V dy)
            where V : struct, ISimd<V> => dy * V.Sigmoid(x);

        public Tensor Derivative(Tensor x, Tensor y) => x.Sigmoid();

        public static OpSample Sample(SampleGenerator g) => OpSample.Unary(g, Softplus);
    }
}
