using System.Runtime.CompilerServices;

namespace TensorCore.Cpu;

/// <summary>Transcendental functions of float64 lanes.</summary>
public static unsafe class DoubleMath
{
    /// <inheritdoc cref="ISimd{V}.Exp"/>
    public static V Exp<V>(V x) where V : struct, ISimd<V> => PerLane(x, Math.Exp);

    /// <inheritdoc cref="ISimd{V}.Expm1"/>
    public static V Expm1<V>(V x) where V : struct, ISimd<V> => PerLane(x, Scalar.Expm1);

    /// <inheritdoc cref="ISimd{V}.Log"/>
    public static V Log<V>(V x) where V : struct, ISimd<V> => PerLane(x, Math.Log);

    /// <inheritdoc cref="ISimd{V}.Log1p"/>
    public static V Log1p<V>(V x) where V : struct, ISimd<V> => PerLane(x, Scalar.Log1p);

    /// <inheritdoc cref="ISimd{V}.Tanh"/>
    public static V Tanh<V>(V x) where V : struct, ISimd<V> => PerLane(x, Math.Tanh);

    /// <inheritdoc cref="ISimd{V}.Sigmoid"/>
    public static V Sigmoid<V>(V x) where V : struct, ISimd<V> => PerLane(x, static x => 1 / (1 + Math.Exp(-x)));

    /// <inheritdoc cref="ISimd{V}.Erf"/>
    public static V Erf<V>(V x) where V : struct, ISimd<V> => PerLane(x, Scalar.Erf);

    /// <inheritdoc cref="ISimd{V}.Sin"/>
    public static V Sin<V>(V x) where V : struct, ISimd<V> => PerLane(x, Math.Sin);

    /// <inheritdoc cref="ISimd{V}.Cos"/>
    public static V Cos<V>(V x) where V : struct, ISimd<V> => PerLane(x, Math.Cos);

    /// <inheritdoc cref="ISimd{V}.Pow"/>
    public static V Pow<V>(V x, V y) where V : struct, ISimd<V>
    {
        double* a = stackalloc double[V.Count], b = stackalloc double[V.Count];
        V.Store(x, a, 0);
        V.Store(y, b, 0);
        for (int i = 0; i < V.Count; i++)
            a[i] = (double)Math.Pow(a[i], b[i]);
        return V.Load(a, 0);
    }

    private static V PerLane<V>(V x, Func<double, double> f) where V : struct, ISimd<V>
    {
        double* a = stackalloc double[V.Count];
        V.Store(x, a, 0);
        for (int i = 0; i < V.Count; i++)
            a[i] = (double)f(a[i]);
        return V.Load(a, 0);
    }
}
