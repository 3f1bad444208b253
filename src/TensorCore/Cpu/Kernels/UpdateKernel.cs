using System.Runtime.CompilerServices;
using TensorCore.Cpu;
using TensorCore.Optim;

namespace TensorCore;

internal partial interface IBackend
{
    /// <summary>Applies an optimizer's rule to contiguous p in place; s and t are state tensors of its size, or null.</summary>
    void Update<TRule>(TRule rule, Tensor p, Tensor g, Tensor? s, Tensor? t)
        where TRule : struct, IUpdateRule;

    /// <summary>
    /// Runs <paramref name="updates"/>, whose calls of <see cref="Update"/> may be joined into one launch: none of their results is read before this returns. May be called again later with
    /// a captured graph's replay.
    /// </summary>
    void UpdateTogether(Action updates);

    /// <summary>Σ x² over all elements of contiguous tensors, a float64 scalar on their device.</summary>
    Tensor SumOfSquares(ReadOnlySpan<Tensor> xs);

    /// <summary>Scales contiguous tensors in place by min(1, limit / √sum).</summary>
    void ScaleToNorm(ReadOnlySpan<Tensor> xs, Tensor sumOfSquares, double limit);
}

internal sealed partial class CpuBackend
{
    public void Update<TRule>(TRule rule, Tensor p, Tensor g, Tensor? s, Tensor? t)
        where TRule : struct, IUpdateRule
    {
        UpdateKernel<TRule> kernel = new() { Rule = rule, P = p, G = g, S = s, T = t };
        Launch.Elements(ref kernel, p.DType, p.Count);
    }

    public void UpdateTogether(Action updates) => updates();

    public Tensor SumOfSquares(ReadOnlySpan<Tensor> xs)
    {
        double sum = 0;
        foreach (Tensor x in xs) sum += SumOfSquares(x);
        return Tensor.Scalar(sum, DType.Float64);
    }

    public void ScaleToNorm(ReadOnlySpan<Tensor> xs, Tensor sumOfSquares, double limit)
    {
        double norm = Math.Sqrt(sumOfSquares.Item());
        if (!(norm > limit)) return;
        foreach (Tensor x in xs) Unary(new MultiplyScalar(limit / norm), x, x);
    }

    private static unsafe double SumOfSquares(Tensor x)
    {
        long pieces = (x.Count + SumOfSquaresKernel.Chunk - 1) / SumOfSquaresKernel.Chunk;
        double[] partial = new double[pieces];
        fixed (double* p = partial)
        {
            SumOfSquaresKernel kernel = new() { X = x, Count = x.Count, Partial = p };
            Launch.Pieces(ref kernel, x.DType, pieces, 1);
        }
        return partial.Sum();
    }

    private unsafe struct UpdateKernel<TRule> : IKernel
        where TRule : struct, IUpdateRule
    {
        public TRule Rule;
        public Operand P, G, S, T;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            TRule rule = Rule;
            void* p = P.P, g = G.P, s = S.P, t = T.P;
            nint i = (nint)begin;
            for (; i <= (nint)end - V.Count; i += V.Count)
            {
                V vp = V.Load(p, i), vs = s == null ? V.Zero : V.Load(s, i), vt = t == null ? V.Zero : V.Load(t, i);
                rule.Apply(ref vp, V.Load(g, i), ref vs, ref vt);
                V.Store(vp, p, i);
                if (s != null) V.Store(vs, s, i);
                if (t != null) V.Store(vt, t, i);
            }
            int n = (int)((nint)end - i);
            if (n <= 0) return;
            V rp = V.LoadPartial(p, i, n), rs = s == null ? V.Zero : V.LoadPartial(s, i, n), rt = t == null ? V.Zero : V.LoadPartial(t, i, n);
            rule.Apply(ref rp, V.LoadPartial(g, i, n), ref rs, ref rt);
            V.StorePartial(rp, p, i, n);
            if (s != null) V.StorePartial(rs, s, i, n);
            if (t != null) V.StorePartial(rt, t, i, n);
        }
    }

    private unsafe struct SumOfSquaresKernel : IKernel
    {
        public const long Chunk = 1 << 14;
        public Operand X;
        public long Count;
        public double* Partial;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            void* x = X.P;
            for (long piece = begin; piece < end; piece++)
            {
                nint i = (nint)(piece * Chunk), last = (nint)Math.Min(Count, (piece + 1) * Chunk);
                V a = V.Zero, b = V.Zero;
                for (; i <= last - (2 * V.Count); i += 2 * V.Count)
                {
                    V u = V.Load(x, i), w = V.Load(x, i + V.Count);
                    a = V.Fma(u, u, a);
                    b = V.Fma(w, w, b);
                }
                for (; i < last; i += V.Count)
                {
                    V u = V.LoadPartial(x, i, (int)Math.Min(V.Count, last - i));
                    a = V.Fma(u, u, a);
                }
                Partial[piece] = V.Sum(a) + V.Sum(b);
            }
        }
    }
}
