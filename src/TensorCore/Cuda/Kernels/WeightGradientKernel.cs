using System.Runtime.InteropServices;
using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    // A part of the positions is at least so long; there are no more parts than fill a GPU, nor than this memory holds.
    private const long LeastPositions = 512, DirectPositions = 4096, EnoughBlocks = 1024, PartialBytes = 64 << 20;

    // Up to so many weights of a group a tile of a matrix product would stay all but empty.
    private const int DirectWeights = 64;

    public void Conv2dWeightGradient(ConvGeometry geometry, Tensor x, Tensor dy, Tensor dweight)
    {
        if (dweight.Count == 0) return;
        RequirePlane(x);
        RequirePlane(dy);
        long positions = (long)dy.Sizes[0] * dy.Sizes[2] * dy.Sizes[3];
        if (positions == 0)
        {
            Fill(dweight, 0);
            return;
        }
        int channels = dweight.Sizes[1], rows = dweight.Sizes[0] / geometry.Groups;
        long weights = (long)rows * channels * dweight.Sizes[2] * dweight.Sizes[3], group = (long)channels * x.Sizes[2] * x.Sizes[3];
        if ((rows <= DirectRows && weights <= DirectWeights) || group > int.MaxValue / 2) WeightGradientDirect(geometry, x, dy, dweight, positions);
        else WeightGradientProduct(geometry, x, dy, dweight, positions);
    }

    /// <summary>As conv2d_weight.cu takes it by value.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct WeightLayout
    {
        public int Groups, Channels, Rows, Height, Width, KernelHeight, KernelWidth;
        public int StrideH, StrideW, PaddingH, PaddingW, DilationH, DilationW;
        public int RowTiles, ColumnTiles, Splits;
        public long Positions, Chunk;
        public Divider Plane, Line;
    }

    private unsafe void WeightGradientProduct(ConvGeometry geometry, Tensor x, Tensor dy, Tensor dweight, long positions)
    {
        int rows = dweight.Sizes[0] / geometry.Groups, columns = dweight.Sizes[1] * dweight.Sizes[2] * dweight.Sizes[3];
        (int tile, int tileRows, int tileColumns) = rows <= 32 ? (32, 32, 128) : rows % 128 is 0 or > 64 && columns >= 96 && x.DType != DType.Float64 ? (128, 128, 128) : (64, 64, 64);
        WeightLayout g = new()
        {
            Groups = geometry.Groups,
            Channels = dweight.Sizes[1],
            Rows = rows,
            Height = x.Sizes[2],
            Width = x.Sizes[3],
            KernelHeight = dweight.Sizes[2],
            KernelWidth = dweight.Sizes[3],
            StrideH = geometry.Stride.Height,
            StrideW = geometry.Stride.Width,
            PaddingH = geometry.Padding.Height,
            PaddingW = geometry.Padding.Width,
            DilationH = geometry.Dilation.Height,
            DilationW = geometry.Dilation.Width,
            RowTiles = (int)CudaLaunch.Blocks(rows, tileRows),
            ColumnTiles = (int)CudaLaunch.Blocks(columns, tileColumns),
            Positions = positions,
            Plane = new Divider((long)dy.Sizes[2] * dy.Sizes[3]),
            Line = new Divider(dy.Sizes[3]),
        };
        long tiles = (long)g.RowTiles * g.ColumnTiles * g.Groups;
        (g.Splits, g.Chunk) = PositionParts(positions, tiles, dweight, LeastPositions, EnoughTiles);
        Tensor? partial = g.Splits > 1 ? Scratch(g.Splits * dweight.Count, Tensor.StatisticsType(x.DType), x.Device) : null;
        int threads = tileRows * tileColumns / (x.DType == DType.Float64 ? 16 : tile == 128 ? 64 : 32);
        Kernel("conv2d_weight.cu", "weight_gradient", x.DType, ("TILE", tile)).Launch(tiles * g.Splits, threads, 0, x, dy, dweight, partial, KernelArgument.OfStructure(&g));
        if (partial is not null) SumParts(partial, null, dweight, g.Splits, 1, 1);
    }

    /// <summary>As conv_direct.cu takes it by value.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct DirectWeightLayout
    {
        public int Groups, Channels, Rows, Height, Width, KernelHeight, KernelWidth;
        public int StrideH, StrideW, PaddingH, PaddingW, DilationH, DilationW;
        public int TapGroups, Splits;
        public long Positions, Chunk;
        public Divider Plane, Line;
    }

    private unsafe void WeightGradientDirect(ConvGeometry geometry, Tensor x, Tensor dy, Tensor dweight, long positions)
    {
        const int TapsAtOnce = 9; // as in conv_direct.cu
        DirectWeightLayout d = new()
        {
            Groups = geometry.Groups,
            Channels = dweight.Sizes[1],
            Rows = dweight.Sizes[0] / geometry.Groups,
            Height = x.Sizes[2],
            Width = x.Sizes[3],
            KernelHeight = dweight.Sizes[2],
            KernelWidth = dweight.Sizes[3],
            StrideH = geometry.Stride.Height,
            StrideW = geometry.Stride.Width,
            PaddingH = geometry.Padding.Height,
            PaddingW = geometry.Padding.Width,
            DilationH = geometry.Dilation.Height,
            DilationW = geometry.Dilation.Width,
            TapGroups = (int)CudaLaunch.Blocks((long)dweight.Sizes[2] * dweight.Sizes[3], TapsAtOnce),
            Positions = positions,
            Plane = new Divider((long)dy.Sizes[2] * dy.Sizes[3]),
            Line = new Divider(dy.Sizes[3]),
        };
        long blocks = (long)dweight.Sizes[0] * d.Channels * d.TapGroups;
        (d.Splits, d.Chunk) = PositionParts(positions, blocks, dweight, DirectPositions, EnoughBlocks);
        Tensor partial = Scratch(d.Splits * dweight.Count, Tensor.StatisticsType(x.DType), x.Device);
        Kernel("conv_direct.cu", "direct_weight_gradient", x.DType).Launch(blocks * d.Splits, 256, 0, x, dy, partial, KernelArgument.OfStructure(&d));
        SumParts(partial, null, dweight, d.Splits, 1, 1);
    }

    /// <summary>Into how many parts the positions are cut, and the positions of a part, a multiple of 16: by the shape alone, so that sums have the same bits on every GPU.</summary>
    private static (int Splits, long Chunk) PositionParts(long positions, long blocks, Tensor dweight, long least, long enough)
    {
        long parts = Math.Min(CudaLaunch.Blocks(enough, blocks), CudaLaunch.Blocks(positions, least));
        parts = Math.Max(1, Math.Min(parts, PartialBytes / (dweight.Count * Tensor.StatisticsType(dweight.DType).Size())));
        long chunk = CudaLaunch.Blocks(CudaLaunch.Blocks(positions, parts), 16) * 16;
        return ((int)CudaLaunch.Blocks(positions, chunk), chunk);
    }
}
