using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void Softmax(Tensor x, Tensor y, int n)
    {
        if (x.Count == 0) return;
        SoftmaxKernel kernel = new() { X = x, Y = y, N = n };
        Launch.Rows(ref kernel, x.DType, x.Count / n, 2L * n);
    }

    public void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx, int n)
    {
        if (y.Count == 0) return;
        SoftmaxBackwardKernel kernel = new() { Y = y, Dy = dy, Dx = dx, N = n };
        Launch.Rows(ref kernel, y.DType, y.Count / n, n);
    }

    public void LogSoftmax(Tensor x, Tensor y, int n)
    {
        if (x.Count == 0) return;
        LogSoftmaxKernel kernel = new() { X = x, Y = y, N = n };
        Launch.Rows(ref kernel, x.DType, x.Count / n, 2L * n);
    }

    public void LogSoftmaxBackward(Tensor y, Tensor dy, Tensor dx, int n)
    {
        if (y.Count == 0) return;
        LogSoftmaxBackwardKernel kernel = new() { Y = y, Dy = dy, Dx = dx, N = n };
        Launch.Rows(ref kernel, y.DType, y.Count / n, 2L * n);
    }

    private unsafe struct SoftmaxKernel : IKernel
    {
        public Operand X, Y;
        public nint N;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            for (long row = begin; row < end; row++)
            {
                byte* x = (byte*)X.P + (row * N * V.LaneSize), y = (byte*)Y.P + (row * N * V.LaneSize);
                double sum = Exponentials<V>(x, y, N, Row.Max<V>(x, N));
                Scale<V>(y, N, 1 / sum);
            }
        }

        /// <summary>y = e^(x − max); returns Σ y. A row lies in the L2 cache from the search for its maximum on.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static double Exponentials<V>(byte* x, byte* y, nint n, double max)
            where V : struct, ISimd<V>
        {
            V m = V.Const(max), a = V.Zero, b = a;
            nint i = 0;
            for (; i <= n - (2 * V.Count); i += 2 * V.Count)
            {
                V p = V.Exp(V.Load(x, i) - m), q = V.Exp(V.Load(x, i + V.Count) - m);
                V.Store(p, y, i);
                V.Store(q, y, i + V.Count);
                a += p;
                b += q;
            }
            for (; i < n; i += V.Count)
            {
                int lanes = (int)Math.Min(V.Count, n - i);
                V.StorePartial(V.Exp(V.LoadPartial(x, i, lanes) - m), y, i, lanes);
                a += V.LoadPartial(y, i, lanes);
            }
            return V.Sum(a + b);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Scale<V>(byte* y, nint n, double factor)
            where V : struct, ISimd<V>
        {
            V f = V.Const(factor);
            nint i = 0;
            for (; i <= n - V.Count; i += V.Count) V.Store(V.Load(y, i) * f, y, i);
            if (i < n) V.StorePartial(V.LoadPartial(y, i, (int)(n - i)) * f, y, i, (int)(n - i));
        }
    }

    private unsafe struct SoftmaxBackwardKernel : IKernel
    {
        public Operand Y, Dy, Dx;
        public nint N;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            nint n = N;
            for (long row = begin; row < end; row++)
            {
                long at = row * n * V.LaneSize;
                byte* y = (byte*)Y.P + at, dy = (byte*)Dy.P + at, dx = (byte*)Dx.P + at;
                V dot = V.Const(Row.Dot<V>(y, dy, n));
                nint i = 0;
                for (; i <= n - V.Count; i += V.Count) V.Store(V.Load(y, i) * (V.Load(dy, i) - dot), dx, i);
                if (i < n) V.StorePartial(V.LoadPartial(y, i, (int)(n - i)) * (V.LoadPartial(dy, i, (int)(n - i)) - dot), dx, i, (int)(n - i));
            }
        }
    }

    private unsafe struct LogSoftmaxKernel : IKernel
    {
        public Operand X, Y;
        public nint N;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            nint n = N;
            for (long row = begin; row < end; row++)
            {
                byte* x = (byte*)X.P + (row * n * V.LaneSize), y = (byte*)Y.P + (row * n * V.LaneSize);
                (double max, double sum) = Row.MaxAndSumExp<V>(x, n);
                // Two subtractions: max + ln sum in one number would lose the digits of ln sum beside a large max.
                V m = V.Const(max), l = V.Const(Math.Log(sum));
                nint i = 0;
                for (; i <= n - V.Count; i += V.Count) V.Store(V.Load(x, i) - m - l, y, i);
                if (i < n) V.StorePartial(V.LoadPartial(x, i, (int)(n - i)) - m - l, y, i, (int)(n - i));
            }
        }
    }

    private unsafe struct LogSoftmaxBackwardKernel : IKernel
    {
        public Operand Y, Dy, Dx;
        public nint N;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            nint n = N;
            for (long row = begin; row < end; row++)
            {
                long at = row * n * V.LaneSize;
                byte* y = (byte*)Y.P + at, dy = (byte*)Dy.P + at, dx = (byte*)Dx.P + at;
                V sum = V.Const(-Row.Sum<V>(dy, n));
                nint i = 0;
                for (; i <= n - V.Count; i += V.Count) V.Store(V.Fma(V.Exp(V.Load(y, i)), sum, V.Load(dy, i)), dx, i);
                if (i < n)
                {
                    int rest = (int)(n - i);
                    V.StorePartial(V.Fma(V.Exp(V.LoadPartial(y, i, rest)), sum, V.LoadPartial(dy, i, rest)), dx, i, rest);
                }
            }
        }
    }
}
