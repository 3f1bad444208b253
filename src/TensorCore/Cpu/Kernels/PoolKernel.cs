using System.Numerics;
using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void MaxPool2d(PoolAxis h, PoolAxis w, Tensor x, Tensor y, Tensor places)
    {
        if (y.Count == 0) return;
        MaxPoolKernel kernel = new() { H = h, W = w, X = x, Y = y, Places = places };
        Launch.Rows(ref kernel, x.DType, (long)x.Sizes[0] * x.Sizes[1], (long)h.Windows * w.Size * h.Count.Max());
    }

    public void GatherPlanes(Tensor x, Tensor places, Tensor y)
    {
        if (y.Count == 0) return;
        PlaneKernel kernel = new() { Plane = x, Items = y, Places = places, Area = x.Sizes[2] * x.Sizes[3], Count = y.Sizes[2] * y.Sizes[3] };
        Launch.Rows(ref kernel, x.DType, (long)x.Sizes[0] * x.Sizes[1], kernel.Count);
    }

    public void ScatterPlanes(Tensor x, Tensor places, Tensor y)
    {
        if (y.Count == 0) return;
        PlaneKernel kernel = new() { Plane = y, Items = x, Places = places, Area = y.Sizes[2] * y.Sizes[3], Count = x.Sizes[2] * x.Sizes[3], Scatters = true };
        Launch.Rows(ref kernel, x.DType, (long)y.Sizes[0] * y.Sizes[1], kernel.Area + kernel.Count);
    }

    /// <summary>An item is a plane: two planes never share a place, and within one the order is fixed.</summary>
    private unsafe struct PlaneKernel : IKernel
    {
        public Operand Plane, Items, Places;
        public int Area, Count;
        public bool Scatters;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            for (long plane = begin; plane < end; plane++)
            {
                nint at = (nint)plane * Area, item = (nint)plane * Count;
                if (V.LaneSize == 4) Move((float*)Plane.P + at, (float*)Items.P + item, (int*)Places.P + item);
                else Move((double*)Plane.P + at, (double*)Items.P + item, (int*)Places.P + item);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Move<T>(T* plane, T* items, int* places)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            if (Scatters)
            {
                new Span<T>(plane, Area).Clear();
                for (int i = 0; i < Count; i++) plane[places[i]] += items[i];
            }
            else
            {
                for (int i = 0; i < Count; i++) items[i] = plane[places[i]];
            }
        }
    }

    public void AvgPool2d(PoolAxis h, PoolAxis w, Tensor x, Tensor y)
    {
        if (y.Count == 0) return;
        AvgPoolKernel kernel = new() { H = h, W = w, Image = x, Windows = y };
        Launch.Rows(ref kernel, x.DType, (long)x.Sizes[0] * x.Sizes[1], (long)h.Size * w.Size);
    }

    public void SpreadWindows(PoolAxis h, PoolAxis w, Tensor x, Tensor y)
    {
        if (y.Count == 0) return;
        AvgPoolKernel kernel = new() { H = h, W = w, Image = y, Windows = x, Spreads = true };
        Launch.Rows(ref kernel, x.DType, (long)y.Sizes[0] * y.Sizes[1], (long)h.Size * w.Size);
    }

    /// <summary>
    /// An item is a plane. Rows first: a row of windows is the sum of some image rows, vector by vector, and then only its columns remain to be summed;
    /// spreading goes the other way. Each lane adds in the same order at every vector width.
    /// </summary>
    private unsafe struct AvgPoolKernel : IKernel
    {
        public PoolAxis H, W;
        public Operand Image, Windows;
        public bool Spreads;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            byte* row = PackBuffer.Local((nint)W.Size * V.LaneSize);
            for (long plane = begin; plane < end; plane++)
            {
                byte* image = (byte*)Image.P + ((nint)plane * H.Size * W.Size * V.LaneSize);
                byte* windows = (byte*)Windows.P + ((nint)plane * H.Windows * W.Windows * V.LaneSize);
                if (Spreads) new Span<byte>(image, checked(H.Size * W.Size * V.LaneSize)).Clear();
                for (int i = 0; i < H.Windows; i++, windows += W.Windows * V.LaneSize)
                {
                    if (Spreads)
                    {
                        if (V.LaneSize == 4) SpreadColumns((float*)windows, (float*)row, H.Share[i]);
                        else SpreadColumns((double*)windows, (double*)row, H.Share[i]);
                        SpreadRows<V>(image, row, i);
                    }
                    else
                    {
                        SumRows<V>(image, row, i);
                        if (V.LaneSize == 4) SumColumns((float*)row, (float*)windows, H.Share[i]);
                        else SumColumns((double*)row, (double*)windows, H.Share[i]);
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void SumRows<V>(byte* image, byte* row, int window)
            where V : struct, ISimd<V>
        {
            int first = H.Start[window], count = H.Count[window], width = W.Size;
            for (int j = 0; j < width; j += V.Count)
            {
                int lanes = Math.Min(V.Count, width - j);
                V sum = V.Zero;
                for (int r = 0; r < count; r++) sum += V.LoadPartial(image, ((nint)(first + r) * width) + j, lanes);
                V.StorePartial(sum, row, j, lanes);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void SpreadRows<V>(byte* image, byte* row, int window)
            where V : struct, ISimd<V>
        {
            int first = H.Start[window], count = H.Count[window], width = W.Size;
            for (int j = 0; j < width; j += V.Count)
            {
                int lanes = Math.Min(V.Count, width - j);
                V add = V.LoadPartial(row, j, lanes);
                for (int r = 0; r < count; r++)
                {
                    nint at = ((nint)(first + r) * width) + j;
                    V.StorePartial(V.LoadPartial(image, at, lanes) + add, image, at, lanes);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void SumColumns<T>(T* row, T* windows, double share)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            for (int j = 0; j < W.Start.Length; j++)
            {
                T sum = T.Zero;
                for (int c = W.Start[j], end = c + W.Count[j]; c < end; c++) sum += row[c];
                windows[j] = sum * T.CreateTruncating(share * W.Share[j]);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void SpreadColumns<T>(T* windows, T* row, double share)
            where T : unmanaged, IFloatingPointIeee754<T>
        {
            new Span<T>(row, W.Size).Clear();
            for (int j = 0; j < W.Start.Length; j++)
            {
                T part = windows[j] * T.CreateTruncating(share * W.Share[j]);
                for (int c = W.Start[j], end = c + W.Count[j]; c < end; c++) row[c] += part;
            }
        }
    }
}
