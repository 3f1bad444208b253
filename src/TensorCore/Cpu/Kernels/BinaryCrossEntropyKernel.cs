using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void BinaryCrossEntropy(Tensor logits, Tensor targets, Tensor losses)
    {
        BinaryCrossEntropyKernel kernel = new() { X = logits, T = targets, Y = losses };
        Launch.Elements(ref kernel, logits.DType, logits.Count);
    }

    public void BinaryCrossEntropyBackward(Tensor logits, Tensor targets, Tensor dy, Tensor dx)
    {
        BinaryCrossEntropyBackwardKernel kernel = new() { X = logits, T = targets, Dy = dy, Dx = dx };
        Launch.Elements(ref kernel, logits.DType, logits.Count);
    }

    private unsafe struct BinaryCrossEntropyKernel : IKernel
    {
        public Operand X, T, Y;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            for (nint i = (nint)begin; i < end; i += V.Count)
            {
                int lanes = (int)Math.Min(V.Count, end - i);
                V x = V.LoadPartial(X.P, i, lanes), t = V.LoadPartial(T.P, i, lanes);
                // ln(1 + e^−|x|) never overflows; and max(x, 0) − x·t is exact where the loss is all but linear.
                V.StorePartial(V.Max(x, V.Zero) - (x * t) + V.Log1p(V.Exp(-V.Abs(x))), Y.P, i, lanes);
            }
        }
    }

    private unsafe struct BinaryCrossEntropyBackwardKernel : IKernel
    {
        public Operand X, T, Dy, Dx;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            for (nint i = (nint)begin; i < end; i += V.Count)
            {
                int lanes = (int)Math.Min(V.Count, end - i);
                V.StorePartial(V.LoadPartial(Dy.P, i, lanes) * (V.Sigmoid(V.LoadPartial(X.P, i, lanes)) - V.LoadPartial(T.P, i, lanes)), Dx.P, i, lanes);
            }
        }
    }
}
