using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    // At most this many partial column sums, each over at least as many rows: adding them up is then a small part of the work.
    private const long NormPartials = 32, NormRowsPerPartial = 16;

    public void NormForward(Tensor x, Tensor? weight, Tensor? bias, Tensor y, Tensor? mean, Tensor rstd, double eps)
    {
        if (x.Count == 0) return;
        long rows = rstd.Count;
        NormForwardKernel kernel = new() { X = x, Weight = weight, Bias = bias, Y = y, Mean = mean, Rstd = rstd, N = (nint)(x.Count / rows), Eps = eps };
        Launch.Rows(ref kernel, x.DType, rows, x.Count / rows);
    }

    public void NormBackward(Tensor x, Tensor? weight, Tensor? mean, Tensor rstd, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias)
    {
        long rows = rstd.Count, n = rows == 0 ? 0 : x.Count / rows;
        if (x.Count == 0)
        {
            if (dweight is not null) Fill(dweight, 0);
            if (dbias is not null) Fill(dbias, 0);
            return;
        }
        long perPartial = Math.Max(NormRowsPerPartial, (rows + NormPartials - 1) / NormPartials), partials = (rows + perPartial - 1) / perPartial;
        int[] shape = [(int)partials, checked((int)n)];
        Tensor? partialW = dweight is null ? null : Tensor.Empty(shape, x.DType, x.Device), partialB = dbias is null ? null : Tensor.Empty(shape, x.DType, x.Device);
        NormBackwardKernel kernel = new()
        {
            X = x,
            Weight = weight,
            Mean = mean,
            Rstd = rstd,
            Dy = dy,
            Dx = dx,
            PartialW = partialW,
            PartialB = partialB,
            Rows = rows,
            RowsPerPartial = perPartial,
            N = (nint)n,
        };
        Launch.Pieces(ref kernel, x.DType, partials, 1);
        if (partialW is not null) Reduce(default(SumReduction), partialW, dweight!, 1, partials, n);
        if (partialB is not null) Reduce(default(SumReduction), partialB, dbias!, 1, partials, n);
    }

    private unsafe struct NormForwardKernel : IKernel
    {
        public Operand X, Weight, Bias, Y, Mean, Rstd;
        public nint N;
        public double Eps;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            for (long row = begin; row < end; row++)
            {
                byte* x = (byte*)X.P + (row * N * V.LaneSize), y = (byte*)Y.P + (row * N * V.LaneSize);
                double mean = 0;
                if (Mean.Exists)
                {
                    mean = Row.Sum<V>(x, N) / N;
                    V.StorePartial(V.Const(mean), Mean.P, (nint)row, 1);
                }
                double rstd = 1 / Math.Sqrt((Row.SquaredDistances<V>(x, N, mean) / N) + Eps);
                V.StorePartial(V.Const(rstd), Rstd.P, (nint)row, 1);
                if (Weight.Exists && Bias.Exists) ScaleAndShift<V>(x, (byte*)Weight.P, (byte*)Bias.P, y, V.Const(mean), V.Const(rstd));
                else Normalise<V>(x, y, V.Const(mean), V.Const(rstd));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void ScaleAndShift<V>(byte* x, byte* w, byte* b, byte* y, V mean, V rstd)
            where V : struct, ISimd<V>
        {
            nint n = N, i = 0;
            for (; i <= n - V.Count; i += V.Count) V.Store(V.Fma((V.Load(x, i) - mean) * rstd, V.Load(w, i), V.Load(b, i)), y, i);
            if (i < n)
            {
                int rest = (int)(n - i);
                V.StorePartial(V.Fma((V.LoadPartial(x, i, rest) - mean) * rstd, V.LoadPartial(w, i, rest), V.LoadPartial(b, i, rest)), y, i, rest);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Normalise<V>(byte* x, byte* y, V mean, V rstd)
            where V : struct, ISimd<V>
        {
            bool scale = Weight.Exists, shift = Bias.Exists;
            nint n = N;
            for (nint i = 0; i < n; i += V.Count)
            {
                int lanes = (int)Math.Min(V.Count, n - i);
                V v = (V.LoadPartial(x, i, lanes) - mean) * rstd;
                if (scale) v *= V.LoadPartial(Weight.P, i, lanes);
                if (shift) v += V.LoadPartial(Bias.P, i, lanes);
                V.StorePartial(v, y, i, lanes);
            }
        }
    }

    /// <summary>One piece is a block of rows: it computes their dx and leaves its own sums of dy·x̂ and dy for each column.</summary>
    private unsafe struct NormBackwardKernel : IKernel
    {
        public Operand X, Weight, Mean, Rstd, Dy, Dx, PartialW, PartialB;
        public long Rows, RowsPerPartial;
        public nint N;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            for (long block = begin; block < end; block++)
            {
                long at = block * N * V.LaneSize;
                byte* dw = PartialW.Exists ? (byte*)PartialW.P + at : null, db = PartialB.Exists ? (byte*)PartialB.P + at : null;
                if (dw != null) Zero<V>(dw);
                if (db != null) Zero<V>(db);
                long last = Math.Min(Rows, (block + 1) * RowsPerPartial);
                for (long row = block * RowsPerPartial; row < last; row++)
                {
                    byte* x = (byte*)X.P + (row * N * V.LaneSize), dy = (byte*)Dy.P + (row * N * V.LaneSize);
                    V mean = Mean.Exists ? V.Broadcast(Mean.P, (nint)row) : V.Zero, rstd = V.Broadcast(Rstd.P, (nint)row);
                    if (Dx.Exists) InputGradient<V>(x, dy, (byte*)Dx.P + (row * N * V.LaneSize), mean, rstd);
                    if (dw != null) AddProducts(x, dy, dw, mean, rstd);
                    if (db != null) AddRow<V>(dy, db);
                }
            }
        }

        private readonly void Zero<V>(byte* p)
            where V : struct, ISimd<V> => new Span<byte>(p, checked((int)(N * V.LaneSize))).Clear();

        /// <summary>With g = dy·w and x̂ = (x − mean)·rstd: dx = rstd·(g − mean of g − x̂·mean of g·x̂); the middle term only if a mean was subtracted.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void InputGradient<V>(byte* x, byte* dy, byte* dx, V mean, V rstd)
            where V : struct, ISimd<V>
        {
            byte* w = (byte*)Weight.P;
            bool scale = Weight.Exists;
            nint n = N, i = 0;
            V sum = V.Zero, dot = V.Zero, sum2 = V.Zero, dot2 = V.Zero;
            for (; i <= n - (2 * V.Count); i += 2 * V.Count)
            {
                V g = V.Load(dy, i), h = V.Load(dy, i + V.Count);
                if (scale) (g, h) = (g * V.Load(w, i), h * V.Load(w, i + V.Count));
                sum += g;
                sum2 += h;
                dot = V.Fma(g, V.Load(x, i) - mean, dot);
                dot2 = V.Fma(h, V.Load(x, i + V.Count) - mean, dot2);
            }
            for (; i < n; i += V.Count)
            {
                int lanes = (int)Math.Min(V.Count, n - i);
                V g = V.LoadPartial(dy, i, lanes); // lanes beyond the row are 0, and so are their products
                if (scale) g *= V.LoadPartial(w, i, lanes);
                sum += g;
                dot = V.Fma(g, V.LoadPartial(x, i, lanes) - mean, dot);
            }
            V meanG = Mean.Exists ? V.Const(V.Sum(sum + sum2) / n) : V.Zero;
            V slope = V.Const(V.Sum(dot + dot2) / n) * rstd * rstd; // x̂·mean(g·x̂) = (x − mean)·slope
            for (i = 0; i <= n - V.Count; i += V.Count)
            {
                V g = V.Load(dy, i);
                if (scale) g *= V.Load(w, i);
                V.Store((g - meanG - ((V.Load(x, i) - mean) * slope)) * rstd, dx, i);
            }
            if (i < n)
            {
                int rest = (int)(n - i);
                V g = V.LoadPartial(dy, i, rest);
                if (scale) g *= V.LoadPartial(w, i, rest);
                V.StorePartial((g - meanG - ((V.LoadPartial(x, i, rest) - mean) * slope)) * rstd, dx, i, rest);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void AddProducts<V>(byte* x, byte* dy, byte* dw, V mean, V rstd)
            where V : struct, ISimd<V>
        {
            nint n = N, i = 0;
            for (; i <= n - V.Count; i += V.Count) V.Store(V.Fma(V.Load(dy, i), (V.Load(x, i) - mean) * rstd, V.Load(dw, i)), dw, i);
            if (i < n)
            {
                int rest = (int)(n - i);
                V.StorePartial(V.Fma(V.LoadPartial(dy, i, rest), (V.LoadPartial(x, i, rest) - mean) * rstd, V.LoadPartial(dw, i, rest)), dw, i, rest);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void AddRow<V>(byte* dy, byte* db)
            where V : struct, ISimd<V>
        {
            nint n = N, i = 0;
            for (; i <= n - V.Count; i += V.Count) V.Store(V.Load(dy, i) + V.Load(db, i), db, i);
            if (i < n) V.StorePartial(V.LoadPartial(dy, i, (int)(n - i)) + V.LoadPartial(db, i, (int)(n - i)), db, i, (int)(n - i));
        }
    }
}
