using System.Runtime.InteropServices;
using TensorCore.Cuda;

namespace TensorCore;

// Convolutions of bfloat16 on tensor cores: conv2d_tensor.cu, conv2d_tensor_weight.cu.
internal sealed partial class CudaBackend
{
    // As in conv_tensor.cuh: channels come in chunks of 16 bytes.
    private const int TensorChunk = 8, TensorThreads = 128;

    private bool HasTensorCores(Tensor t) => t.DType == DType.BFloat16 && device.ComputeCapability >= 80;

    /// <summary>Images (N, C, H, W) as (N, H·W, groups, channels), the channels of each group padded to whole chunks.</summary>
    private Tensor ChannelsLast(Tensor x, int groups)
    {
        int channels = x.Sizes[1] / groups, plane = x.Sizes[2] * x.Sizes[3];
        return Rearranged(x, [x.Sizes[0], plane, groups, channels], [(long)x.Sizes[1] * plane, 1, (long)channels * plane, plane], TensorChunk);
    }

    private static ConvTile TensorTile(int rows, long columns, long products)
    {
        bool full = rows % 128 is 0 or > 64 && CudaLaunch.Blocks(rows, 128) * CudaLaunch.Blocks(columns, 128) * products >= FewTiles;
        return full ? new(128, 128, 128, TensorThreads) : new(64, 64, 64, TensorThreads);
    }

    /// <summary>Shared memory of the tiles on their way: stages of two operands' lines of 64 bytes.</summary>
    private static int TensorTileBytes(ConvTile tile) => (tile.Name == 128 ? 3 : 4) * 2 * tile.Rows * 64;

    /// <summary>As conv2d_tensor_weight.cu takes it by value.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TensorWeightLayout
    {
        public int Groups, Channels, Rows, Height, Width, KernelHeight, KernelWidth;
        public int StrideH, StrideW, PaddingH, PaddingW, DilationH, DilationW;
        public int RowTiles, ColumnTiles;
        public long Positions, Chunk;
        public Divider Plane, Line;
    }

    private unsafe void WeightGradientTensor(ConvGeometry geometry, Tensor x, Tensor dy, Tensor dweight, long positions)
    {
        int taps = dweight.Sizes[2] * dweight.Sizes[3];
        Tensor sources = ChannelsLast(x, geometry.Groups), gradients = ChannelsLast(dy, geometry.Groups);
        TensorWeightLayout g = new()
        {
            Groups = geometry.Groups,
            Channels = sources.Sizes[3],
            Rows = gradients.Sizes[3],
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
            Positions = positions,
            Plane = new Divider((long)dy.Sizes[2] * dy.Sizes[3]),
            Line = new Divider(dy.Sizes[3]),
        };
        int columns = g.Channels * taps;
        ConvTile tile = TensorTile(g.Rows, columns, columns > 64 ? FewTiles : 1); // few tiles are no reason against large ones: the positions are cut
        g.RowTiles = (int)CudaLaunch.Blocks(g.Rows, tile.Rows);
        g.ColumnTiles = (int)CudaLaunch.Blocks(columns, tile.Columns);
        long tiles = (long)g.RowTiles * g.ColumnTiles * g.Groups, sums = (long)g.Groups * g.Rows * columns;
        (int splits, g.Chunk) = PositionParts(positions, tiles, sums, x.DType, LeastPositions, EnoughTiles);
        Tensor partial = Scratch(splits * sums, DType.Float32, x.Device);
        Kernel("conv2d_tensor_weight.cu", "weight_gradient_tensor", x.DType, ("TILE", tile.Name)).Launch(tiles * splits, tile.Threads, TensorTileBytes(tile),
            sources, gradients, partial, KernelArgument.OfStructure(&g));
        int inner = dweight.Sizes[1] * taps;
        Divider byTaps = new(taps), byInner = new(inner), byOuter = new((long)dweight.Sizes[0] / g.Groups * inner);
        Kernel("conv2d_parts.cu", "sum_weight_parts", dweight.DType).Launch(CudaLaunch.Blocks(dweight.Count, 256), 256, 0,
            partial, dweight, dweight.Count, splits, g.Rows, g.Channels, g.Groups, KernelArgument.OfStructure(&byTaps), KernelArgument.OfStructure(&byInner), KernelArgument.OfStructure(&byOuter));
    }
}
