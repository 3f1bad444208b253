using System.Numerics;
using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    /// <summary>
    /// An item is a plane. Rows first: the largest of each column over a window's rows, then of each run of columns, both vector by vector and without a
    /// branch; each value carries its place along as a number of the same type. What is left to each window is to be picked up. The plain loop mispredicts
    /// about one comparison a window: 32×64×24×24 by 2×2 took 5.5 ms of one processor's time, this takes 2.3 (float32, AVX-512, machine shared).
    /// </summary>
    private unsafe struct MaxPoolKernel : IKernel
    {
        // float32 counts exactly up to here; larger planes take the plain loop.
        private const int ExactPlaces = 1 << 24;

        public PoolAxis H, W;
        public Operand X, Y, Places;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            bool plain = V.Count == 1 || (long)H.Size * W.Size > ExactPlaces;
            for (long plane = begin; plane < end; plane++)
            {
                nint from = (nint)plane * H.Size * W.Size, to = (nint)plane * H.Windows * W.Windows;
                byte* x = (byte*)X.P + (from * V.LaneSize), y = (byte*)Y.P + (to * V.LaneSize);
                int* places = (int*)Places.P + to;
                if (!plain) Vectors<V>(x, y, places);
                else if (V.LaneSize == 4) Plain((float*)x, (float*)y, places);
                else Plain((double*)x, (double*)y, places);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Plain<T>(T* x, T* y, int* places)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            int width = W.Size, stepH = H.Step * width, stepW = W.Step;
            for (int i = 0; i < H.Windows; i++)
            {
                for (int j = 0; j < W.Windows; j++)
                {
                    int first = (H.Start[i] * width) + W.Start[j], place = first;
                    T best = x[first];
                    for (int r = 0, row = first; r < H.Count[i]; r++, row += stepH)
                    {
                        for (int c = 0, at = row; c < W.Count[j]; c++, at += stepW)
                        {
                            T v = x[at];
                            // Not (v ≤ best): larger, or NaN, and a NaN stays.
                            if (v <= best || T.IsNaN(best)) continue;
                            (best, place) = (v, at);
                        }
                    }
                    *y++ = best;
                    *places++ = place;
                }
            }
        }

        private readonly void Vectors<V>(byte* x, byte* y, int* places)
            where V : struct, ISimd<V>
        {
            int full = W.Count.Max(), positions = W.Size - ((full - 1) * W.Step);
            // A vector of slack each: whole vectors are read and written.
            nint bytes = ((nint)W.Size + (2 * V.Count)) * V.LaneSize;
            byte* columns = PackBuffer.Local(4 * bytes), columnPlaces = columns + bytes, runs = columnPlaces + bytes, runPlaces = runs + bytes;
            for (int i = 0; i < H.Windows; i++, places += W.Windows, y += W.Windows * V.LaneSize)
            {
                Columns<V>(x, i, columns, columnPlaces);
                Runs<V>(columns, columnPlaces, full, positions, runs, runPlaces);
                if (V.LaneSize == 4) Pick((float*)columns, (float*)columnPlaces, (float*)runs, (float*)runPlaces, full, (float*)y, places);
                else Pick((double*)columns, (double*)columnPlaces, (double*)runs, (double*)runPlaces, full, (double*)y, places);
            }
        }

        /// <summary>The largest of each column over the rows of window row <paramref name="window"/>; of equals the topmost, NaN over all.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Columns<V>(byte* x, int window, byte* columns, byte* places)
            where V : struct, ISimd<V>
        {
            int width = W.Size, rows = H.Count[window];
            byte* first = x + ((nint)H.Start[window] * width * V.LaneSize);
            V number = FirstNumbers<V>(), rowStep = V.Const((double)H.Step * width);
            for (int j = 0; j < width; j += V.Count)
            {
                int lanes = Math.Min(V.Count, width - j);
                V best = V.LoadPartial(first, j, lanes), place = number + V.Const(((double)H.Start[window] * width) + j), at = place;
                byte* row = first;
                for (int r = 1; r < rows; r++)
                {
                    row += (nint)H.Step * width * V.LaneSize;
                    at += rowStep;
                    V v = V.LoadPartial(row, j, lanes), keep = V.LessOrEqual(v, best), number1 = V.Equal(best, best);
                    best = V.Select(number1, V.Select(keep, best, v), best);
                    place = V.Select(number1, V.Select(keep, place, at), place);
                }
                V.Store(best, columns, j);
                V.Store(place, places, j);
            }
        }

        /// <summary>0, 1, 2, … in the lanes.</summary>
        private static V FirstNumbers<V>()
            where V : struct, ISimd<V>
        {
            byte* lanes = stackalloc byte[64]; // one register
            for (int i = 0; i < V.Count; i++)
            {
                if (V.LaneSize == 4) ((float*)lanes)[i] = i;
                else ((double*)lanes)[i] = i;
            }
            return V.Load(lanes, 0);
        }

        /// <summary>The largest of the columns j, j + step, … for every j where a whole window fits.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Runs<V>(byte* columns, byte* columnPlaces, int count, int positions, byte* runs, byte* places)
            where V : struct, ISimd<V>
        {
            for (int j = 0; j < positions; j += V.Count)
            {
                V a = V.Load(columns, j), p = V.Load(columnPlaces, j);
                for (int c = 1; c < count; c++)
                {
                    int at = j + (c * W.Step), lanes = Math.Min(V.Count, W.Size - at);
                    V b = V.LoadPartial(columns, at, lanes), q = V.LoadPartial(columnPlaces, at, lanes);
                    // Of equals, and of NaNs, the earlier place in the plane; else the larger, or the NaN.
                    V earlier = V.LessThan(q, p), larger = V.Or(V.LessThan(a, b), V.And(V.Equal(a, b), earlier));
                    V take = V.Select(V.Equal(b, b), larger, V.Or(V.Equal(a, a), earlier));
                    a = V.Select(take, b, a);
                    p = V.Select(take, q, p);
                }
                V.Store(a, runs, j);
                V.Store(p, places, j);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Pick<T>(T* columns, T* columnPlaces, T* runs, T* runPlaces, int full, T* y, int* places)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            int[] starts = W.Start, counts = W.Count;
            for (int j = 0; j < starts.Length; j++)
            {
                int at = starts[j];
                if (counts[j] == full)
                {
                    y[j] = runs[at];
                    places[j] = int.CreateTruncating(runPlaces[at]);
                    continue;
                }
                // At an edge the window is cut.
                T best = columns[at], place = columnPlaces[at];
                for (int c = 1; c < counts[j]; c++)
                {
                    T v = columns[at + (c * W.Step)], p = columnPlaces[at + (c * W.Step)];
                    bool take = T.IsNaN(v) ? !T.IsNaN(best) || p < place : v > best || (v == best && p < place);
                    if (take) (best, place) = (v, p);
                }
                y[j] = best;
                places[j] = int.CreateTruncating(place);
            }
        }
    }
}
