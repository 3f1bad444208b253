using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    // A row's statistics: its maximum, Σ e^(x − max), and (for probabilities) Σ q.
    private const int Statistics = 3;

    public void CrossEntropy(Tensor logits, Tensor targets, Tensor losses, Tensor statistics, double smoothing, long ignoreIndex)
    {
        CrossEntropyKernel kernel = new() { X = logits, Targets = targets, Losses = losses, Statistics = statistics, N = logits.Size(-1), Smoothing = smoothing, Ignore = ignoreIndex };
        Launch.Rows(ref kernel, logits.DType, losses.Count, 2L * kernel.N);
    }

    public void CrossEntropyBackward(Tensor logits, Tensor targets, Tensor statistics, Tensor dy, Tensor dx, double smoothing, long ignoreIndex)
    {
        CrossEntropyBackwardKernel kernel = new() { X = logits, Targets = targets, Statistics = statistics, Dy = dy, Dx = dx, N = logits.Size(-1), Smoothing = smoothing, Ignore = ignoreIndex };
        Launch.Rows(ref kernel, logits.DType, dy.Count, 2L * kernel.N);
    }

    public void SoftCrossEntropy(Tensor logits, Tensor targets, Tensor losses, Tensor statistics)
    {
        SoftCrossEntropyKernel kernel = new() { X = logits, Q = targets, Losses = losses, Statistics = statistics, N = logits.Size(-1) };
        Launch.Rows(ref kernel, logits.DType, losses.Count, 2L * kernel.N);
    }

    public void SoftCrossEntropyBackward(Tensor logits, Tensor targets, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dtargets)
    {
        SoftCrossEntropyBackwardKernel kernel = new() { X = logits, Q = targets, Statistics = statistics, Dy = dy, Dx = dx, Dq = dtargets, N = logits.Size(-1) };
        Launch.Rows(ref kernel, logits.DType, dy.Count, 2L * kernel.N);
    }

    private static unsafe double At<V>(void* p, nint i)
        where V : struct, ISimd<V> => V.MaxLane(V.Broadcast(p, i));

    private static unsafe void Put<V>(void* p, nint i, double value)
        where V : struct, ISimd<V> => V.StorePartial(V.Const(value), p, i, 1);

    private unsafe struct CrossEntropyKernel : IKernel
    {
        public Operand X, Targets, Losses, Statistics;
        public nint N;
        public double Smoothing;
        public long Ignore;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            for (nint row = (nint)begin; row < end; row++)
            {
                long target = ((long*)Targets.P)[row];
                if (target == Ignore)
                {
                    Put<V>(Losses.P, row, 0);
                    continue;
                }
                byte* x = (byte*)X.P + (row * N * V.LaneSize);
                (double max, double sum) = Row.MaxAndSumExp<V>(x, N);
                // −ln p(target) with every term near 0: x − max first, as max + ln sum would lose digits beside a large max.
                double loss = Math.Log(sum) - (At<V>(x, (nint)target) - max);
                if (Smoothing > 0)
                {
                    double uniform = Math.Log(sum) - ((Row.Sum<V>(x, N) / N) - max);
                    loss = ((1 - Smoothing) * loss) + (Smoothing * uniform);
                }
                Put<V>(Losses.P, row, loss);
                Put<V>(Statistics.P, row * CpuBackend.Statistics, max);
                Put<V>(Statistics.P, (row * CpuBackend.Statistics) + 1, sum);
            }
        }
    }

    private unsafe struct CrossEntropyBackwardKernel : IKernel
    {
        public Operand X, Targets, Statistics, Dy, Dx;
        public nint N;
        public double Smoothing;
        public long Ignore;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            for (nint row = (nint)begin; row < end; row++)
            {
                long target = ((long*)Targets.P)[row];
                byte* dx = (byte*)Dx.P + (row * N * V.LaneSize);
                if (target == Ignore)
                {
                    new Span<byte>(dx, checked((int)(N * V.LaneSize))).Clear();
                    continue;
                }
                double g = At<V>(Dy.P, row), max = At<V>(Statistics.P, row * CpuBackend.Statistics), sum = At<V>(Statistics.P, (row * CpuBackend.Statistics) + 1);
                Probabilities<V>((byte*)X.P + (row * N * V.LaneSize), dx, N, max, g / sum, g * Smoothing / N);
                Put<V>(dx, (nint)target, At<V>(dx, (nint)target) - (g * (1 - Smoothing)));
            }
        }

        /// <summary>dx = factor·e^(x − max) − shift: one pass over memory.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Probabilities<V>(byte* x, byte* dx, nint n, double max, double factor, double shift)
            where V : struct, ISimd<V>
        {
            V m = V.Const(max), f = V.Const(factor), s = V.Const(-shift);
            nint i = 0;
            for (; i <= n - (2 * V.Count); i += 2 * V.Count)
            {
                V p = V.Exp(V.Load(x, i) - m), q = V.Exp(V.Load(x, i + V.Count) - m);
                V.Store(V.Fma(p, f, s), dx, i);
                V.Store(V.Fma(q, f, s), dx, i + V.Count);
            }
            for (; i < n; i += V.Count)
            {
                int lanes = (int)Math.Min(V.Count, n - i);
                V.StorePartial(V.Fma(V.Exp(V.LoadPartial(x, i, lanes) - m), f, s), dx, i, lanes);
            }
        }
    }

    private unsafe struct SoftCrossEntropyKernel : IKernel
    {
        public Operand X, Q, Losses, Statistics;
        public nint N;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            for (nint row = (nint)begin; row < end; row++)
            {
                byte* x = (byte*)X.P + (row * N * V.LaneSize), q = (byte*)Q.P + (row * N * V.LaneSize);
                (double max, double sum) = Row.MaxAndSumExp<V>(x, N);
                double mass = Row.Sum<V>(q, N);
                Put<V>(Losses.P, row, (Math.Log(sum) * mass) - WeightedLogits<V>(x, q, N, max));
                Put<V>(Statistics.P, row * CpuBackend.Statistics, max);
                Put<V>(Statistics.P, (row * CpuBackend.Statistics) + 1, sum);
                Put<V>(Statistics.P, (row * CpuBackend.Statistics) + 2, mass);
            }
        }

        /// <summary>Σ q·(x − max); a class of probability 0 adds nothing, also where its logit is −∞.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static double WeightedLogits<V>(byte* x, byte* q, nint n, double max)
            where V : struct, ISimd<V>
        {
            V m = V.Const(max), a = V.Zero;
            for (nint i = 0; i < n; i += V.Count)
            {
                int lanes = (int)Math.Min(V.Count, n - i);
                V p = V.LoadPartial(q, i, lanes); // beyond the row q is 0
                a += V.Select(V.Equal(p, V.Zero), V.Zero, p * (V.LoadPartial(x, i, lanes) - m));
            }
            return V.Sum(a);
        }
    }

    private unsafe struct SoftCrossEntropyBackwardKernel : IKernel
    {
        public Operand X, Q, Statistics, Dy, Dx, Dq;
        public nint N;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            for (nint row = (nint)begin; row < end; row++)
            {
                long at = row * N * V.LaneSize;
                byte* x = (byte*)X.P + at, q = (byte*)Q.P + at;
                double dy = At<V>(Dy.P, row), max = At<V>(Statistics.P, row * CpuBackend.Statistics);
                double sum = At<V>(Statistics.P, (row * CpuBackend.Statistics) + 1), mass = At<V>(Statistics.P, (row * CpuBackend.Statistics) + 2);
                V m = V.Const(max), f = V.Const(dy * mass / sum), minusDy = V.Const(-dy), log = V.Const(Math.Log(sum));
                for (nint i = 0; i < N; i += V.Count)
                {
                    int lanes = (int)Math.Min(V.Count, N - i);
                    V shifted = V.LoadPartial(x, i, lanes) - m;
                    if (Dx.Exists) V.StorePartial(V.Fma(V.Exp(shifted), f, V.LoadPartial(q, i, lanes) * minusDy), (byte*)Dx.P + at, i, lanes);
                    if (Dq.Exists) V.StorePartial((shifted - log) * minusDy, (byte*)Dq.P + at, i, lanes);
                }
            }
        }
    }
}
