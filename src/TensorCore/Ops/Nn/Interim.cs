using TensorCore.Cpu;

namespace TensorCore;

/// <summary>The reduction that composites need until the public one is here.</summary>
internal static class Interim
{
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
}
