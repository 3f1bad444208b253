using System.Runtime.InteropServices;
using TensorCore.Cpu;
using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    // Up to this many target channels of a group a tile of a matrix product would stay all but empty: see conv_direct.cu.
    private const int DirectRows = 4;

    // With fewer blocks a GPU idles, and sums of many terms are cut; by the shape alone, so that they have the same bits on every GPU.
    private const int FewTiles = 128, EnoughTiles = 256, LeastTerms = 256;

    public void Conv2d(ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        if (y.Count == 0) return;
        int taps = weight.Sizes[2] * weight.Sizes[3], outputs = weight.Sizes[0], channels = weight.Sizes[1];
        ConvSides sides = new(geometry, x, y, weight, transposed: false);
        if (sides.IsDirect) LaunchDirect(sides, x, weight, bias, y, group: (long)sides.Rows * channels * taps, row: (long)channels * taps, channel: taps);
        else
        {
            // (groups, rows, channels·taps) → (groups, channels·taps, rows)
            int packedRow = sides.PackedRow;
            long terms = (long)channels * taps;
            Tensor packed = Packed(weight, [geometry.Groups, (int)terms, sides.Rows], [outputs / geometry.Groups * terms, 1, terms], packedRow);
            AxisMap h = AxisMap.Convolution(weight.Sizes[2], geometry.Stride.Height, geometry.Padding.Height, geometry.Dilation.Height, y.Sizes[2]);
            AxisMap w = AxisMap.Convolution(weight.Sizes[3], geometry.Stride.Width, geometry.Padding.Width, geometry.Dilation.Width, y.Sizes[3]);
            Correlate(sides, [h], [w], x, packed, bias, y);
        }
    }

    public void ConvTranspose2d(ConvGeometry geometry, Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        if (y.Count == 0) return;
        int taps = weight.Sizes[2] * weight.Sizes[3], channels = weight.Sizes[0] / geometry.Groups, rows = weight.Sizes[1];
        ConvSides sides = new(geometry, x, y, weight, transposed: true);
        if (sides.IsDirect) LaunchDirect(sides, x, weight, bias, y, group: (long)channels * rows * taps, row: taps, channel: (long)rows * taps);
        else
        {
            // (groups, channels, rows, taps) → (groups, channels, taps, rows)
            Tensor packed = Packed(weight, [geometry.Groups, channels, taps, rows], [(long)channels * rows * taps, (long)rows * taps, 1, taps], sides.PackedRow);
            AxisMap[] h = AxisMap.Transposed(weight.Sizes[2], geometry.Stride.Height, geometry.Padding.Height, geometry.Dilation.Height, y.Sizes[2]);
            AxisMap[] w = AxisMap.Transposed(weight.Sizes[3], geometry.Stride.Width, geometry.Padding.Width, geometry.Dilation.Width, y.Sizes[3]);
            Correlate(sides, h, w, x, packed, bias, y);
        }
    }

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
            IsDirect = Rows <= DirectRows || group > int.MaxValue / 2 || terms > int.MaxValue / 2;
        }

        public ConvGeometry Geometry { get; }

        public bool Transposed { get; }

        public int Images { get; }

        public int Channels { get; }

        public int Rows { get; }

        public Size2d Source { get; }

        public Size2d Target { get; }

        public Size2d Kernel { get; }

        public bool IsDirect { get; }

        /// <summary>Rows of packed weights are whole vectors.</summary>
        public int PackedRow => (Rows + 3) & ~3;
    }

    /// <exception cref="ShapeException">A plane has more elements than 32 bits count.</exception>
    private static void RequirePlane(Tensor t)
    {
        if ((long)t.Sizes[2] * t.Sizes[3] > int.MaxValue)
            throw new ShapeException($"convolution on a GPU: a plane of {t.Sizes[2]}×{t.Sizes[3]} has more than {int.MaxValue} elements");
    }

    /// <summary>The weights with the target channels innermost, padded to whole vectors; <paramref name="sizes"/> and <paramref name="strides"/> are the weight's in that order.</summary>
    private Tensor Packed(Tensor weight, int[] sizes, long[] strides, int packedRow)
    {
        int[] padded = [.. sizes[..^1], packedRow];
        Tensor packed = Tensor.Empty(padded, weight.DType, weight.Device);
        if (sizes[^1] != packedRow) Fill(packed, 0);
        Copy(weight.ViewAs(sizes, strides, weight.Offset), packed.ViewAs(sizes, Tensor.ContiguousStrides(padded), 0));
        return packed;
    }

    private unsafe void Correlate(ConvSides sides, AxisMap[] h, AxisMap[] w, Tensor x, Tensor packed, Tensor? bias, Tensor y)
    {
        CorrelationLayout c = new()
        {
            Images = sides.Images,
            Groups = sides.Geometry.Groups,
            Channels = sides.Channels,
            Rows = sides.Rows,
            SourceHeight = sides.Source.Height,
            SourceWidth = sides.Source.Width,
            TargetHeight = sides.Target.Height,
            TargetWidth = sides.Target.Width,
            KernelHeight = sides.Kernel.Height,
            KernelWidth = sides.Kernel.Width,
            PackedRow = sides.PackedRow,
            Vectors = h.Length == 1 && w.Length == 1 && (long)y.Sizes[2] * y.Sizes[3] % 4 == 0 && (nint)y.Pointer % 16 == 0 ? 1 : 0,
        };
        long columns = (long)sides.Images * h[0].Count * w[0].Count; // the first residue has the most
        int residues = h.Length * w.Length, terms = sides.Channels * h.Max(m => m.Taps.Length) * w.Max(m => m.Taps.Length);
        (int tile, int tileRows, int tileColumns) = CorrelationTile(sides.Rows, columns, (long)c.Groups * residues, y.DType);
        c.RowTiles = (int)CudaLaunch.Blocks(sides.Rows, tileRows);
        c.ColumnTiles = checked((int)CudaLaunch.Blocks(columns, tileColumns));
        (c.Splits, c.Chunk) = Parts(terms, (long)c.RowTiles * c.ColumnTiles * c.Groups * residues);
        Tensor? partial = c.Splits > 1 ? Scratch(c.Splits * y.Count, Tensor.StatisticsType(y.DType), y.Device) : null;
        CudaKernel kernel = Kernel("conv2d.cu", "correlate", y.DType, ("TILE", tile));
        int threads = tileRows * tileColumns / (y.DType == DType.Float64 ? 16 : tile == 128 ? 64 : 32);
        for (int i = 0; i < h.Length; i += CorrelationLayout.MaxMaps)
        {
            for (int j = 0; j < w.Length; j += CorrelationLayout.MaxMaps)
            {
                c.Take(h.AsSpan(i, Math.Min(CorrelationLayout.MaxMaps, h.Length - i)), w.AsSpan(j, Math.Min(CorrelationLayout.MaxMaps, w.Length - j)));
                kernel.Launch((long)c.RowTiles * c.ColumnTiles * c.Splits * c.Groups * c.MapsH * c.MapsW, threads, 0, x, packed, bias, y, partial, y.Count, KernelArgument.OfStructure(&c));
            }
        }
        if (partial is not null) SumParts(partial, bias, y, c.Splits, (long)y.Sizes[2] * y.Sizes[3], y.Sizes[1]);
    }

    /// <summary>The tile of conv2d.cu for a product's sizes: large ones reuse more of what they load, small ones waste less and are more.</summary>
    private static (int Tile, int Rows, int Columns) CorrelationTile(int rows, long columns, long products, DType type)
    {
        if (rows <= 32) return (32, 32, 128);
        bool full = rows % 128 is 0 or > 64 && CudaLaunch.Blocks(rows, 128) * CudaLaunch.Blocks(columns, 128) * products >= FewTiles;
        return full && type != DType.Float64 ? (128, 128, 128) : (64, 64, 64);
    }

    /// <summary>Into how many parts sums of so many terms are cut where there are few tiles, and the terms of a part, a multiple of 16.</summary>
    private static (int Splits, int Chunk) Parts(int terms, long tiles)
    {
        if (tiles >= FewTiles || terms < 2 * LeastTerms) return (1, Math.Max(terms, 1));
        long parts = Math.Min(CudaLaunch.Blocks(EnoughTiles, tiles), terms / LeastTerms);
        int chunk = (int)(CudaLaunch.Blocks(CudaLaunch.Blocks(terms, parts), 16) * 16);
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

    private unsafe void LaunchDirect(ConvSides sides, Tensor x, Tensor weight, Tensor? bias, Tensor y, long group, long row, long channel)
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
            WeightGroup = group,
            WeightRow = row,
            WeightChannel = channel,
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
