using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void ChannelStatistics(Tensor x, Tensor mean, Tensor variance)
    {
        ChannelStatisticsKernel kernel = new() { X = x, Mean = mean, Variance = variance, Layout = new ChannelLayout(x) };
        Launch.Pieces(ref kernel, x.DType, mean.Count, kernel.Layout.ChannelsPerPiece);
    }

    public void BatchNorm(Tensor x, Tensor mean, Tensor rstd, Tensor? weight, Tensor? bias, Tensor y)
    {
        BatchNormKernel kernel = new() { X = x, Mean = mean, Rstd = rstd, Weight = weight, Bias = bias, Y = y, Layout = new ChannelLayout(x) };
        Launch.Pieces(ref kernel, x.DType, mean.Count, kernel.Layout.ChannelsPerPiece);
    }

    public void BatchNormBackward(Tensor x, Tensor mean, Tensor rstd, Tensor? weight, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias, bool training)
    {
        BatchNormBackwardKernel kernel = new()
        {
            X = x,
            Mean = mean,
            Rstd = rstd,
            Weight = weight,
            Dy = dy,
            Dx = dx,
            Dweight = dweight,
            Dbias = dbias,
            Training = training,
            Layout = new ChannelLayout(x),
        };
        Launch.Pieces(ref kernel, x.DType, mean.Count, kernel.Layout.ChannelsPerPiece);
    }

    /// <summary>
    /// x as (N, C, L). With L = 1 the lanes of a register are channels; otherwise they run along L, one channel after the other. Either way one
    /// piece has a channel's values to itself.
    /// </summary>
    private readonly struct ChannelLayout
    {
        public ChannelLayout(Tensor x)
        {
            (N, C) = (x.Size(0), x.Size(1));
            L = (nint)Shape.ElementCount(x.Sizes[2..]);
            // At least 64 neighbouring channels where they share cache lines; otherwise enough of them to be worth a thread.
            ChannelsPerPiece = Math.Max(L == 1 ? 64 : 1, (1 << 15) / Math.Max(1, N * L));
        }

        public readonly nint N, C, L;
        public readonly long ChannelsPerPiece;

        /// <summary>The first of the L values of channel c in sample n.</summary>
        public nint Offset(nint n, nint c) => ((n * C) + c) * L;

        public double Count => (double)N * L;
    }

    private unsafe struct ChannelStatisticsKernel : IKernel
    {
        public Operand X, Mean, Variance;
        public ChannelLayout Layout;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            if (Layout.L == 1)
            {
                for (nint c = (nint)begin; c < end; c += V.Count) Columns<V>(c, (int)Math.Min(V.Count, end - c));
                return;
            }
            for (nint c = (nint)begin; c < end; c++)
            {
                double sum = 0, squares = 0;
                for (nint n = 0; n < Layout.N; n++) sum += Row.Sum<V>((byte*)X.P + (Layout.Offset(n, c) * V.LaneSize), Layout.L);
                double mean = sum / Layout.Count;
                for (nint n = 0; n < Layout.N; n++) squares += Row.SquaredDistances<V>((byte*)X.P + (Layout.Offset(n, c) * V.LaneSize), Layout.L, mean);
                Put<V>(Mean.P, c, mean);
                Put<V>(Variance.P, c, squares / Layout.Count);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Columns<V>(nint c, int lanes)
            where V : struct, ISimd<V>
        {
            V sum = V.Zero, squares = V.Zero, count = V.Const(Layout.Count);
            for (nint n = 0; n < Layout.N; n++) sum += V.LoadPartial(X.P, (n * Layout.C) + c, lanes);
            V mean = sum / count;
            for (nint n = 0; n < Layout.N; n++)
            {
                V d = V.LoadPartial(X.P, (n * Layout.C) + c, lanes) - mean;
                squares = V.Fma(d, d, squares);
            }
            V.StorePartial(mean, Mean.P, c, lanes);
            V.StorePartial(squares / count, Variance.P, c, lanes);
        }
    }

    private unsafe struct BatchNormKernel : IKernel
    {
        public Operand X, Mean, Rstd, Weight, Bias, Y;
        public ChannelLayout Layout;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            bool columns = Layout.L == 1;
            for (nint c = (nint)begin; c < end; c += columns ? V.Count : 1)
            {
                int channels = columns ? (int)Math.Min(V.Count, end - c) : 0;
                V mean = PerChannel<V>(Mean, c, channels), scale = PerChannel<V>(Rstd, c, channels), shift = Bias.Exists ? PerChannel<V>(Bias, c, channels) : V.Zero;
                if (Weight.Exists) scale *= PerChannel<V>(Weight, c, channels);
                for (nint n = 0; n < Layout.N; n++)
                {
                    nint at = Layout.Offset(n, c), stop = at + (columns ? channels : Layout.L);
                    for (; at <= stop - V.Count; at += V.Count) V.Store(V.Fma(V.Load(X.P, at) - mean, scale, shift), Y.P, at);
                    if (at < stop) V.StorePartial(V.Fma(V.LoadPartial(X.P, at, (int)(stop - at)) - mean, scale, shift), Y.P, at, (int)(stop - at));
                }
            }
        }
    }

    /// <summary>A parameter of some channels, one to a lane, or (0 channels) of one channel in every lane.</summary>
    private static unsafe V PerChannel<V>(Operand p, nint c, int channels)
        where V : struct, ISimd<V> => channels > 0 ? V.LoadPartial(p.P, c, channels) : V.Broadcast(p.P, c);

    private unsafe struct BatchNormBackwardKernel : IKernel
    {
        public Operand X, Mean, Rstd, Weight, Dy, Dx, Dweight, Dbias;
        public bool Training;
        public ChannelLayout Layout;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            bool columns = Layout.L == 1;
            for (nint c = (nint)begin; c < end; c += columns ? V.Count : 1)
            {
                int channels = columns ? (int)Math.Min(V.Count, end - c) : 0;
                V mean = PerChannel<V>(Mean, c, channels), rstd = PerChannel<V>(Rstd, c, channels);
                (V sum, V dot) = columns ? ColumnSums(c, channels, mean) : ChannelSums(c, mean);
                if (Dweight.Exists) V.StorePartial(dot * rstd, Dweight.P, c, columns ? channels : 1);
                if (Dbias.Exists) V.StorePartial(sum, Dbias.P, c, columns ? channels : 1);
                if (!Dx.Exists) continue;
                V scale = Weight.Exists ? rstd * PerChannel<V>(Weight, c, channels) : rstd, count = V.Const(Layout.Count);
                V offset = Training ? sum / count : V.Zero, slope = Training ? dot * rstd * rstd / count : V.Zero;
                for (nint n = 0; n < Layout.N; n++)
                {
                    nint at = Layout.Offset(n, c), stop = at + (columns ? channels : Layout.L);
                    for (; at < stop; at += V.Count)
                    {
                        int lanes = (int)Math.Min(V.Count, stop - at);
                        V g = V.LoadPartial(Dy.P, at, lanes) - offset - ((V.LoadPartial(X.P, at, lanes) - mean) * slope);
                        V.StorePartial(g * scale, Dx.P, at, lanes);
                    }
                }
            }
        }

        /// <summary>Σ dy and Σ dy·(x − mean), each lane its own channel.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly (V Sum, V Dot) ColumnSums<V>(nint c, int channels, V mean)
            where V : struct, ISimd<V>
        {
            V sum = V.Zero, dot = V.Zero;
            for (nint n = 0; n < Layout.N; n++)
            {
                nint at = (n * Layout.C) + c;
                V g = V.LoadPartial(Dy.P, at, channels);
                sum += g;
                dot = V.Fma(g, V.LoadPartial(X.P, at, channels) - mean, dot);
            }
            return (sum, dot);
        }

        /// <summary>The same of one channel, in every lane. Each sample's part is added up in double: N·L may be millions.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly (V Sum, V Dot) ChannelSums<V>(nint c, V mean)
            where V : struct, ISimd<V>
        {
            double sum = 0, dot = 0;
            for (nint n = 0; n < Layout.N; n++)
            {
                V s = V.Zero, d = V.Zero;
                nint at = Layout.Offset(n, c), stop = at + Layout.L;
                for (; at < stop; at += V.Count)
                {
                    int lanes = (int)Math.Min(V.Count, stop - at);
                    V g = V.LoadPartial(Dy.P, at, lanes); // 0 beyond the channel
                    s += g;
                    d = V.Fma(g, V.LoadPartial(X.P, at, lanes) - mean, d);
                }
                sum += V.Sum(s);
                dot += V.Sum(d);
            }
            return (V.Const(sum), V.Const(dot));
        }
    }
}
