using System.Runtime.CompilerServices;

namespace TensorCore.Cpu;

/// <summary>
/// A copy of some rows of some images with the channels innermost and zeros around: (image, row, column, channel). The elements of a patch are then
/// runs of neighbours.
/// </summary>
internal unsafe struct PixelWindow
{
    public byte* Origin;
    public int LaneSize, FirstImage, Images, TotalChannels, FirstChannel, Channels, Height, Width, Top, Rows, Left, Columns;

    public readonly nint Bytes => ((nint)Images * Rows * Columns * Channels * LaneSize) + 128;

    /// <summary>The byte offset of channel 0 at a row and a column of the window.</summary>
    public readonly nint At(int image, int row, int column) => ((((((nint)image * Rows) + row) * Columns) + column) * Channels) * LaneSize;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Fill<V>(byte* x)
        where V : struct, ISimd<V>
    {
        int before = Math.Clamp(-Left, 0, Columns), first = Math.Max(0, Left);
        int inside = Math.Max(0, Math.Min(Width, Left + Columns) - first);
        nint plane = (nint)Height * Width * LaneSize;
        bool wholeRows = inside == Columns && inside == Width;
        for (int image = 0; image < Images; image++)
        {
            byte* from = x + ((((nint)(FirstImage + image) * TotalChannels) + FirstChannel) * plane);
            int top = Math.Clamp(-Top, 0, Rows), bottom = Math.Clamp(Height - Top, top, Rows);
            Clear(image, 0, 0, top * Columns);
            Clear(image, bottom, 0, (Rows - bottom) * Columns);
            if (wholeRows)
            {
                if (bottom > top) Packing<V>.Transpose(from + ((nint)(Top + top) * Width * LaneSize), plane, Channels, (bottom - top) * Width, Origin + At(image, top, 0), Channels);
                continue;
            }
            for (int row = top; row < bottom; row++)
            {
                Clear(image, row, 0, before);
                if (inside > 0) Packing<V>.Transpose(from + ((((nint)(Top + row) * Width) + first) * LaneSize), plane, Channels, inside, Origin + At(image, row, before), Channels);
                Clear(image, row, before + inside, Columns - before - inside);
            }
        }
    }

    private readonly void Clear(int image, int row, int column, int pixels)
    {
        if (pixels > 0) new Span<byte>(Origin + At(image, row, column), checked(pixels * Channels * LaneSize)).Clear();
    }
}
