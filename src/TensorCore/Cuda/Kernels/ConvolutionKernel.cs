using System.Runtime.InteropServices;
using TensorCore.Cpu;
using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    // Up to this many target channels of a group a tile of a matrix product would stay all but empty: see conv_direct.cu.
    private const int DirectRows = 4;

    // With fewer blocks a GPU idles, and sums of many terms are cut; by the shape alone, so that they have the same bits on every GPU.
    private const int EnoughTiles = 256, LeastTerms = 256;

    /// <summary>With fewer blocks tiles are small and sums are cut. Tests lower it, to have large tiles of small images.</summary>
    internal static int FewTiles { get; set; } = 128;

    public void Conv2d(ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        if (y.Count == 0) return;
        ConvSides sides = new(geometry, x, y, weight, transposed: false);
        long taps = (long)weight.Sizes[2] * weight.Sizes[3], terms = sides.Channels * taps;
        WeightStrides strides = new(sides.Rows * terms, Row: terms, Channel: taps);
        if (sides.IsDirect)
        {
            LaunchDirect(sides, strides, x, weight, bias, y);
            return;
        }
        AxisMap h = AxisMap.Convolution(weight.Sizes[2], geometry.Stride.Height, geometry.Padding.Height, geometry.Dilation.Height, y.Sizes[2]);
        AxisMap w = AxisMap.Convolution(weight.Sizes[3], geometry.Stride.Width, geometry.Padding.Width, geometry.Dilation.Width, y.Sizes[3]);
        Correlate(sides, strides, [h], [w], x, weight, bias, y);
    }

    public void ConvTranspose2d(ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        if (y.Count == 0) return;
        ConvSides sides = new(geometry, x, y, weight, transposed: true);
        long taps = (long)weight.Sizes[2] * weight.Sizes[3];
        WeightStrides strides = new(sides.Channels * sides.Rows * taps, Row: taps, Channel: sides.Rows * taps);
        if (sides.IsDirect)
        {
            LaunchDirect(sides, strides, x, weight, bias, y);
            return;
        }
        AxisMap[] h = AxisMap.Transposed(weight.Sizes[2], geometry.Stride.Height, geometry.Padding.Height, geometry.Dilation.Height, y.Sizes[2]);
        AxisMap[] w = AxisMap.Transposed(weight.Sizes[3], geometry.Stride.Width, geometry.Padding.Width, geometry.Dilation.Width, y.Sizes[3]);
        Correlate(sides, strides, h, w, x, weight, bias, y);
    }

    /// <summary>Elements from one group, target channel and source channel of a weight to the next; its taps are neighbours.</summary>
    private readonly record struct WeightStrides(long Group, long Row, long Channel);

    /// <summary>The sizes of a convolution, seen from the target that it fills.</summary>
    private readonly struct ConvSides
    {
        public ConvSides(ConvGeometry geometry, Tensor source, Tensor target, Tensor weight, bool transposed)
        {
            (Geometry, Images, Transposed) = (geometry, source.Sizes[0], transposed);
            (Channels, Rows) = (source.Sizes[1] / geometry.Groups, target.Sizes[1] / geometry.Groups);
            (Source, Target, Kernel) = ((source.Sizes[2], source.Sizes[3]), (target.Sizes[2], target.Sizes[3]), (weight.Sizes[2], weight.Sizes[3]));
            RequirePlane(source);
            RequirePlane(target);
            // The products' tables of terms hold 32 bits.
            long group = (long)Channels * Source.Height * Source.Width, terms = (long)Channels * Kernel.Height * Kernel.Width;
            IsDirect = Rows <= DirectRows || group > int.MaxValue / 2 || terms > int.MaxValue / 16;
        }

        public ConvGeometry Geometry { get; }

        public bool Transposed { get; }

        public int Images { get; }

        public int Channels { get; }

        public int Rows { get; }

        public Size2d Source { get; }

        public Size2d Target { get; }

        public Size2d Kernel { get; }

        /// <summary>True if no product of matrices is made of it.</summary>
        public bool IsDirect { get; }

        public int Taps => Kernel.Height * Kernel.Width;
    }

    /// <exception cref="ShapeException">A plane has more elements than 32 bits count.</exception>
    private static void RequirePlane(Tensor t)
    {
        if ((long)t.Sizes[2] * t.Sizes[3] > int.MaxValue)
            throw new ShapeException($"convolution on a GPU: a plane of {t.Sizes[2]}×{t.Sizes[3]} has more than {int.MaxValue} elements");
    }

    /// <summary>
    /// A tensor's elements with its axes in the order of <paramref name="sizes"/>, contiguous but for the last axis, which is padded with zeros to a multiple of <paramref name="unit"/>.
    /// </summary>
    private Tensor Rearranged(Tensor x, int[] sizes, long[] strides, int unit)
    {
        int[] padded = [.. sizes[..^1], checked((int)(CudaLaunch.Blocks(sizes[^1], unit) * unit))];
        Tensor y = Tensor.Empty(padded, x.DType, x.Device);
        if (sizes[^1] != padded[^1]) Fill(y, 0);
        Copy(x.ViewAs(sizes, strides, x.Offset), y.ViewAs(sizes, Tensor.ContiguousStrides(padded), 0));
        return y;
    }

    private unsafe void Correlate(ConvSides sides, WeightStrides strides, AxisMap[] h, AxisMap[] w, Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        int groups = sides.Geometry.Groups;
        bool tensorCores = HasTensorCores(y);
        Tensor packed;
        if (tensorCores)
        {
            x = ChannelsLast(x, groups);
            packed = Rearranged(weight, [groups, sides.Rows, sides.Taps, sides.Channels], [strides.Group, strides.Row, 1, strides.Channel], TensorChunk);
        }
        else packed = Rearranged(weight, [groups, sides.Channels, sides.Taps, sides.Rows], [strides.Group, strides.Channel, 1, strides.Row], 4);
        int vector = tensorCores ? TensorChunk : 4;
        CorrelationLayout c = new()
        {
            Images = sides.Images,
            Groups = groups,
            Channels = sides.Channels,
            Rows = sides.Rows,
            SourceHeight = sides.Source.Height,
            SourceWidth = sides.Source.Width,
            TargetHeight = sides.Target.Height,
            TargetWidth = sides.Target.Width,
            KernelHeight = sides.Kernel.Height,
            KernelWidth = sides.Kernel.Width,
            PackedRow = packed.Sizes[3],
            Vectors = h.Length == 1 && w.Length == 1 && (long)y.Sizes[2] * y.Sizes[3] % vector == 0 && (nint)y.Pointer % 16 == 0 ? 1 : 0,
        };
        long columns = (long)sides.Images * h[0].Count * w[0].Count; // the first residue has the most
        int residues = h.Length * w.Length, channels = tensorCores ? c.PackedRow : c.Channels, terms = channels * h.Max(m => m.Taps.Length) * w.Max(m => m.Taps.Length);
        ConvTile tile = tensorCores ? TensorTile(sides.Rows, columns, (long)groups * residues) : CorrelationTile(sides.Rows, columns, (long)groups * residues, y.DType);
        c.RowTiles = (int)CudaLaunch.Blocks(sides.Rows, tile.Rows);
        c.ColumnTiles = checked((int)CudaLaunch.Blocks(columns, tile.Columns));
        (c.Splits, c.Chunk) = Parts(terms, (long)c.RowTiles * c.ColumnTiles * groups * residues);
        Tensor? partial = c.Splits > 1 ? Scratch(c.Splits * y.Count, Tensor.StatisticsType(y.DType), y.Device) : null;
        CudaKernel kernel = tensorCores ? Kernel("conv2d_tensor.cu", "correlate_tensor", y.DType, ("TILE", tile.Name)) : Kernel("conv2d.cu", "correlate", y.DType, ("TILE", tile.Name));
        int shared = tensorCores ? TensorTileBytes(tile) + (tile.Columns * sizeof(long)) : 0;
        for (int i = 0; i < h.Length; i += CorrelationLayout.MaxMaps)
        {
            for (int j = 0; j < w.Length; j += CorrelationLayout.MaxMaps)
            {
                c.Take(h.AsSpan(i, Math.Min(CorrelationLayout.MaxMaps, h.Length - i)), w.AsSpan(j, Math.Min(CorrelationLayout.MaxMaps, w.Length - j)));
                kernel.Launch((long)c.RowTiles * c.ColumnTiles * c.Splits * groups * c.MapsH * c.MapsW, tile.Threads, shared,
                    x, packed, bias, y, partial, y.Count, KernelArgument.OfStructure(&c));
            }
        }
        if (partial is not null) SumParts(partial, bias, y, c.Splits, (long)y.Sizes[2] * y.Sizes[3], y.Sizes[1]);
    }

    /// <summary>The part of a product that a block computes: TILE in the kernels, its rows and columns, and the threads.</summary>
    private readonly record struct ConvTile(int Name, int Rows, int Columns, int Threads);

    /// <summary>The tile of conv2d.cu for a product's sizes: large ones reuse more of what they load, small ones waste less and are more.</summary>
    private static ConvTile CorrelationTile(int rows, long columns, long products, DType type)
    {
        bool wide = type == DType.Float64; // 4×4 sums a thread, else 8×8 or 8×4
        if (rows <= 32) return new(32, 32, 128, wide ? 256 : 128);
        bool full = rows % 128 is 0 or > 64 && CudaLaunch.Blocks(rows, 128) * CudaLaunch.Blocks(columns, 128) * products >= FewTiles;
        return full && !wide ? new(128, 128, 128, 256) : new(64, 64, 64, wide ? 256 : 128);
    }

    /// <summary>Into how many parts sums of so many terms are cut where there are few tiles, and the terms of a part, a multiple of 32.</summary>
    private static (int Splits, int Chunk) Parts(int terms, long tiles)
    {
        if (tiles >= FewTiles || terms < 2 * LeastTerms) return (1, Math.Max(terms, 1));
        long parts = Math.Min(CudaLaunch.Blocks(EnoughTiles, tiles), terms / LeastTerms);
        int chunk = (int)(CudaLaunch.Blocks(CudaLaunch.Blocks(terms, parts), 32) * 32);
        return ((int)CudaLaunch.Blocks(terms, chunk), chunk);
    }

    /// <summary>y = the sum of the parts in their order, plus the bias of each element's channel.</summary>
    private unsafe void SumParts(Tensor partial, Tensor? bias, Tensor y, int parts, long plane, long channels)
    {
        int vec = 16 / partial.DType.Size();
        bool packs = y.Count % vec == 0 && (nint)y.Pointer % 16 == 0;
        Divider byPlane = new(plane), byChannels = new(channels);
        Kernel("conv2d_parts.cu", packs ? "sum_parts_packs" : "sum_parts_elements", y.DType).Launch(CudaLaunch.Blocks(y.Count, 256 * (packs ? vec : 1)), 256, 0,
            partial, bias, y, y.Count, parts, KernelArgument.OfStructure(&byPlane), KernelArgument.OfStructure(&byChannels));
    }

    /// <summary>As conv_direct.cu takes it by value.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct DirectLayout
    {
        public int Groups, Channels, Rows, SourceHeight, SourceWidth, KernelHeight, KernelWidth;
        public int StrideH, StrideW, PaddingH, PaddingW, DilationH, DilationW;
        public long WeightGroup, WeightRow, WeightChannel;
        public int Positions;
        public long Count;
        public Divider Quarter, Planes, Line, ByStrideH, ByStrideW;
    }

    private unsafe void LaunchDirect(ConvSides sides, WeightStrides strides, Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        ConvGeometry g = sides.Geometry;
        int positions = sides.Target.Height * sides.Target.Width;
        long quarter = CudaLaunch.Blocks(positions, 4), planes = (long)g.Groups * sides.Rows;
        DirectLayout d = new()
        {
            Groups = g.Groups,
            Channels = sides.Channels,
            Rows = sides.Rows,
            SourceHeight = sides.Source.Height,
            SourceWidth = sides.Source.Width,
            KernelHeight = sides.Kernel.Height,
            KernelWidth = sides.Kernel.Width,
            StrideH = g.Stride.Height,
            StrideW = g.Stride.Width,
            PaddingH = g.Padding.Height,
            PaddingW = g.Padding.Width,
            DilationH = g.Dilation.Height,
            DilationW = g.Dilation.Width,
            WeightGroup = strides.Group,
            WeightRow = strides.Row,
            WeightChannel = strides.Channel,
            Positions = positions,
            Count = sides.Images * planes * quarter,
            Quarter = new Divider(quarter),
            Planes = new Divider(planes),
            Line = new Divider(sides.Target.Width),
            ByStrideH = new Divider(g.Stride.Height),
            ByStrideW = new Divider(g.Stride.Width),
        };
        Kernel("conv_direct.cu", sides.Transposed ? "direct_transposed" : "direct", y.DType).Launch(CudaLaunch.Blocks(d.Count, 256), 256, 0,
            x, weight, bias, y, KernelArgument.OfStructure(&d));
    }
}
