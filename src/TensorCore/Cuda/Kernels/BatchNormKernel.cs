using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    private const string BatchNormFile = "batch_norm.cu";

    public void ChannelStatistics(Tensor x, Tensor mean, Tensor variance)
    {
        if (x.Count == 0) return;
        ChannelParts p = new(x);
        Tensor? parts = p.Chunks == 1 ? null : Tensor.Empty([p.Channels, p.Chunks, 2], mean.DType, x.Device);
        if (p.Length == 1) Kernel(BatchNormFile, "column_moments", x.DType).Launch(p.Blocks, 256, 0, x, parts, mean, variance, p.Channels, p.PerChannel, p.Chunk, p.Chunks);
        else Kernel(BatchNormFile, "channel_moments", x.DType).Launch(p.Blocks, 256, 0, x, parts, mean, variance, p.Channels, p.Length, p.PerChannel, p.Chunk, p.Chunks);
        if (parts is not null)
            Kernel(BatchNormFile, "join_moments", x.DType).Launch(CudaLaunch.Blocks(p.Channels, 256 / Warp), 256, 0, parts, mean, variance, p.Channels, p.PerChannel, p.Chunk, p.Chunks);
    }

    public void BatchNorm(Tensor x, Tensor mean, Tensor rstd, Tensor? weight, Tensor? bias, Tensor y)
    {
        if (x.Count == 0) return;
        ChannelParts p = new(x);
        Kernel(BatchNormFile, "batch_norm", x.DType).Launch(CudaLaunch.Blocks(x.Count, ValuesPerBlock), 256, 0, x, mean, rstd, weight, bias, y, p.Channels, p.Length, x.Count);
    }

    public void BatchNormBackward(Tensor x, Tensor mean, Tensor rstd, Tensor? weight, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias, bool training)
    {
        if (x.Count == 0)
        {
            if (dweight is not null) Fill(dweight, 0);
            if (dbias is not null) Fill(dbias, 0);
            return;
        }
        ChannelParts p = new(x);
        Tensor parts = Tensor.Empty([p.Channels, p.Chunks, 2], mean.DType, x.Device);
        if (p.Length == 1) Kernel(BatchNormFile, "column_sums", x.DType).Launch(p.Blocks, 256, 0, x, dy, mean, parts, p.Channels, p.PerChannel, p.Chunk, p.Chunks);
        else Kernel(BatchNormFile, "channel_sums", x.DType).Launch(p.Blocks, 256, 0, x, dy, mean, parts, p.Channels, p.Length, p.PerChannel, p.Chunk, p.Chunks);
        Tensor? constants = dx is null ? null : Tensor.Empty([3, p.Channels], mean.DType, x.Device);
        Kernel(BatchNormFile, "join_sums", x.DType).Launch(CudaLaunch.Blocks(p.Channels, 256 / Warp), 256, 0,
            parts, rstd, weight, dweight, dbias, constants, p.Channels, p.PerChannel, p.Chunks, training);
        if (dx is not null)
            Kernel(BatchNormFile, "batch_norm_backward", x.DType).Launch(CudaLaunch.Blocks(x.Count, ValuesPerBlock), 256, 0, x, mean, constants, dy, dx, p.Channels, p.Length, x.Count);
    }

    // As in batch_norm.cu.
    private const int ValuesPerBlock = 16 * 256;

    /// <summary>x as (N, C, L), and the chunks that each channel's N·L values are summed in: as many as keep every multiprocessor busy, by the shape alone.</summary>
    private readonly struct ChannelParts
    {
        private const long ChunkUnit = 4096, RowUnit = 64, EnoughBlocks = 1024;

        public ChannelParts(Tensor x)
        {
            Channels = x.Size(1);
            Length = Shape.ElementCount(x.Sizes[2..]);
            PerChannel = x.Size(0) * Length;
            long columns = Length == 1 ? CudaLaunch.Blocks(Channels, Warp) : Channels, unit = Length == 1 ? RowUnit : ChunkUnit;
            long chunks = Math.Min(CudaLaunch.Blocks(PerChannel, unit), CudaLaunch.Blocks(EnoughBlocks, columns));
            Chunk = CudaLaunch.Blocks(CudaLaunch.Blocks(PerChannel, chunks), unit) * unit;
            Chunks = checked((int)CudaLaunch.Blocks(PerChannel, Chunk));
            Blocks = columns * Chunks;
        }

        public readonly int Channels, Chunks;
        public readonly long Length, PerChannel, Chunk, Blocks;
    }
}
